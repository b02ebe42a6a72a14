"""Open a historian by where it is: a folder, or a PostgreSQL database."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from twin.errors import StoreError
from twin.historian.embedded import Embedded
from twin.historian.historian import Historian

SERVERS = ("postgresql://", "postgres://")


def open_store(where: str | os.PathLike[str]) -> Historian:
    """The historian in a folder, or at `postgresql://user@host/database`.

    Raises
    ------
    StoreError
        When it cannot be opened.
    """
    text = os.fspath(where)
    if not text.startswith(SERVERS):
        return Embedded(Path(text))
    try:
        from twin.historian.postgresql import PostgreSQL
    except ImportError as problem:
        raise StoreError("PostgreSQL needs its driver: pip install 'campus-twin[postgresql]'") from problem
    return PostgreSQL(text)


def tended(store: Historian) -> contextlib.AbstractContextManager[object]:
    """Keeps a store in order in the background while it is open; a database does so by itself."""
    from twin.historian.tidy import Keeper

    return Keeper(store) if isinstance(store, Embedded) else contextlib.nullcontext()
