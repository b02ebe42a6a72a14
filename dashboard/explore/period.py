"""Stretches of time as people name them, in a site's own time: today, a week, a month, a year, and the one before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from twin.errors import TwinError

KEYS = ("today", "yesterday", "week", "month", "year", "custom")
MOMENT = r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?"
"""How an address writes a local moment: a day, or a day and a time."""
MINUTE = r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2})?"
"""How it writes an end of a period."""
YEARS = (1970, 2200)
"""Years that moments may be in."""
WEEK = timedelta(days=7)
DAY = timedelta(days=1)


class UnfitError(TwinError):
    """Something asked for that cannot be shown: the key of the sentence that says so, and what stands in its braces."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}")
        self.why, self.detail = why, detail


@dataclass(frozen=True)
class Period:
    """From a moment to before another, both in the site's time."""

    start: datetime
    end: datetime

    def shifted(self, steps: int) -> Period:
        """As many whole lengths later, or earlier; whole months stay whole months.

        >>> Period(datetime(2026, 3, 1), datetime(2026, 4, 1)).shifted(-1).start.isoformat()
        '2026-02-01T00:00:00'
        """
        months = _months(self.start, self.end)
        if months:
            return _checked(_month(self.start, steps * months), _month(self.start, (steps + 1) * months))
        length = self.end - self.start
        try:
            return _checked(self.start + steps * length, self.start + (steps + 1) * length)
        except OverflowError as problem:
            raise UnfitError("explore_years", f"{YEARS[0]}–{YEARS[1]}") from problem

    def until(self, now: datetime) -> datetime:
        """Where it ends, or now where that is earlier: what comes after cannot have been measured."""
        return max(min(self.end, now), self.start)

    @property
    def text(self) -> str:
        """Its days, or its moments where it does not begin and end at midnight.

        >>> Period(datetime(2026, 3, 1), datetime(2026, 4, 1)).text
        '2026-03-01 – 2026-03-31'
        """
        if not _midnight(self.start) or not _midnight(self.end):
            return f"{self.start:%Y-%m-%d %H:%M} – {self.end:%Y-%m-%d %H:%M}"
        last = self.end - DAY
        return f"{self.start:%Y-%m-%d}" if last <= self.start else f"{self.start:%Y-%m-%d} – {last:%Y-%m-%d}"


def named(key: str, now: datetime) -> Period:
    """A period by its name, at a moment in the site's time.

    >>> named("week", datetime(2026, 3, 4, 12)).text
    '2026-02-26 – 2026-03-04'
    """
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    first = today.replace(day=1)
    january = first.replace(month=1)
    return {
        "today": Period(today, today + DAY),
        "yesterday": Period(today - DAY, today),
        "week": Period(today + DAY - WEEK, today + DAY),
        "month": Period(first, _month(first, 1)),
        "year": Period(january, _month(january, 12)),
    }[key]


def between(start: str, end: str, zone: tzinfo) -> Period:
    """A period from what an address says; the day that it ends on is within it.

    Raises
    ------
    UnfitError
        When a moment is missing or none, or the end is not after the start.
    """
    if not start or not end:
        raise UnfitError("explore_open")
    first, last = moment(start, zone), moment(end, zone)
    if len(end) == len("2026-03-01"):
        last += DAY
    if last <= first:
        raise UnfitError("explore_reversed", f"{start.replace('T', ' ')} – {end.replace('T', ' ')}")
    return _checked(first, last)


def minutes(start: str, end: str) -> tuple[str, str]:
    """Both ends as a browser's fields for moments have them; texts that are no moments stay as they are.

    >>> minutes("2026-03-01", "2026-03-07")
    ('2026-03-01T00:00', '2026-03-08T00:00')
    """
    found = []
    for text, later in ((start, timedelta()), (end, DAY)):
        try:
            at = datetime.fromisoformat(text) + (later if len(text) == len("2026-03-01") else timedelta())
            found.append(f"{at:%Y-%m-%dT%H:%M}")
        except (ValueError, OverflowError):
            found.append(text)
    return found[0], found[1]


def moment(text: str, zone: tzinfo) -> datetime:
    """A local moment as a text.

    Raises
    ------
    UnfitError
        When there is no such moment, as on the 30th of February.
    """
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError as problem:
        raise UnfitError("explore_no_moment", text) from problem


def _checked(first: datetime, last: datetime) -> Period:
    """A period within the years that moments may be in."""
    if not (YEARS[0] <= first.year and last.year <= YEARS[1]):
        raise UnfitError("explore_years", f"{YEARS[0]}–{YEARS[1]}")
    return Period(first, last)


def _midnight(at: datetime) -> bool:
    return (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0)


def _months(first: datetime, last: datetime) -> int:
    """How many whole calendar months a stretch is; none where it is something else."""
    whole = first.day == last.day == 1 and _midnight(first) and _midnight(last)
    return (last.year - first.year) * 12 + last.month - first.month if whole else 0


def _month(first: datetime, steps: int) -> datetime:
    """The first day of a month so many months later."""
    year, month = divmod(first.year * 12 + first.month - 1 + steps, 12)
    if not YEARS[0] <= year <= YEARS[1]:
        raise UnfitError("explore_years", f"{YEARS[0]}–{YEARS[1]}")
    return first.replace(year=year, month=month + 1)
