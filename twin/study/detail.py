"""What a report shows of a study besides its comparison: months, loads, what is bought, every number with its source, and the abatement curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.sim.results import Run
from twin.site.provenance import Quantity
from twin.site.site import Site
from twin.study.abatement import MOST_GREEDY
from twin.study.appraisal import amounts, items
from twin.study.terms import Terms

SCHEMA_VERSION = 1
"""Version of the form of a kept study."""
POINTS = 80
"""Points that draw a load-duration curve."""
WORKDAY, FREE = "workday", "free_day"
Floats = npt.NDArray[np.float64]


def best_scenario(scenarios: Sequence[Mapping[str, Any]]) -> str:
    """Name of the scenario with the highest P50 of the net present value; empty where none could be simulated."""
    sound = [each for each in scenarios if each["central"]]
    return str(max(sound, key=lambda each: each["npv"]["p50"])["name"]) if sound else ""


def detail(site: Site, best: str, central: Run, own: Run, terms: Terms) -> dict[str, Any]:
    """What the charts and the workbook need beyond the comparison.

    Parameters
    ----------
    best : name of the scenario that `own` runs; central : the baseline's run.
    """
    loads = {"baseline": central, "best": own}
    return {
        "best": best,
        "monthly_kwh": {name: _monthly(each) for name, each in loads.items()},
        "duration_kw": {name: _duration(each.power) for name, each in loads.items()},
        "duration_share": np.linspace(0.0, 1.0, POINTS).round(5).tolist(),
        "day_kw": {name: _days(each) for name, each in loads.items()},
        "hour_kw": _hours(central),
        "first_day": central.clock.start.date().isoformat(),
        "measures": {name: _bought(site, name) for name in site.measures},
        "numbers": _numbers(site, terms),
    }


def _monthly(run: Run) -> dict[str, Any]:
    """Electricity by month and end use. [kWh]"""
    frame = run.monthly()
    return {
        "months": list(frame.index),
        "end_uses": {str(use): [round(float(v), 3) for v in frame[use]] for use in frame.columns},
    }


def _duration(power: Floats) -> list[float]:
    """Power from the highest to the lowest tick. [kW]"""
    ordered = np.sort(power)[::-1] / 1e3
    return [round(float(v), 3) for v in ordered[np.linspace(0, ordered.size - 1, POINTS).astype(int)]]


def _hourly(run: Run) -> Floats:
    """Mean power of each hour of whole days, days x 24. [kW]"""
    per_day = round(86400.0 / run.clock.step)
    days = run.power.size // per_day
    whole: Floats = run.power[: days * per_day].reshape(days, 24, per_day // 24).mean(axis=2) / 1e3
    return whole


def _days(run: Run) -> dict[str, list[float]]:
    """Mean day of workdays, and of Saturdays, Sundays and holidays. [kW]"""
    from datetime import timedelta

    from twin.weather.almanac import Almanac

    almanac, hours = Almanac(run.site.location.country), _hourly(run)
    first = run.clock.start.date()
    work = np.array([almanac.day_kind(first + timedelta(days=day)) == 0 for day in range(len(hours))], dtype=bool)
    means = {WORKDAY: hours[work], FREE: hours[~work]}
    return {name: [round(float(v), 3) for v in rows.mean(axis=0)] for name, rows in means.items() if len(rows)}


def _hours(run: Run) -> list[str]:
    """Power of every hour, a text of 24 whole numbers for each day. [kW]"""
    return [",".join(str(round(v)) for v in day) for day in _hourly(run).tolist()]


def _bought(site: Site, name: str) -> dict[str, Any]:
    """What a measure costs over its life, and where that is stated."""
    measure = site.measures[name]
    (item,) = items(site, amounts(site, (name,)), {})
    return {
        "title": measure.title, "help": measure.help, "capital_cny": item.capital, "life_years": item.life,
        "maintenance_cny": item.maintenance, "salvage_cny": item.salvage, "per": measure.per, "pieces": measure.pieces(site),
        "unit_cost": measure.cost.text, "kind": measure.cost.kind, "source": measure.cost.source, "place": _where(measure.cost),
    }  # fmt: skip


def _numbers(site: Site, terms: Terms) -> list[dict[str, Any]]:
    """Every number that the site, its measures and the terms state, each place once."""
    found: dict[str, dict[str, Any]] = {}
    for (name, parameter), each in site.quantities.items():
        found.setdefault(each.place, _number(each, f"{type(site[name]).kind}.{parameter}", "site"))
    found.setdefault(site.floor_area.place, _number(site.floor_area, "floor_area", "site"))
    for name, measure in site.measures.items():
        for what, price in measure.prices().items():
            found.setdefault(price.place, _number(price, f"{name}.{what}", "measures"))
    for what, each in terms.numbers.items():
        found.setdefault(each.place, _number(each, what, "terms"))
    return list(found.values())


def _number(each: Quantity, what: str, of: str) -> dict[str, Any]:
    return {
        "what": what, "of": of, "stated": each.show(each.value), "value": each.value, "low": each.low, "high": each.high, "unit": each.unit,
        "range": f"{each.show(each.low)} .. {each.show(each.high)}" if each.uncertain else "",
        "kind": each.kind, "source": each.source, "note": each.note, "place": _where(each),
    }  # fmt: skip


def _where(each: Quantity) -> str:
    """File and line, without the folders of one machine."""
    return each.place.rpartition("/")[2]


def worth_a_curve(site: Site) -> bool:
    """Whether a site has so few measures that their abatement curve costs little: at most n (n + 1) / 2 runs for n of them."""
    return 1 < len(site.measures) <= MOST_GREEDY


def compared(frame: Any, per_hour: int = 4) -> dict[str, Any]:
    """Hourly means of the first point that a building measured, beside the twin's; from the frame of a comparison."""
    point = str(frame.columns[0]).removesuffix(" measured")
    means = frame.groupby(np.arange(len(frame)) // per_hour).mean()
    return {
        "point": point, "first": str(frame.index[0]),
        "measured": [None if np.isnan(v) else round(float(v), 4) for v in means[f"{point} measured"]],
        "twin": [round(float(v), 4) for v in means[f"{point} twin"]],
    }  # fmt: skip
