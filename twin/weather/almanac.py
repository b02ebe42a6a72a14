"""The calendar of a country: workdays, Saturdays, Sundays and holidays, with China's adjusted workdays."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

WORKDAY, SATURDAY, HOLIDAY = 0, 1, 2


@dataclass(frozen=True)
class Almanac:
    """Kinds of days in one country (ISO code); dates outside the libraries' years fall back to plain weekdays."""

    country: str
    notes: set[str] = field(default_factory=set, compare=False)

    @cached_property
    def _holidays(self) -> Any:
        import holidays

        return holidays.country_holidays(self.country)

    def day_kind(self, day: date) -> int:
        """Kind of a day: 0 workday, 1 Saturday, 2 Sunday or public holiday.

        >>> Almanac("CN").day_kind(date(2019, 10, 1)), Almanac("CN").day_kind(date(2019, 9, 29))
        (2, 0)
        """
        if self.country == "CN":
            import chinese_calendar

            try:
                if chinese_calendar.is_workday(day):
                    return WORKDAY
            except NotImplementedError:
                self.notes.add(f"no list of Chinese holidays for {day.year}: weekdays only")
            else:
                plain = day.weekday() == 5 and chinese_calendar.get_holiday_detail(day)[1] is None
                return SATURDAY if plain else HOLIDAY
        elif day in self._holidays:
            return HOLIDAY
        return WORKDAY if day.weekday() < 5 else SATURDAY if day.weekday() == 5 else HOLIDAY
