"""How much warmer which part of China is told to become: global warming by scenario, and how a region and its seasons follow it."""

from __future__ import annotations

from dataclasses import dataclass

from twin.errors import WeatherError

VERSION = "2026-11-21"
"""Of this table; it stands in the source of every weather made from it."""


@dataclass(frozen=True)
class Estimate:
    """A number with its range and where it comes from."""

    value: float
    low: float
    high: float
    source: str

    def end(self, which: str) -> float:
        """The value, or its `low` or `high` end."""
        return {"": self.value, "low": self.low, "high": self.high}[which]


@dataclass(frozen=True)
class Region:
    """A box of latitudes and longitudes [deg], and its warming over that of the globe."""

    name: str
    latitudes: tuple[float, float]
    longitudes: tuple[float, float]
    follows: Estimate


SPM = "published IPCC AR6 WG1 (2021), Table SPM.1: best estimate and very likely range over 1850-1900"
MIDDLE = f"{SPM}; the best estimate was read in a copy, its range is recalled"
NEAR = f"{SPM}; recalled"
REFERENCE = Estimate(
    0.85, 0.69, 0.95, "published IPCC AR6 WG1 (2021), figure SPM.8: 1995-2014 over 1850-1900; its range is recalled (A.1.2)"
)  # fmt: skip
"""Warming of 1995-2014, from which the changes below count. [K]"""
WARMING = {
    "ssp126": {
        2030: Estimate(1.5, 1.2, 1.8, NEAR), 2050: Estimate(1.7, 1.3, 2.2, MIDDLE), 2090: Estimate(1.8, 1.3, 2.4, SPM),
    },
    "ssp245": {
        2030: Estimate(1.5, 1.2, 1.8, NEAR), 2050: Estimate(2.0, 1.6, 2.5, MIDDLE), 2090: Estimate(2.7, 2.1, 3.5, SPM),
    },
    "ssp585": {
        2030: Estimate(1.6, 1.3, 1.9, NEAR), 2050: Estimate(2.4, 1.9, 3.0, MIDDLE), 2090: Estimate(4.4, 3.3, 5.7, SPM),
    },
}  # fmt: skip
"""Global surface temperature over 1850-1900 by scenario and middle of the period: 2021-2040, 2041-2060, 2081-2100. [K]"""
BETWEEN = 2080
"""A year between the last two periods, on a straight line."""
YEARS = (2030, 2050, BETWEEN, 2090)

CCKP = "World Bank Climate Change Knowledge Portal, China (CMIP5, RCP8.5, 2080-2099 over 1986-2005)"
AR5 = "3.7 K of the globe (IPCC AR5 WG1 (2013), Table SPM.2, recalled)"
REGIONS = (
    Region(
        "south China", (18.0, 34.0), (97.0, 123.0),
        Estimate(
            1.16, 0.93, 1.42,
            f"derived 4.3 K in the region that warms least, the Southwest ({CCKP}), over {AR5}; low end 1.4 K in the south-east at "
            "1.5 K of the globe (22 CMIP5 models, Advances in Climate Change Research 2018); high end 5.04 K in the Yangtze basin "
            "(Yue et al. 2021, CMIP6, SSP5-8.5, daily maximum, second-hand) over 3.55 K of the globe",
        ),
    ),
    Region(
        "north China", (34.0, 54.0), (105.0, 135.0),
        Estimate(
            1.41, 1.23, 1.49,
            f"derived 5.2 K, the mean of China by the 2090s (World Bank and ADB, Climate Risk Country Profile: China, 2021), over {AR5}; "
            "low end 1.85 K, the middle of China at 1.5 K of the globe (22 CMIP5 models, Advances in Climate Change Research 2018); "
            f"high end 5.5 K in the Northwest ({CCKP})",
        ),
    ),
)  # fmt: skip
"""Warming of a region over that of the globe. The border is the line of the Qinling and the Huai; Tibet and the far west are left out."""
SEASONS = (1.09, 1.09, 1.0, 1.0, 1.0, 0.91, 0.91, 0.91, 1.0, 1.0, 1.0, 1.09)
"""A month's warming over the year's, January first. Published IPCC AR4 WG1 (2007), section 11.4.3.2, East Asia: 3.6 K in winter and 3.0 K
in summer where the year has 3.3 K (A1B); spring and autumn are what is left."""


def region_at(latitude: float, longitude: float) -> Region:
    """The region of a place.

    Raises
    ------
    WeatherError
        When the table has none there.
    """
    for each in REGIONS:
        south, north = each.latitudes
        west, east = each.longitudes
        if south <= latitude < north and west <= longitude <= east:
            return each
    boxes = "; ".join(
        f"{each.name}: {each.latitudes[0]:.0f} to {each.latitudes[1]:.0f} N, {each.longitudes[0]:.0f} to {each.longitudes[1]:.0f} E"
        for each in REGIONS
    )
    raise WeatherError(
        f"no projection for {latitude:.2f} N, {longitude:.2f} E; the table has {boxes}; state the change yourself, such as +2.0K"
    )


def warming(scenario: str, year: int, end: str = "") -> float:
    """Global warming from 1995-2014 to a year. [K]

    Raises
    ------
    WeatherError
        For a scenario or year that the table does not have.

    >>> round(warming("ssp245", 2050), 2), round(warming("ssp245", 2080), 3)
    (1.15, 1.675)
    """
    if scenario not in WARMING or year not in YEARS:
        raise WeatherError(
            f"no projection {year}-{scenario}; years: {', '.join(map(str, YEARS))}; scenarios: {', '.join(WARMING)}; "
            "each also with -low or -high for the ends of its range"
        )
    table = WARMING[scenario]
    if year == BETWEEN:
        share = (BETWEEN - 2050) / (2090 - 2050)
        return (1.0 - share) * table[2050].end(end) + share * table[2090].end(end) - REFERENCE.value
    return table[year].end(end) - REFERENCE.value


def changes(latitude: float, longitude: float, scenario: str, year: int, end: str = "") -> tuple[float, ...]:
    """Change of each month's mean temperature from 1995-2014, January first. [K]

    The low end takes the low ends of globe and region together, and the high end the high ones, so that both are seldom.

    Raises
    ------
    WeatherError
        For a place, scenario or year that the table does not have.

    >>> [round(each, 2) for each in changes(22.5, 114.1, "ssp585", 2050)][:6]
    [1.96, 1.96, 1.8, 1.8, 1.8, 1.64]
    """
    annual = warming(scenario, year, end) * region_at(latitude, longitude).follows.end(end)
    return tuple(annual * each for each in SEASONS)
