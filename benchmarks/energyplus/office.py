"""An office of three floors and eighteen zones, for both programs: the fabric as a case, variable-air-volume systems for each."""

from __future__ import annotations

from typing import Any

from model import item

LENGTH, DEPTH, HEIGHT, EDGE, FLOORS = 40.0, 25.0, 3.5, 5.0, 3
GLASS = 0.4
GAIN = 20.0
"""People, lamps and devices all day, so that both programs have the same. [W/m2]"""
HEATING, COOLING, SUPPLY = 21.0, 24.0, 13.0
FLOW = 0.009
"""Largest supply air per floor area. [m3/s/m2]"""
LEAST = 0.3
OUTDOOR = 0.15
"""Outdoor air over the largest supply air."""
REHEAT = 80.0
"""[W/m2]"""
FAN = 1200.0
"""Specific fan power. [W per m3/s]"""
PLAN = {
    "south": (0.0, 0.0, LENGTH, EDGE), "north": (0.0, DEPTH - EDGE, LENGTH, DEPTH), "west": (0.0, EDGE, EDGE, DEPTH - EDGE),
    "east": (LENGTH - EDGE, EDGE, LENGTH, DEPTH - EDGE), "core1": (EDGE, EDGE, LENGTH / 2, DEPTH - EDGE),
    "core2": (LENGTH / 2, EDGE, LENGTH - EDGE, DEPTH - EDGE),
}  # fmt: skip
"""Zone -> x and y of two corners. [m]"""
MATERIALS = {
    "render": (0.02, 0.93, 1800.0, 1050.0), "insulation": (0.08, 0.04, 30.0, 1400.0), "concrete": (0.15, 1.74, 2500.0, 920.0),
    "board": (0.025, 0.16, 950.0, 840.0), "block": (0.10, 0.51, 1400.0, 1000.0),
}  # fmt: skip
LAYERS = {
    "outer": ("render", "insulation", "block", "board"), "top": ("render", "insulation", "concrete"), "ground": ("insulation", "concrete"),
    "between": ("concrete",), "inner": ("board", "block", "board"),
}  # fmt: skip


def zones() -> list[str]:
    """Names of all zones."""
    return [f"{name} {floor}" for floor in range(FLOORS) for name in PLAN]


def area(zone: str) -> float:
    """Floor area. [m2]"""
    x1, y1, x2, y2 = PLAN[zone.split(maxsplit=1)[0]]
    return (x2 - x1) * (y2 - y1)


def case() -> dict[str, Any]:
    """The fabric in the format of the thermal fabric cases."""
    surfaces: list[dict[str, Any]] = []
    openings: list[dict[str, Any]] = []
    for floor in range(FLOORS):
        for name, (x1, y1, x2, y2) in PLAN.items():
            zone, low, high = f"{name} {floor}", floor * HEIGHT, (floor + 1) * HEIGHT
            flat = [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]
            lid = [[x, y, high] for x, y in flat]
            base = [[x, y, low] for x, y in reversed(flat)]
            above = f"base {name} {floor + 1}" if floor + 1 < FLOORS else ""
            below = f"lid {name} {floor - 1}" if floor else ""
            surfaces.append(
                _surface(
                    f"lid {zone}", zone, "Ceiling" if above else "Roof", lid, "between" if above else "top", above, 0.0
                )
            )
            surfaces.append(
                _surface(
                    f"base {zone}",
                    zone,
                    "Floor",
                    base,
                    "between" if below else "ground",
                    below,
                    180.0,
                    ground=not below,
                )
            )
            for side, (ax, ay), (bx, by), azimuth in (
                ("s", flat[0], flat[1], 180.0), ("e", flat[1], flat[2], 90.0), ("n", flat[2], flat[3], 0.0), ("w", flat[3], flat[0], 270.0),
            ):  # fmt: skip
                _side(surfaces, openings, zone, side, (ax, ay, bx, by), azimuth, low, high)
    return {
        "zones": [{"name": z, "ceiling_height_m": HEIGHT, "volume_m3": area(z) * HEIGHT} for z in zones()],
        "surfaces": surfaces, "openings": openings, "shading": [], "constructions_outside_to_inside": _constructions(),
        "internal_gains": [
            {"name": f"gain {z}", "zone": z, "watts": GAIN * area(z), "fraction_radiant": 0.4, "fraction_latent": 0.0, "fraction_lost": 0.0}
            for z in zones()
        ],
        "infiltration": [{"name": f"leak {z}", "zone": z, "flow_m3_s": 0.2 / 3600.0 * area(z) * HEIGHT} for z in zones()],
        "ventilation": [], "convection_coefficients_user": [], "ideal_loads": True,
        "thermostats": [
            {"zone": z, "heating_setpoint_C": {"hourly_1_24": [HEATING] * 24}, "cooling_setpoint_C": {"hourly_1_24": [COOLING] * 24}}
            for z in zones()
        ],
    }  # fmt: skip


