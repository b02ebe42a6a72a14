"""Screen rooms by their slow modes: annual and peak loads of many rooms in little time, with fixed coefficients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.components.enclosure import Enclosure
from twin.components.ideal_loads import IdealLoads
from twin.components.partition import Partition
from twin.components.wall import Wall
from twin.components.window import Window
from twin.core.component import Component
from twin.core.kernel import Kernel
from twin.errors import RunError
from twin.physics.air import AIR_HEAT
from twin.screening.loop import march
from twin.screening.room import SURFACES, network
from twin.sim.constants import constants
from twin.sim.forced import columns
from twin.sim.plan import Plan
from twin.sim.scene import Clock, Scene
from twin.site.site import Site
from twin.site.wiring import Address

Floats = npt.NDArray[np.float64]
MODES = 10
"""Slow modes kept of a room; the others have settled at the end of each step."""
COMFORT, MIDDLE = (20.0, 26.0), 23.0
"""Room temperatures between which air drawn beyond its mean is taken to matter little, and their middle. [degC]"""
WARM_UP = 20
"""Days run before the start."""


@dataclass(frozen=True)
class Loads:
    """What a room needs in a year: sums [J] and highest hourly means [W], and its temperatures [degC]."""

    heating: float
    cooling: float
    peak_heating: float
    peak_cooling: float
    coldest: float
    warmest: float


@dataclass(frozen=True)
class Model:
    """A room by its modes over one step.

    Attributes
    ----------
    decay, seen, push : of each slow mode: what is left, its share in the air's temperature, amplitude gained per watt.
    drive : (inputs, modes + 1) amplitudes gained, and the air's settled temperature, per unit of each input.
    slope : air's rise per watt. [K/W]
    inputs : values of each input, one row a tick.
    """

    decay: Floats
    seen: Floats
    push: Floats
    drive: Floats
    slope: float
    inputs: Floats


def screen(
    site: Site, scene: Scene, clock: Clock, given: Mapping[Address, Floats] | None = None, modes: int = MODES
) -> dict[str, Loads]:
    """Loads of every room that has surfaces of its own.

    Rooms stand alone: a wall to another room is cut in its middle. Set-points, gains and
    sun are those of the full simulation.

    Raises
    ------
    RunError
        When the site has no room told by surfaces.
    """
    found = {
        room.name: march_room(model, *bounds, clock)
        for room, model, bounds in models(site, scene, clock, given or {}, modes)
    }
    if not found:
        raise RunError(f"{site.path}: has no room told by surfaces or under 'rooms'; screening needs one")
    return found


def march_room(model: Model, heating: Floats, cooling: Floats, most: tuple[float, float], clock: Clock) -> Loads:
    """Run one room over its inputs, with the first days run before as warm-up."""
    driven = model.inputs @ model.drive
    early = round(WARM_UP * 86400.0 / clock.step) % clock.ticks
    start = np.zeros(len(model.decay))
    per_hour = max(1, round(3600.0 / clock.step))
    told = (model.decay, model.seen, model.push, model.slope, *most, per_hour)
    march(driven[-early:], heating[-early:], cooling[-early:], start, *told)
    heat, cold, peak_heat, peak_cold, coldest, warmest = march(driven, heating, cooling, start, *told)
    return Loads(heat * clock.step, cold * clock.step, peak_heat, peak_cold, coldest, warmest)


def models(
    site: Site, scene: Scene, clock: Clock, given: Mapping[Address, Floats], modes: int
) -> Iterator[tuple[Enclosure, Model, tuple[Floats, Floats, tuple[float, float]]]]:
    """Every room with its linear model, set-points and capacities."""
    plan = Plan(list(site.components), site.wiring(), frozenset(given))
    told = _Told(plan, scene, clock, given)
    for room in (each for each in site.components if isinstance(each, Enclosure)):
        surfaces = _surfaces(site, room.name)
        if surfaces:
            loads = next(
                (
                    c
                    for c in site.components
                    if isinstance(c, IdealLoads) and site.links.get((c.name, "room")) == (room.name,)
                ),
                None,
            )
            yield room, _model(site, room, surfaces, told, clock.step, modes), _bounds(loads, told, clock.ticks)


class _Told:
    """Forced and given values of components over the whole run."""

    def __init__(self, plan: Plan, scene: Scene, clock: Clock, given: Mapping[Address, Floats]) -> None:
        self.plan, self.given = plan, given
        slots = {slot: place for place, slot in enumerate(plan.columns.values())}
        self.place = {address: slots[slot] for address, slot in plan.slot.items() if slot in slots}
        parts = [columns(plan, scene, given, clock, first, last) for first, last in clock.months]
        self.rows = [np.concatenate([part[place] for part in parts]) for place in range(len(plan.columns))]

    def __call__(self, name: str, signal: str) -> Floats | None:
        place = self.place.get((name, signal), self.place.get((name, f"{signal}:base")))
        return None if place is None else self.rows[place]


def _surfaces(site: Site, room: str) -> list[tuple[SURFACES, str]]:
    found: list[tuple[SURFACES, str]] = []
    for each in site.components:
        if isinstance(each, Wall | Window) and site.links.get((each.name, "room")) == (room,):
            found.append((each, ""))
        elif isinstance(each, Partition):
            found += [(each, side) for side in ("front", "rear") if site.links.get((each.name, side)) == (room,)]
    return found


def _model(
    site: Site, room: Enclosure, surfaces: list[tuple[SURFACES, str]], told: _Told, step: float, modes: int
) -> Model:
    means = {(room.name, "outdoor_density"): float(_need(told(room.name, "outdoor_density")).mean())}
    for each, _ in surfaces:
        driven = told(each.name, "driven")
        means[each.name, "driven"] = 0.0 if driven is None else float(driven.mean())
    flow = _drawn(site, room, told)
    net = network(room, surfaces, means, float(flow.mean()))
    capacity, loss, fed = net.matrices()
    root = np.sqrt(capacity)
    rate, shape = np.linalg.eigh(loss / np.outer(root, root))
    tie = shape[0] / root[0]  # of the air, which is the first node, to each mode
    push = shape.T @ (fed / root[:, None])
    fade = np.exp(-rate * step)
    reach = (1.0 - fade) / rate
    order = np.argsort(rate)[:modes]
    left = np.setdiff1d(np.arange(len(rate)), order)
    drive = np.column_stack([(push * reach[:, None])[order].T, ((tie / rate)[left, None] * push[left]).sum(axis=0)])
    slope = float((tie[order] ** 2 * reach[order]).sum() + (tie[left] ** 2 / rate[left]).sum())
    inputs = _inputs(site, room, surfaces, told, list(net.inputs))
    return Model(fade[order], tie[order], tie[order] * reach[order], np.ascontiguousarray(drive), slope, inputs)


def _need(row: Floats | None) -> Floats:
    assert row is not None
    return row


def _drawn(site: Site, room: Enclosure, told: _Told) -> Floats:
    """Outdoor air through cracks, windows and fans. [m3/s]"""
    row = told(room.name, "ventilation")
    source = site.inputs.get((room.name, "ventilation"), ("",))[0]
    if source and row is None:
        row = told(*source.rsplit(".", 1))
    outdoor, wind = _need(told(room.name, "outdoor")), _need(told(room.name, "wind_speed"))
    cracks = room.steady + room.stack * np.abs(MIDDLE - outdoor) + room.wind * wind
    return np.asarray(room.volume * room.infiltration * cracks + (0.0 if row is None else row))


def _draught(site: Site, room: Enclosure, told: _Told) -> Floats:
    """Heat that the air drawn beyond its mean brings to a room within its set-points. [W]"""
    flow, outdoor = _drawn(site, room, told), _need(told(room.name, "outdoor"))
    within = np.clip(outdoor, *COMFORT)
    excess = np.asarray(flow - flow.mean())
    return excess * _need(told(room.name, "outdoor_density")) * AIR_HEAT * (outdoor - within)


def _inputs(
    site: Site, room: Enclosure, surfaces: list[tuple[SURFACES, str]], told: _Told, names: list[object]
) -> Floats:
    """Values of each input, one row a tick."""
    ticks = len(_need(told(room.name, "outdoor")))
    light = _light(surfaces, told, ticks)
    first = surfaces[0][0].name
    rows = []
    for name in names:
        if name == "outdoor":
            row = told(room.name, "outdoor")
        elif name == "sky":
            row = next((r for each, _ in surfaces if (r := told(each.name, "sky")) is not None), told(first, "sky"))
        elif name == "draught":
            row = _draught(site, room, told)
        elif name == "gain":
            row = _gain(site, room, told, ticks)
        elif isinstance(name, str):
            row = light[name]
        else:
            row = told(*name)  # type: ignore[misc]  # (component, signal)
        rows.append(np.zeros(ticks) if row is None else np.asarray(row))
    return np.column_stack(rows)


def _light(surfaces: list[tuple[SURFACES, str]], told: _Told, ticks: int) -> dict[str, Floats]:
    """Diffuse light on all surfaces, direct on floors and on facing walls, as the room shares it out. [W/m2]"""
    sums: dict[str, float] = dict.fromkeys(("absorbing", "catching", "taking", "facing", "facing_taking"), 0.0)
    let = {part: np.zeros(ticks) for part in ("beam", "far", "diffuse")}
    for each, side in surfaces:
        if isinstance(each, Window):
            fixed = constants(each, 900.0)
            sums["absorbing"] += each.area * (float(np.sum(fixed["taken_back"])) + float(fixed["passed_back"]))
            for part in let:
                let[part] += each.area * _need(told(each.name, f"passed_{part}"))
            continue
        tail = f"_{side}" if side else ""
        dark = each.area * getattr(each, f"absorptance{tail or '_inside'}")
        catches, faces = getattr(each, f"catches{tail}"), getattr(each, f"faces{tail}")
        for label, amount in zip(
            sums, (dark, each.area * catches, dark * catches, each.area * faces, dark * faces), strict=True
        ):
            sums[label] += amount
    shine = Enclosure.kernels["shine"].function
    return dict(zip(("glow", "beam", "far"), _rows(shine, let, sums), strict=True))


def _rows(shine: Callable[..., Any], let: Mapping[str, Floats], sums: Mapping[str, float]) -> list[Floats]:
    """The room's own sharing of light is linear: its answer for one watt of each, times the watts."""
    parts = [shine(*one, **sums) for one in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))]
    order = ("beam", "far", "diffuse")
    return [np.asarray(sum(let[part] * float(parts[k][place]) for k, part in enumerate(order))) for place in range(3)]


