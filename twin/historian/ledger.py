"""The list of history files that count, kept beside the tail: a file is history from the moment it is named here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from twin.historian.files import GROUP, HOURLY, File, Span
from twin.historian.tail import Tail

SOME = 500
"""Points asked for at a time."""


def marks(some: Sequence[object]) -> str:
    """Question marks for a query."""
    return ",".join("?" * len(some))


class Ledger:
    """Which files count."""

    def __init__(self, tail: Tail) -> None:
        self.tail = tail

    def files(self, grain: str, points: Sequence[int] | None, first: int, last: int) -> list[File]:
        """Files that hold samples of some points in a stretch of time, oldest sequence first."""
        query = "select distinct f.* from files f {} where f.grain = ? and f.last >= ? and f.first <= ? {}"
        told: list[object] = [grain, first, last]
        found: dict[File, None] = {}
        for at in range(0, 1 if points is None else len(points), SOME):
            if points is None:
                rows = self.tail.rows(query.format("", ""), told)
            elif grain == HOURLY:
                some = sorted({(point - 1) // GROUP for point in points[at : at + SOME]})
                rows = self.tail.rows(query.format("", f"and f.part in ({marks(some)})"), [*told, *some])
            else:
                some = list(points[at : at + SOME])
                chosen = f"and s.point in ({marks(some)}) and s.last >= ? and s.first <= ?"
                rows = self.tail.rows(query.format("join spans s using (path)", chosen), [*told, *some, first, last])
            found |= dict.fromkeys(File(*row) for row in rows)
        return sorted(found, key=lambda each: (each.sequence, each.path))

    def replace(
        self, old: Iterable[File], new: Iterable[tuple[File, Sequence[Span]]], until: int | None = None
    ) -> None:
        """From one moment to the next some files count and others do not, nor do blocks up to a sequence that are in files now."""
        with self.tail.changing() as tables:
            if until is not None:
                tables.execute("delete from blocks where sequence <= ?", [until])
            for each in old:
                tables.execute("delete from spans where path = ?", [each.path])
                tables.execute("delete from files where path = ?", [each.path])
            for file, spans in new:
                row = (file.path, file.grain, file.part, file.first, file.last, file.sequence, file.count)
                tables.execute("insert into files values (?, ?, ?, ?, ?, ?, ?)", row)
                tables.executemany("insert into spans values (?, ?, ?, ?, ?)", spans)

    def spans(self) -> list[tuple[int, int, int, int]]:
        """Point, first and last microsecond and samples in files."""
        query = "select point, min(first), max(last), sum(count) from spans group by point"
        return [tuple(map(int, row)) for row in self.tail.rows(query)]  # type: ignore[misc]

    def of(self, file: File) -> list[Span]:
        """Spans of a file's points."""
        return self.tail.rows("select path, point, first, last, count from spans where path = ?", [file.path])

    def paths(self) -> set[str]:
        """Every file that counts."""
        return {str(path) for (path,) in self.tail.rows("select path from files")}