def _constructions() -> dict[str, Any]:
    """Layers of walls, floors and glass."""
    constructions = {
        name: [
            {"kind": "opaque", "name": m, "roughness": "MediumRough", "thickness_m": MATERIALS[m][0], "conductivity_W_mK": MATERIALS[m][1],
             "density_kg_m3": MATERIALS[m][2], "cp_J_kgK": MATERIALS[m][3], "ir_emittance": 0.9, "solar_absorptance": 0.6}
            for m in layers
        ]
        for name, layers in LAYERS.items()
    }  # fmt: skip
    pane = {
        "kind": "glass", "name": "pane", "thickness_m": 0.006, "solar_transmittance_normal": 0.60, "solar_reflectance_front": 0.17,
        "solar_reflectance_back": 0.22, "visible_transmittance": 0.75, "ir_transmittance": 0.0, "ir_emittance_front": 0.84,
        "ir_emittance_back": 0.10, "conductivity_W_mK": 1.0,
    }  # fmt: skip
    inner = {
        **pane,
        "name": "clear",
        "solar_transmittance_normal": 0.775,
        "solar_reflectance_front": 0.071,
        "solar_reflectance_back": 0.071,
        "ir_emittance_back": 0.84,
    }
    constructions["glass"] = [pane, {"kind": "gas", "name": "gap", "gas": "Air", "thickness_m": 0.012}, inner]
    return constructions


def _surface(
    name: str, zone: str, kind: str, corners: list[list[float]], construction: str, other: str, tilt: float, azimuth: float | None = None,
    ground: bool = False,
) -> dict[str, Any]:  # fmt: skip
    boundary = "Surface" if other else "Ground" if ground else "Outdoors"
    exposed = boundary == "Outdoors"
    xs, ys, zs = zip(*corners, strict=True)
    spans = [max(v) - min(v) for v in (xs, ys, zs)]
    return {
        "name": name, "zone": zone, "type": kind, "vertices": corners, "construction": construction, "outside_boundary": boundary,
        "outside_object": other, "sun": "SunExposed" if exposed else "NoSun", "wind": "WindExposed" if exposed else "NoWind",
        "view_factor_to_ground": 0.5 if tilt == 90.0 else 0.0, "tilt_deg": tilt, "azimuth_deg_from_north": azimuth,
        "gross_area_m2": (spans[0] * spans[1]) if tilt != 90.0 else max(spans[0], spans[1]) * spans[2],
    }  # fmt: skip


def _side(
    surfaces: list[dict[str, Any]], openings: list[dict[str, Any]], zone: str, side: str, line: tuple[float, float, float, float],
    azimuth: float, low: float, high: float,
) -> None:  # fmt: skip
    """One side of a zone, cut where neighbours change; outdoors where there is none."""
    ax, ay, bx, by = line
    floor = zone.split()[1]
    pieces = []
    for other, box in PLAN.items():
        if f"{other} {floor}" == zone:
            continue
        shared = _shared(line, box)
        if shared:
            pieces.append((other, shared))
    for other, (px, py, qx, qy) in pieces or [("", line)]:
        name = f"{side} {zone}" + (f" {other}" if other else "")
        corners = [[px, py, high], [px, py, low], [qx, qy, low], [qx, qy, high]]
        back = {"s": "n", "n": "s", "e": "w", "w": "e"}[side]
        twin = f"{back} {other} {floor} {zone.split(maxsplit=1)[0]}" if other else ""
        surfaces.append(_surface(name, zone, "Wall", corners, "inner" if other else "outer", twin, 90.0, azimuth))
    if not pieces:
        rise, length = HEIGHT * GLASS, abs(bx - ax) + abs(by - ay)
        edge = 0.05 / length
        cx, cy, dx, dy = ax + (bx - ax) * edge, ay + (by - ay) * edge, bx - (bx - ax) * edge, by - (by - ay) * edge
        bottom, top = low + 0.9, low + 0.9 + rise
        openings.append({
            "name": f"glass {side} {zone}", "type": "Window", "parent": f"{side} {zone}", "construction": "glass", "view_factor_to_ground": 0.5,
            "vertices": [[cx, cy, top], [cx, cy, bottom], [dx, dy, bottom], [dx, dy, top]], "area_m2": (length - 0.1) * rise,
            "tilt_deg": 90.0, "azimuth_deg_from_north": azimuth,
        })  # fmt: skip


