"""Where the spread of a figure comes from: designs of Morris and of Sobol' in the unit cube and their indices, by SALib; needs the extra `sensitivity`."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from twin.errors import TwinError

Floats = npt.NDArray[np.float64]
Method = Literal["morris", "sobol"]
LEVELS = 4
"""Levels of Morris' grid: 0, 1/3, 2/3 and 1."""
FEWEST = 2
"""Trajectories or base samples without which nothing is said."""
SHOWN = {"morris": ("mu", "mu_star", "mu_star_conf", "sigma"), "sobol": ("S1", "S1_conf", "ST", "ST_conf")}
RANKED = {"morris": "mu_star", "sobol": "ST"}
SMALL = 0.05
"""Share of the whole, or of the largest, below which an index is small."""


class SensitivityError(TwinError):
    """Sensitivities that cannot be worked out as asked."""

    exit_code = 2


@dataclass(frozen=True)
class Design:
    """Points in the unit cube, one row a run and one column a number, in blocks of `size` rows that are judged together."""

    method: Method
    points: Floats
    size: int
    seed: int


def salib(part: str) -> Any:
    """A module of SALib.

    Raises
    ------
    SensitivityError
        When the extra is missing.
    """
    try:
        return importlib.import_module(f"SALib.{part}")
    except ImportError as problem:
        raise SensitivityError(
            "--sensitivity needs the package SALib: pip install 'campus-twin[sensitivity]'"
        ) from problem


def _problem(count: int) -> dict[str, Any]:
    """Numbers of the unit cube as SALib wants them told."""
    return {"num_vars": count, "names": [f"x{each}" for each in range(count)], "bounds": [[0.0, 1.0]] * count}


def morris(count: int, trajectories: int, seed: int) -> Design:
    """Trajectories that change one number after the other: trajectories x (numbers + 1) rows.

    References
    ----------
    Morris, Technometrics 33(2), 1991; Campolongo, Cariboni and Saltelli, Environmental Modelling & Software 22(10), 2007.
    """
    points = salib("sample.morris").sample(_problem(count), trajectories, num_levels=LEVELS, seed=seed + 1)
    return Design("morris", points, count + 1, seed)


def sobol(count: int, base: int, seed: int) -> Design:
    """Two matrices of base samples and the first with each column from the second: base x (numbers + 2) rows.

    References
    ----------
    Saltelli et al., Computer Physics Communications 181(2), 2010; scrambled points of Sobol'.
    """
    points = salib("sample.sobol").sample(_problem(count), base, calc_second_order=False, seed=seed + 1)
    return Design("sobol", points, count + 2, seed)


@dataclass(frozen=True)
class Indices:
    """Indices of one figure by name, one value a number; empty where the figure does not vary.

    Attributes
    ----------
    mean, deviation : of the figure over the design. dropped : blocks that had to be left out.
    """

    values: dict[str, Floats]
    mean: float
    deviation: float
    dropped: int


def analyse(design: Design, figures: Floats) -> Indices:
    """Indices of a figure, one value a row of the design; a block with a value that is none is left out.

    Raises
    ------
    SensitivityError
        When too few blocks are left.
    """
    count = design.points.shape[1]
    blocks = figures.reshape(-1, design.size)
    sound = ~np.isnan(blocks).any(axis=1)
    dropped = int((~sound).sum())
    if sound.sum() < FEWEST:
        raise SensitivityError(
            f"only {int(sound.sum())} of {sound.size} groups of runs can be simulated whole; narrow the ranges that break the others, or take more runs"
        )
    kept = blocks[sound].ravel()
    mean, deviation = float(kept.mean()), float(kept.std())
    if deviation <= 1e-12 * abs(mean) or deviation == 0.0:
        return Indices({}, mean, 0.0, dropped)
    points = design.points.reshape(-1, design.size, count)[sound].reshape(-1, count)
    if design.method == "morris":
        found = salib("analyze.morris").analyze(_problem(count), points, kept, num_levels=LEVELS, seed=design.seed + 1)
    else:
        found = salib("analyze.sobol").analyze(_problem(count), kept, calc_second_order=False, seed=design.seed + 1)
    values = {name: np.asarray(found[name], dtype=np.float64) for name in SHOWN[design.method]}
    return Indices(values, mean, deviation, dropped)


def doubtful(indices: Indices, method: Method) -> npt.NDArray[np.bool_]:
    """Which numbers have a 95 % confidence wider than their index, though they may matter: small ones are left out."""
    main = indices.values[RANKED[method]]
    width = indices.values[f"{RANKED[method]}_conf"]
    whole = float(main.max()) if method == "morris" else 1.0
    wide = width > main
    if method == "sobol":
        wide |= indices.values["S1_conf"] > np.abs(indices.values["S1"])
    found: npt.NDArray[np.bool_] = wide & (main + width > SMALL * whole)
    return found


def remark(indices: Indices, method: Method, names: list[str]) -> dict[str, str]:
    """What to know before an output's indices are read, by language; `names` of the numbers."""
    said: dict[str, list[str]] = {"en": [], "zh": []}
    if not indices.values:
        return {"en": "does not vary: no number in question moves it", "zh": "不变化：所考察的数值对其没有影响"}
    doubt = doubtful(indices, method)
    if doubt.any():
        more = "--trajectories" if method == "morris" else "--base-samples"
        listed = ", ".join(name for name, wide in zip(names, doubt, strict=True) if wide)
        said["en"].append(f"confidence wider than the index for {int(doubt.sum())} of {len(names)} numbers ({listed}): take more {more}")  # fmt: skip
        said["zh"].append(f"{int(doubt.sum())}个数值（共{len(names)}个）的置信区间宽于指数本身（{listed}）：请增大{more}")  # fmt: skip
    if method == "sobol":
        alone = float(indices.values["S1"].sum())
        said["en"].append(f"numbers by themselves make {alone:.0%} of the variance in sum; what is missing or too much comes from interactions, or from too few runs")  # fmt: skip
        said["zh"].append(f"各数值单独作用合计占方差的{alone:.0%}；差额来自相互作用或样本不足")
    if indices.dropped:
        said["en"].append(f"{indices.dropped} groups of runs were left out, since some of their runs cannot be simulated")  # fmt: skip
        said["zh"].append(f"有{indices.dropped}组运行因无法模拟而舍去")
    return {"en": "; ".join(said["en"]), "zh": "；".join(said["zh"])}
