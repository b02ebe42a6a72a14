"""Run a site on weather: the shortest way from a site to results."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo

import numpy as np
import numpy.typing as npt

from twin.errors import PeriodError
from twin.sim.plans import planned
from twin.sim.results import Run
from twin.sim.scene import Clock, Scene
from twin.sim.simulation import Process, Simulation
from twin.site.site import Site
from twin.site.wiring import Address
from twin.weather.almanac import Almanac
from twin.weather.year import Weather

Floats = npt.NDArray[np.float64]
QUARTER = 900.0
WARM_UP = 7
"""Days before the start that are simulated and thrown away, so that walls and mass forget their start values."""


def simulate(
    site: Site,
    weather: Weather | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    step: float = QUARTER,
    *,
    given: Mapping[Address, Floats] | None = None,
    processes: tuple[Process, ...] = (),
    more: tuple[str, ...] = (),
    warm_up: int = WARM_UP,
    scene: Scene | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Run:
    """Simulate a site.

    Parameters
    ----------
    site : the site.
    weather : defaults to the site's embedded typical year.
    start, end : local standard time (naive or aware); default to the site's calendar year.
    step : tick. [s]
    given : measured series, one mean per tick, for inlets or commands.
    processes : SimPy processes.
    more : further signals to record in every tick, `component.signal`, with `*` for any part of a name.
    warm_up : days of preconditioning on the weather before the start.
    scene : weather and calendar already prepared, where many runs share them.
    progress : told (kernels ready, kernels in all) while kernels are compiled.

    Raises
    ------
    PeriodError
        When the period is empty or the step does not divide the hour.
    RunError
        When a signal stops being a number.
    """
    began = time.perf_counter()
    weather = weather or Weather.named(site.location.climate, site.year)
    first, ticks = _period(start or datetime(site.year, 1, 1), end, step, weather.start.tzinfo)
    plan = planned(site, frozenset(given or ()))
    scene = scene or Scene(weather, Almanac(site.location.country))
    table = plan.link(progress)
    vector = None
    if warm_up:
        before = Clock(first - timedelta(days=warm_up), round(warm_up * 86400.0 / step), step)
        early = {a: np.resize(v[: round(86400.0 / step)], before.ticks) for a, v in (given or {}).items()}
        rehearsal = Simulation(plan, before, scene, early, table=table)
        rehearsal.advance()
        vector = rehearsal.vector
    simulation = Simulation(plan, Clock(first, ticks, step), scene, given, processes, more, table)
    if vector is not None:
        simulation.vector[:] = vector
    record = simulation.advance()
    remarks = (*weather.notes, *sorted(scene.almanac.notes))
    return Run(
        site, plan, simulation.clock, record, weather.name, weather.digest(), time.perf_counter() - began, remarks
    )


def _period(start: datetime, end: datetime | None, step: float, zone: tzinfo | None) -> tuple[datetime, int]:
    """Start and number of ticks of a run; naive times are local standard time, and a run lasts a year unless told."""
    first = _local(start, zone)
    last = _local(end or first.replace(year=first.year + 1), zone)
    ticks = round((last - first).total_seconds() / step)
    if ticks < 1:
        raise PeriodError(f"the period from {first} to {last} is empty; the end must be after the start")
    return first, ticks


def _local(moment: datetime, zone: tzinfo | None) -> datetime:
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
