"""Compare a site with its retrofit measures: every saving with its P10, P50 and P90, and what the spread comes from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from twin.errors import RunError
from twin.site.claims import Reported
from twin.site.provenance import Quantity
from twin.site.site import Site
from twin.study.appraisal import amounts, appraise, items
from twin.study.convergence import trust
from twin.study.design import MOST, Scenario, named, scenarios
from twin.study.engine import ALL_CORES, Means, Progress, Sample
from twin.study.interaction import interactions
from twin.study.reported import spread, verdict
from twin.study.runs import Asked, Runs, screened, simulated
from twin.study.sampling import Sampling, advice, draw, percentiles, variance
from twin.study.task import BASELINE, Outcome
from twin.study.terms import Terms, terms_of
from twin.study.uncertain import Uncertain, uncertain

HOURLY = 3600.0
FEWEST = 2
"""Samples without which nothing is said of a spread."""
RANGED = {
    "bought_kwh": "bought", "cost_cny": "cost", "co2_t": "carbon", "inventory_t": "inventory", "water_m3": "water", "peak_kw": "peak",
    "comfort_hours_outside": "outside", "unmet_hours": "unmet",
}  # fmt: skip
"""Figures of a year that are told from P10 to P90, by the name of what a study keeps."""


def compare(
    site: Site,
    weather: str = "",
    step: float = HOURLY,
    samples: int = 30,
    seed: int = 0,
    progress: Progress | None = None,
    swing: bool = True,
    terms: Terms | None = None,
    means: Means = ALL_CORES,
    sampling: Sampling = "lhs",
    design: str = "alone",
    most: int = MOST,
    screening: bool = False,
    chosen: Sequence[Scenario] | None = None,
    draws: Sequence[dict[str, float]] | None = None,
) -> dict[str, Any]:
    """Study all measures of a site; the answer has the stable keys of `twin study --json`.

    Every sample draws all uncertain numbers once and uses them in the baseline and in every scenario, so that savings are
    differences of like with like.

    Parameters
    ----------
    site : with its measures. weather : as in `Weather.named`; empty for the site's own.
    step : tick. [s] samples : number of samples. seed : of the samples.
    progress : told (runs done, runs in all) of those to do. swing : also move each assumption alone, to rank what drives the spread.
    terms : of the appraisal; those beside the site when None.
    means : what the study may use, and the store that keeps its runs.
    sampling : `lhs` or `sobol`, see `twin.study.sampling.draw`.
    design, most : which sets of measures it runs, and how many at most; see `twin.study.design.scenarios`.
    screening : take most samples from a fit to first order; see `twin.study.screening`.
    chosen : the baseline and the scenarios, in place of a design's. draws : values by place of each sample, in place of drawn ones.

    Raises
    ------
    TwinError
        When the baseline cannot be simulated, or the study cannot go on. Another scenario that cannot be simulated is told
        in its row: `problem` says why, `failed_samples` counts, and `central` is None where nothing can be said of it.
    """
    chosen = chosen or scenarios(site, design, most)
    terms = terms or terms_of(site)
    names, alone = named(chosen), named(scenarios(site))
    numbers = uncertain(site, [*alone, *names], terms)
    values = draws or draw(numbers.all, samples, seed, sampling)
    last = chosen[-1].name if swing and chosen[-1].kind == "package" else ""
    asked = Asked(site, weather or site.location.climate, step, names, alone, numbers, values, last)
    runs = screened(asked, seed, means, progress) if screening else simulated(asked, means, progress)
    return {
        "site": site.name, "floor_area_m2": site.floor_area.value, "weather": asked.weather, "period": str(site.year),
        "step_s": step, "samples": samples, "seed": seed, "discount_rate": terms.discount,
        "sampling": {"method": sampling, "advice": advice(sampling, samples)}, "screening": runs.screening,
        "terms": terms.shown(), "design": design, **_told(asked, chosen, runs, terms),
    }  # fmt: skip


def _told(asked: Asked, chosen: Sequence[Scenario], runs: Runs, terms: Terms) -> dict[str, Any]:
    """What the runs say of the baseline, of each scenario, and of what stands between them."""
    site, central, drawn = asked.site, runs.central, runs.drawn
    rows = [_row(site, each, central, drawn, asked.values, terms) for each in chosen[1:]]
    return {
        "baseline": _baseline(site, central[BASELINE], drawn, runs.quarter),
        "scenarios": rows,
        "interaction_kwh": _interaction(rows[-1], chosen[-1], central) if rows else 0.0,
        "interactions": interactions(site, chosen, central, drawn, terms),
        "reported": [_reported(each, _telling(each, drawn, dict(asked.names))) for each in site.reported],
        "drivers": _drivers(asked.numbers, runs.swung, asked.swung) if asked.swung else [],
    }


def _interaction(row: dict[str, Any], package: Scenario, central: Sample) -> float:
    """What the last package saves beyond the sum of its measures; 0 where one of them cannot be simulated."""
    members = package.measures if package.kind == "package" else ()
    if not members or row["central"] is None or central.problem(*members):
        return 0.0
    saved: float = row["central"]["saving_kwh"]
    return saved - sum(central[BASELINE].electricity - central[name].electricity for name in members)


def _sound(drawn: Sequence[Sample], *names: str) -> list[Sample]:
    """Samples in which some scenarios could be simulated."""
    return [each for each in drawn if not each.problem(*names)]


def _telling(each: Reported, drawn: Sequence[Sample], names: Collection[str]) -> list[Sample]:
    """Samples that say something of a reported figure; none where its scenario is not run."""
    asked = (each.claim.scenario if each.claim else "") or BASELINE
    return _sound(drawn, BASELINE, asked) if asked in names else []


def _baseline(site: Site, central: Outcome, drawn: Sequence[Sample], quarter: Outcome) -> dict[str, Any]:
    sound = _sound(drawn, BASELINE)
    if not sound:
        raise RunError(f"no sample of the baseline can be simulated: {drawn[0].problem(BASELINE)}")
    return {
        **asdict(central),
        "electricity_kwh": central.electricity,
        "electricity_kwh_m2": central.electricity / site.floor_area.value,
        "electricity_kwh_range": percentiles([each[BASELINE].electricity for each in sound]),
        "ranges": _ranges([each[BASELINE] for each in sound]),
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
    central: Sample,
    drawn: Sequence[Sample],
    values: Sequence[Mapping[str, float]],
    terms: Terms,
) -> dict[str, Any]:
    """One scenario: savings against the baseline of the same sample, over the samples that could be simulated."""
    problems = [sample.problem(BASELINE, each.name) for sample in (central, *drawn)]
    told = next((problem for problem in problems if problem), "")
    failed = sum(map(bool, problems[1:]))
    if problems[0] or len(drawn) - failed < FEWEST:
        return _silent(each, told, failed)
    kept = [place for place, problem in enumerate(problems[1:]) if not problem]
    drawn, values = [drawn[place] for place in kept], [values[place] for place in kept]
    base, own = central[BASELINE], central[each.name]
    money = appraise(site, each.name, each.measures, central, drawn, values, terms)
    pieces = amounts(site, each.measures)
    capital = [sum(item.capital for item in items(site, pieces, value)) for value in values]
    saved = _savings(each.name, drawn)
    return {
        "name": each.name,
        "title": each.title,
        "measures": list(each.measures),
        "design": each.shown(),
        "central": {
            "electricity_kwh": own.electricity,
            "saving_kwh": base.electricity - own.electricity,
            "saving_cost_cny": base.cost - own.cost,
            **{key: getattr(own, key) for key in ("bought", "cost", "energy", "costs", "emissions", "end_uses")},
        },
        "electricity_kwh": percentiles([d[each.name].electricity for d in drawn]),
        **{name: percentiles(found) for name, found in saved.items()},
        "saving_bought_kwh": percentiles([d[BASELINE].bought - d[each.name].bought for d in drawn]),
        "saving_co2_t": percentiles([d[BASELINE].carbon - d[each.name].carbon for d in drawn]),
        "saving_water_m3": percentiles([d[BASELINE].water - d[each.name].water for d in drawn]),
        "capex": percentiles(capital)["p50"],
        "samples": {
            **{name: saved[name] for name in ("saving_kwh", "saving_cost_cny")},
            "saving_co2_t": [d[BASELINE].carbon - d[each.name].carbon for d in drawn],
        },
        **money,
        **trust({**saved, "npv": money["money"]["samples"]["npv"]}),
        "comfort_hours_outside": own.outside,
        "unmet_hours": own.unmet,
        "peak_kw": own.peak,
        "ranges": _ranges([sample[each.name] for sample in drawn]),
        "problem": told,
        "failed_samples": failed,
    }


def _savings(name: str, drawn: Sequence[Sample]) -> dict[str, list[float]]:
    """What a scenario saves in each sample."""
    return {
        "saving_kwh": [d[BASELINE].electricity - d[name].electricity for d in drawn],
        "saving_cost_cny": [d[BASELINE].cost - d[name].cost for d in drawn],
        "saving_inventory_t": [d[BASELINE].inventory - d[name].inventory for d in drawn],
    }


def _ranges(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """P10, P50 and P90 of a scenario's own figures."""
    return {key: percentiles([getattr(each, name) for each in outcomes]) for key, name in RANGED.items()}


