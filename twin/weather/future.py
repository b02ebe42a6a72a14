"""Future weather: a present year whose months are made warmer by what a projection or the user says."""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from twin.errors import WeatherError
from twin.weather import moist
from twin.weather.measured import clear_sky
from twin.weather.projections import SEASONS, VERSION, WARMING, YEARS, changes, region_at, warming

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.weather.year import Weather

Floats = npt.NDArray[np.float64]
DRIEST = 0.01
"""Least relative humidity, as `twin.weather.moist.dew_point` takes it."""
MOST = 15.0
"""Largest change that is taken for meant. [K]"""
PLAIN = re.compile(r"(?P<kelvin>-?\d+(?:\.\d+)?) ?K")
PROJECTED = re.compile(r"(?P<year>\d+)-(?P<scenario>[a-z0-9.]+)(?:-(?P<end>low|high))?")
FORMS = "write for instance shenzhen+2050-ssp245, shenzhen+2050-ssp245-high or shenzhen+2.0K"


def parts(text: str) -> tuple[str, str]:
    """What a weather's name starts from, and the change after its last `+`; no change where that is part of a file's name.

    >>> parts("shenzhen+2050-ssp245"), parts("shenzhen:3"), parts("a+b.epw"), parts("a+b.epw+2K")
    (('shenzhen', '2050-ssp245'), ('shenzhen:3', ''), ('a+b.epw', ''), ('a+b.epw', '2K'))
    """
    base, sign, change = text.rpartition("+")
    if not sign or change.lower().endswith((".epw", ".csv")):
        return text, ""
    return base, change


def warmer(base: Weather, change: str) -> Weather:
    """A present weather with a change, as its name states it: `2050-ssp245`, `2050-ssp245-low`, `2.0K`.

    Raises
    ------
    WeatherError
        For a change that cannot be read, a scenario or year that the table does not have, or a place outside it.
    """
    found = PLAIN.fullmatch(change)
    if found:
        kelvin = float(found["kelvin"])
        if abs(kelvin) > MOST:
            raise WeatherError(f"{base.name}+{change}: a change of {kelvin:g} K; at most {MOST:g} K is taken for meant")
        return morphed(base, change, (kelvin,) * 12, f"every month changed by {kelvin:+g} K, as stated")
    told = PROJECTED.fullmatch(change)
    if not told:
        known = [f"{year}-{name}" for year in YEARS for name in WARMING]
        near = difflib.get_close_matches(change, known, 1)
        hint = f"did you mean {near[0]!r}? {FORMS}" if near else FORMS
        raise WeatherError(f"{base.name}+{change}: {change!r} is no change of the climate; {hint}")
    year, scenario, end = int(told["year"]), told["scenario"], told["end"] or ""
    try:
        months = changes(base.latitude, base.longitude, scenario, year, end)
    except WeatherError as problem:
        raise WeatherError(f"{base.name}+{change}: {problem}") from problem
    region, share = region_at(base.latitude, base.longitude), warming(scenario, year, end)
    side = f", {end} end" if end else ""
    basis = (
        f"{scenario} {year}{side}: {share:.2f} K of the globe from 1995-2014, {region.follows.end(end):.2f} times in {region.name}, "
        f"{min(SEASONS):g} to {max(SEASONS):g} by season (projections {VERSION})"
    )
    return morphed(base, change, months, basis)


def morphed(base: Weather, change: str, months: Sequence[float], basis: str) -> Weather:
    """A weather whose monthly mean temperatures are moved; its hours keep their course.

    Relative humidity stays, so that the vapour pressure grows with the air's capacity; the sky's infrared keeps its ratio to that
    of a clear sky with the same air; pressure, wind and sun stay. The change of a month is one step, without a change of the daily
    range, for which the table has no source.

    Parameters
    ----------
    months : change of each month's mean dry bulb, January first. [K]

    References
    ----------
    Belcher, Hacker and Powell, Building Services Engineering Research and Technology 26(1), 2005: shift of the monthly mean.
    """
    dry = base.dry_bulb + np.asarray(months, dtype=np.float64)[month_of(base) - 1]
    relative = moist.saturation_pressure(base.dew_point) / moist.saturation_pressure(base.dry_bulb)
    dew = np.minimum(moist.dew_point(dry, np.clip(relative, DRIEST, 1.0)), dry)
    infrared = base.infrared * clear_sky(dry, dew) / clear_sky(base.dry_bulb, base.dew_point)
    told = f"future weather: {min(months):+.2f} to {max(months):+.2f} K by month; {basis}; relative humidity, wind and sun kept"
    return replace(
        base, name=f"{base.name}+{change}", source=f"{base.source}; morphed by {basis}", dry_bulb=dry, dew_point=dew,
        infrared=infrared, notes=(*base.notes, told),
    )  # fmt: skip


def month_of(weather: Weather) -> npt.NDArray[np.int64]:
    """Month of each interval's middle, 1 to 12."""
    seconds = (np.arange(len(weather.dry_bulb)) + 0.5) * weather.step
    start = np.datetime64(weather.start.replace(tzinfo=None), "s")
    moments = start + seconds.astype("timedelta64[s]")
    found: npt.NDArray[np.int64] = moments.astype("datetime64[M]").astype(np.int64) % 12 + 1
    return found
