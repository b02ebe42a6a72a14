"""One task of a study: all scenarios of one sample, small enough to send to another process and long enough to be worth it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twin.sim.costs import costs, heat_bought
from twin.sim.results import KWH, Run
from twin.sim.scene import Scene
from twin.site.measures import apply
from twin.site.site import Site
from twin.study.runner import simulate
from twin.weather.almanac import Almanac
from twin.weather.year import Weather

BASELINE = "baseline"
"""Name of the scenario without measures."""
_scenes: dict[tuple[str, int, str], Scene] = {}


@dataclass(frozen=True)
class Task:
    """A site, its weather by name, numbers by place, and the scenarios to run."""

    site: Site
    weather: str
    step: float
    values: dict[str, float]
    scenarios: Sequence[tuple[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Outcome:
    """What a study keeps of a run: [kWh], [kW], [t], [CNY], [h]; `bought` is net of what was sold."""

    electricity: float
    bought: float
    peak: float
    carbon: float
    inventory: float
    """Scopes 1, 2 market-based and 3. [t]"""
    cost: float
    outside: float
    unmet: float
    water: float
    """Drawn from the mains. [m3]"""
    end_uses: dict[str, float]
    figures: dict[str, float]
    """Values of the figures that the site's reported figures need, by their text. [SI]"""
    costs: dict[str, float]
    """By carrier; see `twin.sim.costs`. [CNY]"""
    emissions: dict[str, float]
    """By scope, scope 2 location-based and market-based. [t]"""
    energy: float
    """Bought in all: power less what was sold, fuel and heat. [kWh]"""


def scene(weather: str, year: int, country: str) -> Scene:
    """Weather and calendar, shared by all runs of this process."""
    key = (weather, year, country)
    if key not in _scenes:
        _scenes[key] = Scene(Weather.named(weather, year), Almanac(country))
    return _scenes[key]


def hand_over(key: tuple[str, int, str], shared: Scene) -> None:
    """Give this process the scene of a weather's name, year and country, so that it need not read the weather itself."""
    _scenes[key] = shared


def run(site: Site, weather: str, step: float, values: dict[str, float], measures: tuple[str, ...]) -> Run:
    """Run a site with other numbers and some measures."""
    changed = apply(site.with_values(values) if values else site, measures, values)
    shared = scene(weather, site.year, site.location.country)
    return simulate(changed, shared.weather, step=step, scene=shared)


def outcome(site: Site, weather: str, step: float, values: dict[str, float], measures: tuple[str, ...]) -> Outcome:
    """The few figures of one run that a study keeps."""
    done = run(site, weather, step, values, measures)
    return Outcome(
        done.electricity,
        (done.ledger["bought"] - done.ledger["sold"]) / KWH,
        done.peak,
        done.carbon,
        (done.ledger["scope1"] + done.ledger["scope2_market"] + done.ledger["scope3"]) / 1e3,
        done.cost,
        done.zone_hours("outside"),
        done.zone_hours("unmet"),
        done.ledger["mains_water"] / 1e3,
        done.end_uses,
        {each.claim.figure.text: each.claim.figure.value(done.figure) for each in site.reported if each.claim},
        costs(done),
        {name: done.ledger[name] / 1e3 for name in ("scope1", "scope2", "scope2_market", "scope3")},
        (done.ledger["bought"] - done.ledger["sold"] + done.ledger["fuel"] + heat_bought(done)) / KWH,
    )


def work(task: Task) -> dict[str, Outcome]:
    """Run all scenarios of a task."""
    return {
        name: outcome(task.site, task.weather, task.step, task.values, measures) for name, measures in task.scenarios
    }
