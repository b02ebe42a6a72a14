"""The library of materials, constructions, glazings and archetypes that rooms and surfaces may name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from twin.errors import SiteError
from twin.units import parse

FILM_INSIDE, FILM_OUTSIDE = 8.7, 23.0
"""Films for which a wanted U-value is meant. [W/m2K] GB 50176-2016, appendix B.4, recalled."""
THINNEST = 0.001
"""Thinnest insulating layer that a wanted U-value may ask for. [m]"""


@cache
def shelf(name: str) -> Mapping[str, Any]:
    """One file of the library: `constructions`, `glazings` or `archetypes`."""
    here = Path(__file__).resolve().parent.parent
    for folder in (here / "sites", here.parent / "sites"):
        path = folder / "library" / f"{name}.yaml"
        if path.is_file():
            found: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
            return found
    raise SiteError(f"{name}: the shipped library is missing; install the package again")


def chosen(kind: str, name: str, known: Mapping[str, Any]) -> Any:
    """An entry by name.

    Raises
    ------
    SiteError
        When there is none, with the nearest that there is.
    """
    from difflib import get_close_matches

    if name not in known:
        near = get_close_matches(name, list(known), 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
        raise SiteError(f"{name!r} is no {kind} of the library; {hint}")
    return known[name]


def construction(name: str, u_value: float | None = None, own: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Layers of a construction as parameters of a wall.

    Parameters
    ----------
    name : of the construction.
    u_value : U-value wanted, with standard films; sets the thickness of its insulation. [W/m2K]
    own : constructions that the site describes itself; they come before the library's.

    Returns
    -------
    Lists `thickness` [m], `conductivity` [W/mK], `density` [kg/m3] and `specific_heat` [J/kgK] from outside to inside, and
    `absorptance` and `roughness`.

    Raises
    ------
    SiteError
        When there is no such construction or material, when it has no layers, or when its insulation cannot give the U-value.
    """
    shelves = shelf("constructions")
    found = chosen("construction", name, {**shelves["constructions"], **(own or {})})
    layers = [_layer(name, text, shelves["materials"]) for text in found.get("layers") or ()]
    if not layers:
        raise SiteError(f"construction {name!r} has no layers; write layers: [cement_mortar 20 mm, ...]")
    if u_value is not None:
        _insulate(name, layers, found.get("insulation"), u_value)
    columns = dict(
        zip(
            ("thickness", "conductivity", "density", "specific_heat"),
            map(list, zip(*(each[1] for each in layers), strict=True)),
            strict=True,
        )
    )
    return {**columns, "absorptance": found.get("absorptance", 0.6), "roughness": found.get("roughness", 1.67)}


def _layer(name: str, text: str, materials: Mapping[str, Mapping[str, float]]) -> tuple[str, list[float]]:
    material, _, amount = str(text).partition(" ")
    try:
        facts = chosen("material", material, materials)
        if not facts:
            return material, [parse(amount, "m2*K/W"), 1.0, 0.0, 1.0]
        thickness = parse(amount, "m")
    except ValueError as problem:
        raise SiteError(
            f"construction {name!r}, layer {text!r}: {problem}; write for instance 'clay_brick 240 mm'"
        ) from problem
    if not thickness > 0.0:
        raise SiteError(f"construction {name!r}, layer {text!r}: its thickness must be greater than 0")
    return material, [thickness, facts["conductivity"], facts["density"], facts["specific_heat"]]


def u_value(layers: Mapping[str, Any]) -> float:
    """U-value of layers with standard films. [W/m2K]

    References
    ----------
    ISO 6946:2017, 6.7.1: one over the sum of resistances.

    >>> round(u_value({"thickness": [0.2], "conductivity": [1.74]}), 2)
    3.66
    """
    inner: float = sum(d / k for d, k in zip(layers["thickness"], layers["conductivity"], strict=True))
    return 1.0 / (1.0 / FILM_INSIDE + inner + 1.0 / FILM_OUTSIDE)


def _insulate(name: str, layers: list[tuple[str, list[float]]], insulation: str | None, wanted: float) -> None:
    place = next((k for k, (material, _) in enumerate(layers) if material == insulation), None)
    if place is None:
        raise SiteError(
            f"construction {name!r} has no insulation whose thickness could give {wanted:g} W/m2/K; take an insulated one"
        )
    others = sum(each[0] / each[1] for k, (_, each) in enumerate(layers) if k != place)
    bare = 1.0 / (1.0 / FILM_INSIDE + others + 1.0 / FILM_OUTSIDE)
    thickness = (1.0 / wanted - 1.0 / bare) * layers[place][1][1] if wanted > 0.0 else 0.0
    if thickness < THINNEST:
        raise SiteError(
            f"construction {name!r}: has {bare:.2f} W/m2/K without insulation, so {wanted:g} cannot be had; ask for less or take another"
        )
    layers[place][1][0] = thickness


def glazing(name: str, own: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Panes and gaps of a glazing as parameters of a window.

    Raises
    ------
    SiteError
        When there is no such glazing, or it has no panes.
    """
    found = chosen("glazing", name, {**shelf("glazings")["glazings"], **(own or {})})
    if not found.get("transmittance"):
        raise SiteError(f"glazing {name!r} has no optics; give transmittance, front and back of each pane")
    return dict(found)
