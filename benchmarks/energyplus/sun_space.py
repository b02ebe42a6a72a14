"""A sun space in front of a room, after case 960 of ANSI/ASHRAE Standard 140: two zones and a heavy wall between them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

WIDTH, DEEP, HEIGHT = 8.0, 2.0, 2.7
BACK, SUN = "ZONE ONE", "SUN ZONE"
COMMON = {
    "kind": "opaque", "name": "common wall", "roughness": "MediumRough", "thickness_m": 0.2, "conductivity_W_mK": 0.51, "density_kg_m3": 1400.0,
    "cp_J_kgK": 1000.0, "ir_emittance": 0.9, "solar_absorptance": 0.6,
}  # fmt: skip


def case(light: Mapping[str, Any], heavy: Mapping[str, Any]) -> dict[str, Any]:
    """The light case's room behind a heavy sun space, in the format of the thermal fabric cases."""
    found = copy.deepcopy(dict(light))
    constructions = found["constructions_outside_to_inside"]
    walls = {each["type"]: each["construction"] for each in heavy["surfaces"]}
    roofs = {each["type"]: each["construction"] for each in light["surfaces"]}
    constructions |= {walls[kind]: heavy["constructions_outside_to_inside"][walls[kind]] for kind in ("Wall", "Floor")}
    constructions["COMMON WALL"] = [COMMON]
    found["zones"] = [
        {"name": BACK, "volume_m3": WIDTH * 6.0 * HEIGHT, "ceiling_height_m": HEIGHT},
        {"name": SUN, "volume_m3": WIDTH * DEEP * HEIGHT, "ceiling_height_m": HEIGHT},
    ]
    front, back = -DEEP, 0.0
    kept = [each for each in found["surfaces"] if not each["name"].endswith("SOUTH")]
    side = walls["Wall"]
    found["surfaces"] = [
        *kept,
        _surface("SUN SOUTH", side, (0, front, WIDTH, front), 180.0), _surface("SUN EAST", side, (WIDTH, front, WIDTH, back), 90.0),
        _surface("SUN WEST", side, (0, back, 0, front), 270.0), _flat("SUN ROOF", roofs["Roof"], HEIGHT), _flat("SUN FLOOR", walls["Floor"], 0.0),
        _surface("SUN COMMON", "COMMON WALL", (WIDTH, back, 0, back), 0.0, other="ROOM COMMON"),
        _surface("ROOM COMMON", "COMMON WALL", (0, back, WIDTH, back), 180.0, zone=BACK, other="SUN COMMON"),
    ]  # fmt: skip
    for each in found["openings"]:
        each["parent"] = "SUN SOUTH"
        each["vertices"] = [[x, front, z] for x, _, z in each["vertices"]]
    leak = found["infiltration"][0]
    found["infiltration"] = [
        leak,
        {**leak, "name": "SUN LEAK", "zone": SUN, "flow_m3_s": 0.5 * WIDTH * DEEP * HEIGHT / 3600.0},
    ]
    return found


def _surface(
    name: str,
    construction: str,
    line: tuple[float, float, float, float],
    azimuth: float,
    zone: str = SUN,
    other: str = "",
) -> dict[str, Any]:
    ax, ay, bx, by = line
    corners = [[ax, ay, HEIGHT], [ax, ay, 0.0], [bx, by, 0.0], [bx, by, HEIGHT]]
    area = (abs(bx - ax) + abs(by - ay)) * HEIGHT
    return _told(name, construction, zone, "Wall", corners, area, 90.0, azimuth, other)


def _flat(name: str, construction: str, level: float) -> dict[str, Any]:
    corners = [[0.0, 0.0, level], [0.0, -DEEP, level], [WIDTH, -DEEP, level], [WIDTH, 0.0, level]]
    if not level:
        corners.reverse()
    return _told(
        name, construction, SUN, "Roof" if level else "Floor", corners, WIDTH * DEEP, 0.0 if level else 180.0, None, ""
    )


def _told(
    name: str, construction: str, zone: str, kind: str, corners: list[list[float]], area: float, tilt: float, azimuth: float | None, other: str
) -> dict[str, Any]:  # fmt: skip
    open_air = not other and kind != "Floor"
    return {
        "name": name, "construction": construction, "zone": zone, "type": kind, "vertices": corners, "gross_area_m2": area, "tilt_deg": tilt,
        "azimuth_deg_from_north": azimuth, "outside_boundary": "Surface" if other else "Outdoors", "outside_object": other,
        "sun": "SunExposed" if open_air else "NoSun", "wind": "WindExposed" if open_air else "NoWind", "view_factor_to_ground": 0.5 if tilt == 90.0 else 0.0,
    }  # fmt: skip