def _shared(
    line: tuple[float, float, float, float], box: tuple[float, float, float, float]
) -> tuple[float, float, float, float] | None:
    """Part of a line that lies on the edge of a box, from its start to its end."""
    ax, ay, bx, by = line
    x1, y1, x2, y2 = box
    if ax == bx and ax in (x1, x2):
        low, high = max(min(ay, by), y1), min(max(ay, by), y2)
        return ((ax, low, ax, high) if by > ay else (ax, high, ax, low)) if high > low else None
    if ay == by and ay in (y1, y2):
        low, high = max(min(ax, bx), x1), min(max(ax, bx), x2)
        return ((low, ay, high, ay) if bx > ax else (high, ay, low, ay)) if high > low else None
    return None


def systems() -> str:
    """Three air loops of six terminals with electric reheat, and district cooling for their coils, as EnergyPlus objects."""
    parts = [
        item("Schedule:Constant", "supply air", "any", SUPPLY),
        item("Schedule:Constant", "chilled water", "any", 7.0),
        item("Schedule:Constant", "heat", "any", HEATING),
        item("Schedule:Constant", "cold", "any", COOLING),
    ]
    parts += [_loop(floor) for floor in range(FLOORS)]
    parts += [_terminal(zone) for zone in zones()]
    return "\n".join([*parts, *_plant()])


def _loop(floor: int) -> str:
    own, named = f"unit {floor}", [zone for zone in zones() if zone.endswith(str(floor))]
    most = FLOW * sum(area(zone) for zone in named)
    fresh = OUTDOOR * most
    nodes = {
        k: f"{own} {k}" for k in ("return", "mixed", "cooled", "supply", "outdoor", "relief", "demand in", "demand out")
    }
    return "\n".join([
        item("AirLoopHVAC", own, f"{own} controllers", None, most, f"{own} branches", None, nodes["return"], nodes["demand out"], nodes["demand in"], nodes["supply"]),
        item("AirLoopHVAC:ControllerList", f"{own} controllers", "Controller:WaterCoil", f"{own} valve"),
        item("BranchList", f"{own} branches", f"{own} branch"),
        item("Branch", f"{own} branch", None, "AirLoopHVAC:OutdoorAirSystem", f"{own} fresh", nodes["return"], nodes["mixed"],
             "Coil:Cooling:Water", f"{own} coil", nodes["mixed"], nodes["cooled"], "Fan:VariableVolume", f"{own} fan", nodes["cooled"], nodes["supply"]),
        item("AirLoopHVAC:OutdoorAirSystem", f"{own} fresh", f"{own} fresh controllers", f"{own} fresh list"),
        item("AirLoopHVAC:ControllerList", f"{own} fresh controllers", "Controller:OutdoorAir", f"{own} damper"),
        item("AirLoopHVAC:OutdoorAirSystem:EquipmentList", f"{own} fresh list", "OutdoorAir:Mixer", f"{own} mixer"),
        item("OutdoorAir:Mixer", f"{own} mixer", nodes["mixed"], nodes["outdoor"], nodes["relief"], nodes["return"]),
        item("OutdoorAir:Node", nodes["outdoor"]),
        item("Controller:OutdoorAir", f"{own} damper", nodes["relief"], nodes["return"], nodes["mixed"], nodes["outdoor"], fresh, fresh, "NoEconomizer",
             "ModulateFlow", None, None, None, None, None, "NoLockout", "FixedMinimum"),
        item("Coil:Cooling:Water", f"{own} coil", "always", most * 0.0016, most, 7.0, 28.0, 12.0, 0.011, 0.0085, f"{own} water in", f"{own} water out",
             nodes["mixed"], nodes["cooled"], "SimpleAnalysis", "CounterFlow"),
        item("Controller:WaterCoil", f"{own} valve", "Temperature", "Reverse", "Flow", nodes["cooled"], f"{own} water in", 0.01, most * 0.0016, 0.0),
        item("Fan:VariableVolume", f"{own} fan", "always", 1.0, FAN, most, "Fraction", 0.1, None, 1.0, 1.0, 0.0013, 0.1470, 0.9506, -0.0998, 0.0,
             nodes["cooled"], nodes["supply"]),
        item("SetpointManager:Scheduled", f"{own} set", "Temperature", "supply air", nodes["supply"]),
        item("SetpointManager:MixedAir", f"{own} mixed set", "Temperature", nodes["supply"], nodes["cooled"], nodes["supply"], nodes["cooled"]),
        item("AirLoopHVAC:SupplyPath", f"{own} supply path", nodes["demand in"], "AirLoopHVAC:ZoneSplitter", f"{own} splitter"),
        item("AirLoopHVAC:ZoneSplitter", f"{own} splitter", nodes["demand in"], *(f"{zone} box in" for zone in named)),
        item("AirLoopHVAC:ReturnPath", f"{own} return path", nodes["demand out"], "AirLoopHVAC:ZoneMixer", f"{own} zone mixer"),
        item("AirLoopHVAC:ZoneMixer", f"{own} zone mixer", nodes["demand out"], *(f"{zone} return" for zone in named)),
    ])  # fmt: skip


