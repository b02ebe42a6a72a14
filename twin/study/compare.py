"""Compare a site with its retrofit measures: every saving with its P10, P50 and P90, and what the spread comes from."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from typing import Any

from twin.site.measures import Measure, apply
from twin.site.provenance import Quantity
from twin.site.site import Site
from twin.study import economics
from twin.study.sampling import draw, percentiles
from twin.study.task import Outcome, Task, outcome, work

BASELINE = "baseline"
HOURLY = 3600.0
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Scenario:
    """A name, the measures it applies, and its titles by language."""

    name: str
    measures: tuple[str, ...]
    title: dict[str, str]


def scenarios(site: Site) -> list[Scenario]:
    """The baseline, each measure alone, and each package."""
    found = [Scenario(BASELINE, (), {"en": "Baseline", "zh": "基准"})]
    found += [Scenario(name, (name,), measure.title) for name, measure in site.measures.items()]
    found += [
        Scenario(name, members, {"en": f"Package: {name.replace('_', ' ')}", "zh": f"组合：{name}"})
        for name, members in site.packages.items()
    ]
    return found


def compare(
    site: Site,
    weather: str = "",
    step: float = HOURLY,
    samples: int = 30,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
    swing: bool = True,
) -> dict[str, Any]:
    """Study all measures of a site; the answer has the stable keys of `twin study --json`.

    Every sample draws all uncertain numbers once and uses them in the baseline and in every scenario, so that savings are
    differences of like with like.

    Parameters
    ----------
    site : with its measures. weather : as in `Weather.named`; empty for the site's own.
    step : tick. [s] samples : number of samples. seed : of the samples. workers : processes; all cores when None.
    progress : told (tasks done, tasks in all). swing : also move each assumption alone, to rank what drives the spread.

    Raises
    ------
    TwinError
        When a run fails.
    """
    chosen = scenarios(site)
    uncertain = _uncertain(site, chosen)
    weather = weather or site.location.climate
    names = [(each.name, each.measures) for each in chosen]
    last = names[-1:] if site.packages else []
    tasks = [Task(site, weather, step, values, names) for values in draw(uncertain, samples, seed)]
    swings = [q for q in uncertain if swing and not _is_economic(q, site.measures)]
    tasks += [Task(site, weather, step, {q.place: end}, [names[0], *last]) for q in swings for end in (q.low, q.high)]
    middle = Task(site, weather, step, {}, names)
    answers = _work([middle, *tasks], workers, progress)
    central, drawn, swung = answers[0], answers[1 : samples + 1], answers[samples + 1 :]
    values = [task.values for task in tasks[:samples]]
    rows = [_row(site, each, central, drawn, values) for each in chosen]
    package = rows[-1] if site.packages else None
    single = sum(
        central[BASELINE].electricity - central[name].electricity for name in site.packages.get(chosen[-1].name, ())
    )
    quarter = outcome(site, weather, 900.0, {}, ())
    return {
        "site": site.name,
        "floor_area_m2": site.floor_area.value,
        "weather": weather,
        "period": str(site.year),
        "step_s": step,
        "samples": samples,
        "seed": seed,
        "discount_rate": economics.DISCOUNT,
        "baseline": {**asdict(central[BASELINE]), **_baseline(site, central[BASELINE], drawn, quarter)},
        "scenarios": rows[1:],
        "interaction_kwh": (package["central"]["saving_kwh"] - single) if package else 0.0,
        "reported": [_reported(site, each, package) for each in site.reported],
        "drivers": _drivers(swings, swung, chosen[-1].name, site) if last else [],
    }


def _work(tasks: Sequence[Task], workers: int | None, progress: Progress | None) -> list[dict[str, Outcome]]:
    """Answers in the order of the tasks, from as many processes as there are cores."""
    count = workers or os.cpu_count() or 1
    answers: list[dict[str, Outcome]] = [{} for _ in tasks]
    if count == 1:
        for place, task in enumerate(tasks):
            answers[place] = work(task)
            if progress:
                progress(place + 1, len(tasks))
        return answers
    answers[0] = work(tasks[0])
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"))
    try:
        waiting = {pool.submit(work, task): place for place, task in enumerate(tasks) if place}
        for done, future in enumerate(as_completed(waiting)):
            answers[waiting[future]] = future.result()
            if progress:
                progress(done + 2, len(tasks))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return answers


def _uncertain(site: Site, chosen: Sequence[Scenario]) -> list[Quantity]:
    """Uncertain numbers of the site and of its measures, each place once."""
    used: dict[str, Quantity] = {}
    for each in chosen:
        apply(site, each.measures, used=used)
    for measure in site.measures.values():
        used |= {q.place: q for q in (measure.cost, measure.lifetime)}
    return [*site.assumptions(), *(q for q in used.values() if q.uncertain)]


def _is_economic(quantity: Quantity, measures: dict[str, Measure]) -> bool:
    return any(quantity.place in (m.cost.place, m.lifetime.place) for m in measures.values())


def _baseline(site: Site, central: Outcome, drawn: Sequence[dict[str, Outcome]], quarter: Outcome) -> dict[str, Any]:
    return {
        "electricity_kwh": central.electricity,
        "electricity_kwh_m2": central.electricity / site.floor_area.value,
        "electricity_kwh_range": percentiles([each[BASELINE].electricity for each in drawn]),
        "peak_kw": central.peak,
        "co2_t": central.carbon,
        "cost_cny": central.cost,
        "comfort_hours_outside": central.outside,
        "unmet_hours": central.unmet,
        "end_uses_kwh": central.end_uses,
        "fifteen_minute": {"electricity_kwh": quarter.electricity, "peak_kw": quarter.peak},
    }


def _row(
    site: Site,
    each: Scenario,
    central: dict[str, Outcome],
    drawn: Sequence[dict[str, Outcome]],
    values: Sequence[dict[str, float]],
) -> dict[str, Any]:
    """One scenario: savings against the baseline of the same sample."""
    base, own = central[BASELINE], central[each.name]
    capital = [_capital(site, each, value) for value in values]
    money = [d[BASELINE].cost - d[each.name].cost for d in drawn]
    net = [_net(site, each, value, saved, base, own) for value, saved in zip(values, money, strict=True)]
    saved = base.cost - own.cost
    return {
        "name": each.name,
        "title": each.title,
        "measures": list(each.measures),
        "central": {
            "electricity_kwh": own.electricity,
            "saving_kwh": base.electricity - own.electricity,
            "saving_cost_cny": saved,
        },
        "electricity_kwh": percentiles([d[each.name].electricity for d in drawn]),
        "saving_kwh": percentiles([d[BASELINE].electricity - d[each.name].electricity for d in drawn]),
        "saving_co2_t": percentiles([d[BASELINE].carbon - d[each.name].carbon for d in drawn]),
        "saving_cost_cny": percentiles(money),
        "capex": percentiles(capital)["p50"],
        "npv": percentiles(net),
        "payback_years": economics.payback(_capital(site, each, {}), saved),
        "comfort_hours_outside": own.outside,
        "unmet_hours": own.unmet,
        "peak_kw": own.peak,
    }


def _capital(site: Site, each: Scenario, values: dict[str, float]) -> float:
    measures = [site.measures[name] for name in each.measures]
    return sum(values.get(m.cost.place, m.cost.value) * m.pieces(site) for m in measures)


def _net(site: Site, each: Scenario, values: dict[str, float], saved: float, base: Outcome, own: Outcome) -> float:
    """Net present value; a package lasts as long as its measures do on average, weighted by their cost."""
    measures = [site.measures[name] for name in each.measures]
    capital = _capital(site, each, values)
    if not measures or capital <= 0.0:
        return 0.0
    lives = [values.get(m.lifetime.place, m.lifetime.value) for m in measures]
    costs = [values.get(m.cost.place, m.cost.value) * m.pieces(site) for m in measures]
    years = sum(life * cost for life, cost in zip(lives, costs, strict=True)) / capital
    return economics.present_value(capital, saved, years)


def _reported(site: Site, each: Any, package: dict[str, Any] | None) -> dict[str, Any]:
    """A reported figure beside the twin's package, with what the twin cannot explain."""
    shown = {"what": each.what, "value": each.value, "unit": each.unit, "source": each.source, "label": each.label}
    if package is None or each.unit not in ("GWh", "tCO2e"):
        return shown
    scale, key = (1e6, "saving_kwh") if each.unit == "GWh" else (1.0, "saving_co2_t")
    low, mid, high = (package[key][p] / scale / abs(each.value) for p in ("p10", "p50", "p90"))
    english = (
        f"The twin's package of control and management measures would save {mid:.0%} of this figure ({low:.0%} to {high:.0%}, "
        "P10 to P90) at unchanged use and weather. The figure itself is the plain difference of two years; the lower use of "
        "2020 (public buildings in Shenzhen fell by 11.5 %) and its weather are part of it, and the twin cannot tell them apart."
    )
    chinese = (
        f"孪生模型的控制与管理措施组合在使用和气候不变时可节约相当于该数字的{mid:.0%}（P10至P90：{low:.0%}至{high:.0%}）。"
        "该数字是两年之差，未做归一化；2020年使用减少（深圳公共建筑下降11.5%）和气候差异包含其中，模型无法区分。"
    )
    return {**shown, "explained": {"en": english, "zh": chinese}}


def _drivers(
    swings: Sequence[Quantity], swung: Sequence[dict[str, Outcome]], package: str, site: Site
) -> list[dict[str, Any]]:
    """Assumptions ranked by their share of the spread of the package's saving, one at a time from low to high."""
    places: dict[str, str] = {}
    for (name, parameter), quantity in site.quantities.items():
        kind = type(site[name]).kind
        places.setdefault(quantity.place, f"{kind}.{parameter}")
    effects = []
    for place, quantity in enumerate(swings):
        low, high = (run[BASELINE].electricity - run[package].electricity for run in swung[2 * place : 2 * place + 2])
        effects.append((quantity, high - low))
    total = sum(effect**2 for _, effect in effects) or 1.0
    rows = [
        {
            "parameter": places.get(q.place) or q.note,
            "value": q.value, "low": q.low, "high": q.high, "unit": q.unit, "kind": q.kind, "source": q.source,
            "stated": q.show(q.value), "range": f"{q.show(q.low)} .. {q.show(q.high)}",
            "place": q.place.rpartition("/")[2], "effect_kwh": effect, "share": effect**2 / total,
        }
        for q, effect in effects
    ]  # fmt: skip
    return sorted(rows, key=lambda row: -float(str(row["share"])))
