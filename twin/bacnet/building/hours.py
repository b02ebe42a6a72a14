"""The hours that a site keeps: the rows of its schedules, and the days that are not like their weekday."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from twin.components.schedule import Schedule
from twin.site.site import Site
from twin.weather.almanac import HOLIDAY, WORKDAY, Almanac

Row = tuple[float, ...]


@dataclass(frozen=True)
class Hours:
    """What schedules of a virtual building start from.

    Attributes
    ----------
    rows : by signal, shares in each hour of a workday, a Saturday, and a Sunday or public holiday.
    holidays : days kept like a Sunday, other than Sundays.
    workdays : Saturdays and Sundays that are worked.
    """

    rows: Mapping[str, tuple[Row, Row, Row]] = field(default_factory=dict)
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()

    @classmethod
    def of(cls, site: Site, years: Iterable[int]) -> Hours:
        """Hours of a site in some years."""
        rows = {
            f"{each.name}.value": (each.workday, each.saturday, each.holiday)
            for each in site.components
            if isinstance(each, Schedule)
        }
        almanac = Almanac(site.location.country)
        holidays, workdays = [], []
        for year in years:
            for number in range((date(year + 1, 1, 1) - date(year, 1, 1)).days):
                day = date(year, 1, 1) + timedelta(days=number)
                kind, weekday = almanac.day_kind(day), day.weekday()
                if kind == HOLIDAY and weekday < 6:
                    holidays.append(day)
                elif kind == WORKDAY and weekday >= 5:
                    workdays.append(day)
        return cls(rows, tuple(holidays), tuple(workdays))