def _terminal(zone: str) -> str:
    most = FLOW * area(zone)
    return "\n".join([
        item("ThermostatSetpoint:DualSetpoint", f"{zone} set", "heat", "cold"),
        item("ZoneControl:Thermostat", f"{zone} thermostat", zone, "control", "ThermostatSetpoint:DualSetpoint", f"{zone} set"),
        item("AirTerminal:SingleDuct:VAV:Reheat", f"{zone} box", "always", f"{zone} damper out", f"{zone} box in", most, "Constant", LEAST, None, None,
             "Coil:Heating:Electric", f"{zone} reheat", None, None, f"{zone} inlet", 0.001, "Normal"),
        item("Coil:Heating:Electric", f"{zone} reheat", "always", 1.0, REHEAT * area(zone), f"{zone} damper out", f"{zone} inlet"),
        item("ZoneHVAC:AirDistributionUnit", f"{zone} unit", f"{zone} inlet", "AirTerminal:SingleDuct:VAV:Reheat", f"{zone} box"),
        item("ZoneHVAC:EquipmentList", f"{zone} list", "SequentialLoad", "ZoneHVAC:AirDistributionUnit", f"{zone} unit", 1, 1),
        item("ZoneHVAC:EquipmentConnections", zone, f"{zone} list", f"{zone} inlet", None, f"{zone} node", f"{zone} return"),
    ])  # fmt: skip


def _plant() -> list[str]:
    """Chilled water for the coils: pump and district cooling."""
    flow = FLOW * 0.0016 * sum(area(zone) for zone in zones())
    coils = [f"unit {floor}" for floor in range(FLOORS)]
    return [
        item("PlantLoop", "water", "Water", None, "operation", "water supply out", 40, 4, flow, 0, "autocalculate", "water supply in", "water supply out",
             "supply branches", "supply connectors", "water demand in", "water demand out", "demand branches", "demand connectors", "SequentialLoad"),
        item("SetpointManager:Scheduled", "water set", "Temperature", "chilled water", "water supply out"),
        item("PlantEquipmentOperationSchemes", "operation", "PlantEquipmentOperation:CoolingLoad", "cooling", "always"),
        item("PlantEquipmentOperation:CoolingLoad", "cooling", 0, 1e15, "cooling list"),
        item("PlantEquipmentList", "cooling list", "DistrictCooling", "district"),
        item("DistrictCooling", "district", "district in", "district out", 5e6),
        item("Pump:VariableSpeed", "pump", "water supply in", "pump out", flow, 180000, flow * 180000 / 0.7, 0.9, 0, 0, 1, 0, 0, 0, "Intermittent"),
        item("Pipe:Adiabatic", "supply pipe", "supply pipe in", "water supply out"),
        item("BranchList", "supply branches", "pump branch", "district branch", "supply pipe branch"),
        item("Branch", "pump branch", None, "Pump:VariableSpeed", "pump", "water supply in", "pump out"),
        item("Branch", "district branch", None, "DistrictCooling", "district", "district in", "district out"),
        item("Branch", "supply pipe branch", None, "Pipe:Adiabatic", "supply pipe", "supply pipe in", "water supply out"),
        item("ConnectorList", "supply connectors", "Connector:Splitter", "supply splitter", "Connector:Mixer", "supply mixer"),
        item("Connector:Splitter", "supply splitter", "pump branch", "district branch"),
        item("Connector:Mixer", "supply mixer", "supply pipe branch", "district branch"),
        item("Pipe:Adiabatic", "demand pipe in", "water demand in", "demand in"),
        item("Pipe:Adiabatic", "demand pipe out", "demand out", "water demand out"),
        item("Pipe:Adiabatic", "bypass", "bypass in", "bypass out"),
        item("Branch", "bypass branch", None, "Pipe:Adiabatic", "bypass", "bypass in", "bypass out"),
        item("BranchList", "demand branches", "demand in branch", *(f"{c} water branch" for c in coils), "bypass branch", "demand out branch"),
        item("Branch", "demand in branch", None, "Pipe:Adiabatic", "demand pipe in", "water demand in", "demand in"),
        *(item("Branch", f"{c} water branch", None, "Coil:Cooling:Water", f"{c} coil", f"{c} water in", f"{c} water out") for c in coils),
        item("Branch", "demand out branch", None, "Pipe:Adiabatic", "demand pipe out", "demand out", "water demand out"),
        item("ConnectorList", "demand connectors", "Connector:Splitter", "demand splitter", "Connector:Mixer", "demand mixer"),
        item("Connector:Splitter", "demand splitter", "demand in branch", *(f"{c} water branch" for c in coils), "bypass branch"),
        item("Connector:Mixer", "demand mixer", "demand out branch", *(f"{c} water branch" for c in coils), "bypass branch"),
    ]  # fmt: skip
