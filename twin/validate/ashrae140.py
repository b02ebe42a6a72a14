"""The thermal fabric cases of ANSI/ASHRAE Standard 140 as sites, and their results beside those of the reference programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.components.enclosure import Enclosure
from twin.components.ideal_loads import IdealLoads
from twin.components.partition import Partition
from twin.components.wall import Wall
from twin.components.window import Window
from twin.core.component import Component
from twin.errors import SiteError
from twin.sim.results import Run
from twin.site.provenance import Quantity
from twin.site.site import Location, Site
from twin.site.wiring import Address
from twin.study.runner import simulate
from twin.validate.check import check
from twin.weather import Weather

Floats = npt.NDArray[np.float64]
ROUGHNESS = {
    "VeryRough": 2.17, "Rough": 1.67, "MediumRough": 1.52, "MediumSmooth": 1.13, "Smooth": 1.11, "VerySmooth": 1.0,
}  # fmt: skip
STEP = 900.0
GROUND = (18.0,) * 12
"""Ground under floors where a case gives none. [degC] EnergyPlus: default of Site:GroundTemperature:BuildingSurface."""
WARM_UP = 30
"""Days of preconditioning; 10 cm of concrete behind insulation needs about twenty."""
DARKEST = 1e-4
"""Emittance that stands for none, where a case gives combined films."""
NONE = Quantity(1.0, "m2", 1.0, 1.0, "published", "ANSI/ASHRAE Standard 140-2020", "", "", "")


@dataclass(frozen=True)
class Case:
    """One case: its site, the series it is given, and whether its temperature floats."""

    name: str
    site: Site
    given: dict[Address, Floats]
    floating: bool


def cases(path: Path) -> dict[str, Mapping[str, Any]]:
    """Every case of a file.

    Raises
    ------
    SiteError
        When the file is absent or holds no cases.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["cases"]
    except OSError as problem:
        raise SiteError(f"{path}: cannot be read ({problem.strerror}); give the file of cases") from problem
    except (ValueError, KeyError, TypeError) as problem:
        raise SiteError(f"{path}: is no file of cases; it needs 'cases' with one entry a case") from problem
    return dict(found)


