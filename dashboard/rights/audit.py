"""The audit journal: who did what, when and from where, one JSON line each, appended and never changed."""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path

TAIL = 2**18
"""How much of the journal's end is read to show it. [octets]"""
LONGEST = 400
"""Characters of what is told in one entry."""
log = logging.getLogger(__name__)


class Audit:
    """The journal of one file, for its owner only."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, who: str, what: str, detail: str = "", place: str = "") -> None:
        """Append an entry; a journal that cannot be written is told to whoever runs the server, and keeps nobody out."""
        told = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "who": who,
            "what": what,
            "from": place,
            "detail": detail,
        }
        line = json.dumps({key: text[:LONGEST] for key, text in told.items()}, ensure_ascii=False) + "\n"
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
            with os.fdopen(file, "ab") as stream:
                stream.write(line.encode())
        except OSError as problem:
            log.error("%s: the audit journal cannot be written (%s)", self.path, problem.strerror)

    def newest(self, most: int) -> list[dict[str, str]]:
        """The last entries, the newest first; a line that a crash cut off is left out."""
        try:
            with self.path.open("rb") as stream:
                size = stream.seek(0, os.SEEK_END)
                stream.seek(max(0, size - TAIL))
                lines = stream.read().decode("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return []
        found = []
        for line in reversed(lines[1:] if size > TAIL else lines):
            try:
                told = json.loads(line)
            except ValueError:
                continue
            found.append({key: str(told.get(key, "")) for key in ("time", "who", "what", "from", "detail")})
            if len(found) == most:
                break
        return found
