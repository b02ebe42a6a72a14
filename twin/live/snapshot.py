"""The state of a live twin on disk: written on exit and every hour, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.errors import StoreError
from twin.live.residuals import Residuals
from twin.sim.plan import Plan

FILE = "twin.npz"


def _names(plan: Plan) -> list[str]:
    """Names of the states, in the order of the vector."""
    found = [""] * plan.states
    for (name, member), place in plan.slot.items():
        if place < plan.states:
            found[place] = f"{name}.{member}"
    return found


def _same(plan: Plan) -> str:
    """Hash of everything that the vector means: names, places and start values."""
    told = hashlib.sha256(json.dumps(sorted((*a, p) for a, p in plan.slot.items())).encode())
    told.update(plan.start.tobytes())
    return told.hexdigest()


def save(
    folder: Path, plan: Plan, vector: npt.NDArray[np.float64], moment: datetime, signals: list[str], held: Residuals
) -> None:
    """Write the state; the old one stays until the new one is whole.

    Raises
    ------
    StoreError
        When it cannot be written.
    """
    path = folder / FILE
    part = path.with_name(f".{FILE}.part")
    about = {"moment": moment.isoformat(), "states": _names(plan), "plan": _same(plan), "signals": signals}
    arrays: dict[str, Any] = {f"residual {name}": values for name, values in held.state().items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            np.savez(stream, about=np.frombuffer(json.dumps(about).encode(), dtype=np.uint8), vector=vector, **arrays)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, path)
    except OSError as problem:
        part.unlink(missing_ok=True)
        raise StoreError(f"{path}: the twin's state cannot be written ({problem.strerror})") from problem


def load(
    folder: Path, plan: Plan, vector: npt.NDArray[np.float64], signals: list[str], held: Residuals
) -> datetime | None:
    """Put a kept state into a vector and residuals; gives its moment, or nothing where there is none that can be read.

    Of the same plan everything is taken; of one that has changed, the states and residuals that still have their names.
    """
    try:
        with (folder / FILE).open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            about = json.loads(kept["about"].tobytes())
            found = kept["vector"]
            arrays = {name: kept[f"residual {name}"] for name in held.state()}
            moment = datetime.fromisoformat(about["moment"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    if about["plan"] == _same(plan) and len(found) == len(vector):
        vector[:] = found
    else:
        before = {name: place for place, name in enumerate(about["states"])}
        for place, name in enumerate(_names(plan)):
            if name in before and np.isfinite(found[before[name]]):
                vector[place] = found[before[name]]
    old = {name: place for place, name in enumerate(about["signals"])}
    for place, name in enumerate(signals):
        if name in old:
            for label, values in arrays.items():
                getattr(held, label)[place] = values[old[name]]
    return moment