def _silent(each: Scenario, problem: str, failed: int) -> dict[str, Any]:
    """A scenario that could not be simulated: why, and None for every figure."""
    figures = (
        "central electricity_kwh saving_kwh saving_bought_kwh saving_co2_t saving_inventory_t saving_cost_cny saving_water_m3 "
        "capex npv spread_error exceedance payback_years comfort_hours_outside unmet_hours peak_kw ranges"
    )
    return {
        "name": each.name, "title": each.title, "measures": list(each.measures), "design": each.shown(),
        **dict.fromkeys(figures.split()), "problem": problem, "failed_samples": failed,
    }  # fmt: skip


def _reported(each: Reported, drawn: Sequence[Sample]) -> dict[str, Any]:
    """A reported figure, and what the twin says of it where it can."""
    shown = {"what": each.what, "value": each.value, "unit": each.unit, "source": each.source, "label": each.label}
    if each.claim is None or len(drawn) < FEWEST:
        return shown
    own = spread(each, drawn)
    ends = [end for end in (own["p10"], own["p50"], own["p90"]) if end is not None]
    if not ends:
        return {**shown, **own, "verdict": verdict(each, own)}
    low, mid, high = (f"{end:,.4g}" if abs(end) < 1e4 else f"{end:,.0f}" for end in ends)
    english = f"The twin finds {mid} {each.unit} ({low} to {high}, P10 to P90). {each.why.get('en', '')}"
    chinese = f"孪生模型结果为{mid} {each.unit}（P10至P90：{low}至{high}）。{each.why.get('zh', '')}"
    return {**shown, **own, "verdict": verdict(each, own), "explained": {"en": english.strip(), "zh": chinese.strip()}}