def choose(all_cases: dict[str, Mapping[str, Any]], names: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The named cases, or all.

    Raises
    ------
    SiteError
        When there is no case of a name.
    """
    for name in names:
        if name not in all_cases:
            near = get_close_matches(name, list(all_cases), 1)
            hint = f"did you mean {near[0]!r}?" if near else f"cases: {', '.join(all_cases)}"
            raise SiteError(f"case {name!r}: is not in the file; {hint}")
    return {name: all_cases[name] for name in names} if names else all_cases


def build(name: str, case: Mapping[str, Any], weather: Weather, step: float = STEP) -> Case:
    """A case as a site: an enclosure, its walls and windows, and ideal loads where it has a thermostat.

    Raises
    ------
    SiteError
        When its shapes, layers or windows cannot be.
    """
    check(name, case)
    pressure = float(np.mean(weather.pressure))
    ticks = round(8760 * 3600 / step)
    components: list[Component] = []
    links: dict[Address, tuple[str, ...]] = {}
    given: dict[Address, Floats] = {}
    for zone in case["zones"]:
        own = zone["name"]
        flow = sum(each["flow_m3_s"] for each in case["infiltration"] if each["zone"] == own)
        gains = [each for each in case["internal_gains"] if each["zone"] == own]
        watts = sum(each["watts"] for each in gains)
        radiant = sum(each["watts"] * each["fraction_radiant"] for each in gains) / watts if watts else 0.0
        floor = sum(s["gross_area_m2"] for s in case["surfaces"] if s["zone"] == own and s["tilt_deg"] > 135.0)
        components.append(
            Enclosure(
                name=own, volume=zone["volume_m3"], area=floor, infiltration=flow / zone["volume_m3"], radiant_gain=radiant,
                air_density=pressure / (287.042 * 293.15),
            )
        )  # fmt: skip
        given[own, "gain"] = np.full(ticks, float(watts))
        for fan in (each for each in case["ventilation"] if each["zone"] == own):
            always = {"hourly_1_24": [1.0] * 24}
            blown = fan["flow_m3_s"] * _daily(fan.get("schedule") or always, step, ticks)
            given[own, "ventilation"] = given.get((own, "ventilation"), np.zeros(ticks)) + blown
    for surface in case["surfaces"]:
        if surface["outside_boundary"] in ("Surface", "Zone"):
            _add_partition(case, surface, components, links)
            continue
        holes = [each for each in case["openings"] if each["parent"] == surface["name"]]
        net = surface["gross_area_m2"] - sum(each["area_m2"] for each in holes)
        components.append(_wall(case, surface, surface, net))
        links[surface["name"], "room"] = (surface["zone"],)
        for hole in holes:
            glazed = hole["type"] == "Window"
            components.append(
                _window(case, hole, surface, pressure) if glazed else _wall(case, hole, surface, hole["area_m2"])
            )
            links[hole["name"], "room"] = (surface["zone"],)
    for thermostat in case["thermostats"] if case["ideal_loads"] else ():
        own = f"{thermostat['zone']} loads"
        components.append(IdealLoads(name=own))
        links[own, "room"] = (thermostat["zone"],)
        for side in ("heating", "cooling"):
            wanted = thermostat.get(f"{side}_setpoint_C", {"hourly_1_24": [20.0] * 24})
            given[own, f"{side}_setpoint"] = _daily(wanted, step, ticks)
    location = Location(weather.latitude, weather.longitude, "US", "", weather.name)
    site = Site(Path(name), {"en": name}, location, NONE, 2019, tuple(components), links, {}, {})
    return Case(name, site, given, not case["ideal_loads"])


def _add_partition(
    case: Mapping[str, Any],
    surface: Mapping[str, Any],
    components: list[Component],
    links: dict[Address, tuple[str, ...]],
) -> None:
    """A surface between two zones, once for its two descriptions."""
    other = next((each for each in case["surfaces"] if each["name"].lower() == surface["outside_object"].lower()), None)
    if other is None or any(each.name == other["name"] for each in components):
        return
    wall = _wall(case, surface, surface, surface["gross_area_m2"])
    components.append(
        Partition(
            name=surface["name"], area=wall.area, tilt=wall.tilt, thickness=wall.thickness, conductivity=wall.conductivity,
            density=wall.density, specific_heat=wall.specific_heat, absorptance_front=wall.absorptance_inside,
            absorptance_rear=wall.absorptance, emittance_front=wall.emittance_inside, emittance_rear=wall.emittance,
            faces_front=_faces(case, surface["zone"], wall.tilt, wall.azimuth),
            faces_rear=_faces(case, other["zone"], wall.tilt, (wall.azimuth + 180.0) % 360.0),
        )
    )  # fmt: skip
    links[surface["name"], "front"] = (surface["zone"],)
    links[surface["name"], "rear"] = (other["zone"],)


def _faces(case: Mapping[str, Any], zone: str, tilt: float, azimuth: float | None) -> float:
    """1 for a wall opposite to a window of its zone."""
    if not 80.0 < tilt < 100.0 or azimuth is None:
        return 0.0
    owners = {each["name"] for each in case["surfaces"] if each["zone"] == zone}
    glazed = [each for each in case["openings"] if each["parent"] in owners and each["type"] == "Window"]
    turns = [(float(each["azimuth_deg_from_north"] or 0.0) - azimuth) % 360.0 for each in glazed]
    return 1.0 if any(abs(turn - 180.0) < 30.0 for turn in turns) else 0.0


def _wall(case: Mapping[str, Any], each: Mapping[str, Any], surface: Mapping[str, Any], area: float) -> Wall:
    layers = case["constructions_outside_to_inside"][each["construction"]]
    massive = [layer["kind"] == "opaque" for layer in layers]
    outer, inner = (layers[0], layers[-1])
    return Wall(
        name=each["name"],
        area=area,
        tilt=each["tilt_deg"],
        azimuth=each["azimuth_deg_from_north"] or 0.0,
        height=float(np.mean([vertex[2] for vertex in each["vertices"]])),
        exposed=1.0 if surface["sun"] == "SunExposed" else 0.0,
        ground=GROUND if surface["outside_boundary"] == "Ground" else (),
        thickness=tuple(
            layer["thickness_m"] if m else layer["R_m2K_W"] for layer, m in zip(layers, massive, strict=True)
        ),
        conductivity=tuple(layer["conductivity_W_mK"] if m else 1.0 for layer, m in zip(layers, massive, strict=True)),
        density=tuple(layer["density_kg_m3"] if m else 0.0 for layer, m in zip(layers, massive, strict=True)),
        specific_heat=tuple(layer["cp_J_kgK"] if m else 1.0 for layer, m in zip(layers, massive, strict=True)),
        roughness=ROUGHNESS[outer.get("roughness", "Rough")],
        absorptance=outer["solar_absorptance"],
        absorptance_inside=inner["solar_absorptance"],
        emittance=max(outer["ir_emittance"], DARKEST),
        emittance_inside=max(inner["ir_emittance"], DARKEST),
        catches=1.0 if each["tilt_deg"] > 135.0 else 0.0,
        faces=_faces(case, surface["zone"], each["tilt_deg"], each["azimuth_deg_from_north"]),
        **_shade(case, each),
        **_films(case, each["name"]),
    )


def _window(case: Mapping[str, Any], each: Mapping[str, Any], parent: Mapping[str, Any], pressure: float) -> Window:
    layers = case["constructions_outside_to_inside"][each["construction"]]
    panes = [layer for layer in layers if layer["kind"] == "glass"]
    gaps = [layer for layer in layers if layer["kind"] == "gas"]
    levels = [vertex[2] for vertex in each["vertices"]]
    turn = np.radians(each["azimuth_deg_from_north"] or 0.0)
    right = np.array([-np.cos(turn), np.sin(turn), 0.0])  # of somebody who looks in
    inwards = np.array([-np.sin(turn), -np.cos(turn), 0.0])
    room = np.array([v for s in case["surfaces"] if s["zone"] == parent["zone"] for v in s["vertices"]])
    corners = np.array(each["vertices"])
    across, deep = room @ right, room @ inwards
    return Window(
        name=each["name"],
        area=each["area_m2"],
        tilt=each["tilt_deg"],
        azimuth=each["azimuth_deg_from_north"] or 0.0,
        height=float(np.mean(levels)),
        tall=max(levels) - min(levels),
        sill=min(levels) - float(room[:, 2].min()),
        wide=float(np.ptp(corners @ right)),
        room_depth=float(np.ptp(deep)),
        room_width=float(np.ptp(across)),
        offset=float((corners @ right).mean() - 0.5 * (across.max() + across.min())),
        transmittance=tuple(p["solar_transmittance_normal"] for p in panes),
        front=tuple(p["solar_reflectance_front"] for p in panes),
        back=tuple(p["solar_reflectance_back"] for p in panes),
        emittance_front=tuple(max(p["ir_emittance_front"], DARKEST) for p in panes),
        emittance_back=tuple(max(p["ir_emittance_back"], DARKEST) for p in panes),
        thickness=tuple(p["thickness_m"] for p in panes),
        conductivity=panes[0]["conductivity_W_mK"],
        gaps=tuple(g["thickness_m"] for g in gaps),
        gas=gaps[0]["gas"].lower() if gaps else "air",
        pressure=pressure,
        **_shade(case, each),
        **_films(case, each["name"]),
    )


def _shade(case: Mapping[str, Any], each: Mapping[str, Any]) -> dict[str, Any]:
    """Corners of a surface and of everything that shades it."""
    obstacles = [_four(other["vertices"]) for other in case["shading"] if other.get("vertices")]
    if not obstacles:
        return {}
    return {"corners": tuple(_four(each["vertices"])), "obstacles": tuple(v for other in obstacles for v in other)}


def _four(vertices: Sequence[Sequence[float]]) -> list[float]:
    """Twelve numbers of a flat shape; a triangle repeats its last corner."""
    corners = [*vertices, vertices[-1]][:4] if len(vertices) == 3 else list(vertices[:4])
    return [float(value) for corner in corners for value in corner]


def _films(case: Mapping[str, Any], name: str) -> dict[str, float]:
    """Fixed films of a surface: after its name come a side and, somewhere behind it, a number."""
    found: dict[str, float] = {}
    for each in case["convection_coefficients_user"]:
        words = list(each.values()) if isinstance(each, Mapping) else list(each)
        words = [word for part in words for word in (part if isinstance(part, list) else [part])]
        if not any(isinstance(word, str) and word.lower() == name.lower() for word in words):
            continue
        side = ""
        for word in words:
            if str(word).lower() in ("inside", "outside"):
                side = f"film_{str(word).lower()}"
            elif side and isinstance(word, int | float) and word > 0.0:
                found.setdefault(side, float(word))
    return found


def _daily(wanted: Mapping[str, Any], step: float, ticks: int) -> Floats:
    """A daily profile as means over ticks: 24 hours, or values that hold until a time of day."""
    minutes = np.empty(1440)
    if "hourly_1_24" in wanted:
        minutes[:] = np.repeat(wanted["hourly_1_24"], 60)
    else:
        before = 0
        for until, value in wanted["interval_until"]:
            hour, minute = map(int, until.split(":"))
            minutes[before : hour * 60 + minute] = value
            before = hour * 60 + minute
    seconds = np.repeat(minutes, 60).reshape(-1, round(step)).mean(axis=1)
    return np.asarray(np.resize(seconds, ticks))


def run(
    case: Case, weather: Weather, step: float = STEP, warm_up: int = WARM_UP, more: tuple[str, ...] = ()
) -> Run:  # fmt: skip
    """Simulate a case over the weather's year; `more` names further signals to record."""
    return simulate(
        case.site,
        weather,
        weather.start,
        None,
        step,
        given=case.given,
        warm_up=warm_up,
        more=(
            *more,
            *(("*.passed_beam", "*.passed_far", "*.passed_diffuse", "*.fallen") if any(windows(case)) else ()),
        ),
    )


def results(case: Case, ran: Run) -> dict[str, float]:
    """Quantities by the names of the reference file."""
    step = ran.clock.step
    found: dict[str, float] = {}
    if case.floating:
        air = ran.hourly(f"{case.site.components[0].name}.air")
        found |= {"freefloat_max_temp": air.max(), "freefloat_min_temp": air.min(), "freefloat_mean_temp": air.mean()}
    else:
        loads = [each.name for each in case.site.components if isinstance(each, IdealLoads)]
        for label, signal in (("heating", "heat"), ("sensible_cooling", "cold")):
            power = np.sum([ran.series(f"{name}.{signal}") for name in loads], axis=0)
            found[f"annual_{label}"] = float(power.sum() * step / 3.6e9)
            found[f"peak_{label}"] = float(power.reshape(-1, round(3600 / step)).mean(axis=1).max() / 1e3)
    glass = next((each for each in windows(case) if each.azimuth > 179.0), None)
    if glass is not None:
        found |= _light(ran, glass)
    return {name: float(value) for name, value in found.items()}


def _light(ran: Run, glass: Window) -> dict[str, float]:
    """Sun that passes a window over the year, and its share of what falls on it."""
    passed = np.sum([ran.series(f"{glass.name}.passed_{part}") for part in ("beam", "far", "diffuse")], axis=0)
    fallen = ran.series(f"{glass.name}.fallen")
    return {
        "window_transmissivity_coefficient": passed.sum() / fallen.sum(),
        "annual_transmitted_solar_unshaded": passed.sum() * ran.clock.step / 3.6e6,
    }


def examine(
    chosen: Mapping[str, Mapping[str, Any]], weather: Weather, step: float = STEP,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, dict[str, float]]:  # fmt: skip
    """Results of every case by name.

    Parameters
    ----------
    chosen : as from `cases`.
    progress : told (cases done, cases in all).
    """
    found = {}
    for done, (name, each) in enumerate(chosen.items()):
        case = build(name, each, weather, step)
        found[name] = results(case, run(case, weather, step))
        if progress:
            progress(done + 1, len(chosen))
    return found


def windows(case: Case) -> Iterable[Window]:
    """Its windows."""
    return (each for each in case.site.components if isinstance(each, Window))