def _gain(site: Site, room: Enclosure, told: _Told, ticks: int) -> Floats:
    """Heat of people, lamps and devices, by their own equations at each share of their schedules. [W]"""
    row = told(room.name, "gain")
    total = np.zeros(ticks) if row is None else np.array(row)
    for each in site.components:
        if site.links.get((each.name, "room")) != (room.name,) or "schedule" not in type(each).ports:
            continue
        kernel = next((k for k in type(each).kernels.values() if "heat" in k.tells), None)
        share = told(site.links[each.name, "schedule"][0], "value")
        if kernel is None or share is None:
            continue
        signal = dict(type(each).ports["schedule"].channels)["value"]
        levels, which = np.unique(share, return_inverse=True)
        total += np.array([_heat(each, kernel, signal, float(level)) for level in levels])[which]
    return total


def _heat(each: Component, kernel: Kernel, signal: str, share: float) -> float:
    known = {n: share if n == signal else 0.0 if n in type(each).signals else getattr(each, n) for n in kernel.told}
    answer = kernel.function(**known)
    return float(answer[kernel.tells.index("heat")] if isinstance(answer, tuple) else answer)


def _bounds(loads: IdealLoads | None, told: _Told, ticks: int) -> tuple[Floats, Floats, tuple[float, float]]:
    """Set-points over time and largest powers; without ideal loads the temperature floats."""
    if loads is None:
        return np.full(ticks, -1e9), np.full(ticks, 1e9), (0.0, 0.0)
    rows = []
    for side, value in (("heating", loads.heating), ("cooling", loads.cooling)):
        row = told(loads.name, f"{side}_setpoint")
        rows.append(np.full(ticks, value) if row is None else row)
    return rows[0], rows[1], (loads.most_heating, loads.most_cooling)
