"""What the address of the page Explore asks for, checked, in the site's own time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from twin.dashboard.address import Address
from twin.dashboard.explore.history import EXPECTED, OUTDOORS
from twin.dashboard.explore.period import KEYS as PERIODS
from twin.dashboard.explore.period import MINUTE, MOMENT, Period, between, minutes, moment, named

CHARTS = ("trend", "carpet", "duration", "signature", "scatter")
GRAINS = {"15min": 900, "hour": 3600, "day": 86400}
"""Lengths of the intervals that all charts but the trend are made of. [s]"""
USUAL = {"chart": "trend", "period": "week"}
"""What an address need not say."""
KEYS = {
    "points": r".{1,4000}",
    "chart": "|".join(CHARTS),
    "period": "|".join(PERIODS),
    "from": MINUTE,
    "to": MINUTE,
    "zoom": f"{MOMENT}~{MOMENT}",
    "twin": "off",
    "before": "on",
    "turn": "hours",
    "grain": "|".join(GRAINS),
    "against": r".{1,300}",
}
"""The page's own words of its address."""
MOST = 12
"""Points in one chart."""


@dataclass(frozen=True)
class Asked:
    """What is to be shown.

    Attributes
    ----------
    points : names, each once. twin : with what the twin expects beside. before : with the period before.
    turned : a carpet with days downwards. grain : length of intervals [s]; 0 where it follows from the samples.
    against : what a signature is drawn over.
    """

    chart: str
    points: tuple[str, ...]
    period: Period
    zoom: Period | None
    twin: bool
    before: bool
    turned: bool
    grain: int
    against: str

    @property
    def seen(self) -> Period:
        """The period, or the part of it that is looked at."""
        return self.zoom or self.period


def ask(address: Address, now: datetime) -> Asked:
    """What an address asks for at a moment in the site's time.

    Raises
    ------
    UnfitError
        When its moments are none, or in the wrong order.
    """
    zone = now.tzinfo
    assert zone is not None
    chosen = address.get("period", "custom" if address.get("from") else USUAL["period"])
    period = between(address.get("from"), address.get("to"), zone) if chosen == "custom" else named(chosen, now)
    chart = address.get("chart", USUAL["chart"])
    zoom = looked_at(address.get("zoom"), period) if chart == "trend" else None
    return Asked(
        chart, tuple(dict.fromkeys(points(address.get("points"))))[:MOST], period, zoom, address.get("twin") != "off",
        address.get("before") == "on", address.get("turn") == "hours", GRAINS.get(address.get("grain"), 0),
        address.get("against") or f"{OUTDOORS}dry_bulb",
    )  # fmt: skip


def looked_at(text: str, period: Period) -> Period | None:
    """The part of a period that a chart was zoomed to; nothing where that is all of it.

    Raises
    ------
    UnfitError
        When its moments are none.
    """
    if not text:
        return None
    zone = period.start.tzinfo
    assert zone is not None
    first, last = (moment(each.strip(), zone) for each in text.split("~"))
    if last <= first or (first <= period.start and last >= period.end):
        return None
    return Period(first, last)


def points(text: str) -> list[str]:
    """Names of points from an address, where commas part them.

    >>> points(joined(["a,b", "50%"]))
    ['a,b', '50%']
    """
    return [each.replace("%2C", ",").replace("%25", "%") for each in text.split(",") if each]


def joined(names: Sequence[str]) -> str:
    """Names of points as an address has them."""
    return ",".join(each.replace("%", "%25").replace(",", "%2C") for each in names)


def expected(name: str) -> str:
    """Name of what the twin expects of a point."""
    return name if name.endswith(EXPECTED) else name + EXPECTED


def query(address: Address, default: Sequence[str]) -> str:
    """The address's query with the points that are shown when it names none, and without what it need not say."""
    own = {name: text for name, text in address.own if USUAL.get(name) != text}
    own.setdefault("points", joined(default))
    if own.get("from") or own.get("to"):
        own["from"], own["to"] = minutes(own.get("from", ""), own.get("to", ""))
    whole = Address(address.page, address.site, address.language, address.theme, tuple(own.items()))
    return "?" + urlsplit(whole.to()).query
