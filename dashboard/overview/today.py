"""What day it is at a site: its time zone, whether people work there today, and the next public holiday."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

from twin.site.site import Site
from twin.weather.almanac import HOLIDAY, SATURDAY, Almanac

AHEAD = 120
"""Days in which the next public holiday is looked for."""


def told(site: Site, now: datetime, words: Mapping[str, str], language: str) -> str:
    """The time of the site with its zone, the kind of the day, and the next public holiday."""
    country, day = site.location.country, now.date()
    name, following = holiday(country, day, language), coming(country, day, language)
    kind = words[f"today_{sort(country, day)}"]
    text = words["today_local"].format(time=f"{now:%Y-%m-%d %H:%M}", zone=zone(now), kind=f"{kind}, {name}" if name else kind)  # fmt: skip
    if following:
        text += " " + words["today_next"].format(name=following[1], date=following[0].isoformat())
    return text


def zone(now: datetime) -> str:
    """How far the clock is from universal time.

    >>> zone(datetime.fromisoformat("2026-03-04T12:00+08:00")), zone(datetime.fromisoformat("2026-03-04T12:00-03:30"))
    ('UTC+8', 'UTC-3:30')
    """
    minutes = round((now.utcoffset() or timedelta()).total_seconds() / 60.0)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def sort(country: str, day: date) -> str:
    """Whether a day is worked, worked in exchange for another, or free.

    >>> sort("CN", date(2026, 10, 1)), sort("CN", date(2026, 10, 10)), sort("CN", date(2026, 3, 4)), sort("CN", date(2026, 3, 7))
    ('free', 'adjusted', 'work', 'saturday')
    """
    kind = Almanac(country).day_kind(day)
    if kind in (HOLIDAY, SATURDAY):
        return "free" if kind == HOLIDAY else "saturday"
    return "adjusted" if day.weekday() >= 5 else "work"


@lru_cache(4096)
def holiday(country: str, day: date, language: str) -> str:
    """Name of the public holiday that makes a day free; empty where none does.

    >>> holiday("CN", date(2026, 10, 2), "zh"), holiday("CN", date(2026, 10, 10), "en"), holiday("DE", date(2026, 10, 3), "en")
    ('国庆节', '', 'German Unity Day')
    """
    if country == "CN":
        import chinese_calendar

        try:
            free, name = chinese_calendar.get_holiday_detail(day)
        except NotImplementedError:  # no list of that year yet
            return _usual(country, day, language)
        return "" if not (free and name) else chinese_calendar.Holiday(name).chinese if language == "zh" else name
    return _usual(country, day, language)


def _usual(country: str, day: date, language: str) -> str:
    """Name of a country's holiday by its law, without days that are moved."""
    import holidays

    spoken = "zh_CN" if language == "zh" and country == "CN" else None
    return str(holidays.country_holidays(country, language=spoken).get(day) or "")


def coming(country: str, day: date, language: str) -> tuple[date, str] | None:
    """The next public holiday after a day that is another than that day's own."""
    own = holiday(country, day, language)
    for ahead in range(1, AHEAD):
        found = holiday(country, day + timedelta(days=ahead), language)
        if found and found != own:
            return day + timedelta(days=ahead), found
    return None
