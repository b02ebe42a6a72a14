"""The gateway's news of itself: a small JSON file, written whole every few seconds and read by whoever wants to know."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twin.errors import BacnetError

FILE, ADDRESSES = "gateway.json", "addresses.json"
"""Names of the status and of the known addresses in the folder of a store."""
EVERY = 5.0
"""Seconds between two writings."""
PATIENCE = 4.0
"""Writings that may be missing before the gateway is taken for gone."""


def beside(store: str, name: str) -> Path | None:
    """Place of a file in the folder of a store; none for a store that is a server."""
    return None if "://" in store else Path(store) / name


def moment(second: float) -> str:
    """A second since 1970 as people and programs read it, in UTC."""
    return datetime.fromtimestamp(second, UTC).isoformat(timespec="seconds")


def process() -> dict[str, Any]:
    """What this process has used so far: number, CPU seconds, and memory in MiB now."""
    try:
        with open("/proc/self/statm", encoding="ascii") as told:
            memory = int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except (OSError, ValueError, IndexError):
        memory = None
    return {
        "number": os.getpid(),
        "cpu_s": round(time.process_time(), 2),
        "memory_mib": memory if memory is None else round(memory, 1),
    }


def read(where: str) -> dict[str, Any]:
    """What a gateway has written last, by its file or the folder of its store.

    Raises
    ------
    BacnetError
        When there is no such file, or it is no status.
    """
    if "://" in where:
        raise BacnetError(f"{where}: is a server; give the FILE that `twin bacnet poll --status FILE` writes")
    path = Path(where) / FILE if Path(where).is_dir() else Path(where)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        float(found["second"])
    except OSError as problem:
        raise BacnetError(
            f"{path}: cannot be read ({problem.strerror}); has `twin bacnet poll` run with this store?"
        ) from problem
    except (ValueError, KeyError, TypeError) as problem:
        raise BacnetError(f"{path}: is no status of a gateway") from problem
    return dict(found)


def trouble(told: dict[str, Any], now: float) -> str:
    """Why a status is not of this moment, or an empty text.

    >>> trouble({"second": 0.0, "every_s": 5.0, "running": True}, 19.0)
    ''
    >>> trouble({"second": 0.0, "every_s": 5.0, "running": True}, 21.0)
    'no news since 1970-01-01T00:00:00+00:00: the gateway is not running'
    """
    if told.get("running") and now - told["second"] <= PATIENCE * told["every_s"]:
        return ""
    return f"no news since {moment(told['second'])}: the gateway is not running"
