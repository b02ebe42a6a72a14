"""What must hold of a thermal fabric case before it is run: sound shapes, windows within their walls, layers and optics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from twin.errors import SiteError
from twin.physics.polygon import fault, overlap

NEEDED = (
    "zones", "surfaces", "openings", "shading", "constructions_outside_to_inside", "internal_gains", "infiltration", "ventilation",
    "thermostats", "ideal_loads", "convection_coefficients_user",
)  # fmt: skip
OPTICS = ("solar_transmittance_normal", "solar_reflectance_front", "solar_reflectance_back")


def check(name: str, case: Mapping[str, Any]) -> None:
    """Refuse a case that cannot be run.

    Raises
    ------
    SiteError
        With every problem, each naming the case, the object and the way out.
    """
    missing = [key for key in NEEDED if key not in case]
    if missing:
        raise SiteError(f"case {name}: has no {missing[0]!r}; a case has {', '.join(NEEDED)}")
    problems = [f"case {name}: {problem}" for problem in (*_shapes(case), *_layers(case))]
    if problems:
        raise SiteError("\n".join(problems))


def _shapes(case: Mapping[str, Any]) -> Iterator[str]:
    zones = {zone["name"] for zone in case["zones"]}
    surfaces = {each["name"]: each for each in case["surfaces"]}
    for each in (*case["surfaces"], *case["openings"], *(s for s in case["shading"] if s.get("vertices"))):
        wrong = fault(each["vertices"])
        if wrong:
            yield f"{each['name']}: {wrong}"
    for each in case["surfaces"]:
        if each["zone"] not in zones:
            yield f"{each['name']}: there is no zone {each['zone']!r}; zones: {', '.join(sorted(zones))}"
        if not each["gross_area_m2"] > 0.0:
            yield f"{each['name']}: has an area of {each['gross_area_m2']} m2; it must be greater than 0"
    for each in case["openings"]:
        if each["parent"] not in surfaces:
            yield f"{each['name']}: there is no surface {each['parent']!r} to hold it; surfaces: {', '.join(surfaces)}"
    for parent, surface in surfaces.items():
        holes = [each for each in case["openings"] if each["parent"] == parent]
        taken = sum(each["area_m2"] for each in holes)
        if taken >= surface["gross_area_m2"] > 0.0:
            names = " and ".join(each["name"] for each in holes)
            yield f"{names}: {taken:g} m2 of openings are larger than the wall {parent} of {surface['gross_area_m2']:g} m2; make them smaller"
        for one, other in combinations([each for each in holes if not fault(each["vertices"])], 2):
            if overlap(one["vertices"], other["vertices"]):
                yield f"{one['name']} and {other['name']} overlap in {parent}; move or shrink one"


def _layers(case: Mapping[str, Any]) -> Iterator[str]:
    known = case["constructions_outside_to_inside"]
    for each in (*case["surfaces"], *case["openings"]):
        if each["construction"] not in known:
            yield f"{each['name']}: there is no construction {each['construction']!r}; constructions: {', '.join(known)}"
    glazed = {each["construction"] for each in case["openings"] if each["type"] == "Window"}
    for name, layers in known.items():
        if not layers:
            yield f"construction {name}: has no layers; give at least one"
        for number, layer in enumerate(layers, 1):
            for label in ("conductivity_W_mK", "thickness_m", "R_m2K_W"):
                if label in layer and not layer[label] > 0.0:
                    yield f"construction {name}: layer {number}: {label} is {layer[label]}; it must be greater than 0"
        if name in glazed:
            panes = [layer for layer in layers if layer["kind"] == "glass"]
            lacking = [label for pane in panes for label in OPTICS if label not in pane]
            if not panes or lacking:
                yield f"construction {name}: is a window without optics; give panes of kind glass with {', '.join(OPTICS)}"