def _drivers(numbers: Uncertain, swung: Sequence[Sample], package: str) -> list[dict[str, Any]]:
    """Assumptions ranked by their share of the spread of the package's saving, one at a time from low to high.

    The share is of the variance that each would make alone if the saving were linear in it.
    """
    effects: list[tuple[Quantity, float]] = []
    for place, quantity in enumerate(numbers.physical):
        low_base, low_own, high_base, high_own = swung[4 * place : 4 * place + 4]
        if any(run.problem(BASELINE) for run in (low_base, high_base)):
            continue
        if any(run.problem(package) for run in (low_own, high_own)):
            continue
        low = low_base[BASELINE].electricity - low_own[package].electricity
        effects.append((quantity, high_base[BASELINE].electricity - high_own[package].electricity - low))
    parts = [variance(q) * (effect / (q.high - q.low)) ** 2 for q, effect in effects]
    total = sum(parts) or 1.0
    rows = [
        {
            "parameter": numbers.names[q.place],
            "value": q.value, "low": q.low, "high": q.high, "unit": q.unit, "kind": q.kind, "source": q.source,
            "stated": q.show(q.value), "range": f"{q.show(q.low)} .. {q.show(q.high)}",
            "place": q.place.rpartition("/")[2], "effect_kwh": effect, "share": part / total, "matters": effect != 0.0,
        }
        for (q, effect), part in zip(effects, parts, strict=True)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: -float(str(row["share"])))
