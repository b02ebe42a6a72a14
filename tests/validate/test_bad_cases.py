"""A case that cannot be is refused, naming the object and the way out."""

from __future__ import annotations

import copy
import json

import pytest

from twin.errors import SiteError
from twin.validate import ashrae140
from twin.weather import Weather


@pytest.fixture(scope="module")
def given(shared_data):
    folder = shared_data("ashrae140")
    cases = json.loads((folder / "cases.json").read_text(encoding="utf-8"))["cases"]
    return cases, Weather.epw(folder / "725650TYCST.epw")


LAYERS = "constructions_outside_to_inside"


def wall(case):
    return next(k for k, s in enumerate(case["surfaces"]) if any(o["parent"] == s["name"] for o in case["openings"]))


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("zero area", "has an area of 0.0 m2; it must be greater than 0"),
        ("large window", "m2 of openings are larger than the wall"),
        ("overlap", "overlap in"),
        ("bent", "is not flat: corner"),
        ("line", "has no area; give corners that are not in one line"),
        ("twisted", "crosses itself; give the corners in order around it"),
        ("two corners", "has 2 corners; a surface has three or more"),
        ("conductivity", "conductivity_W_mK is -0.1; it must be greater than 0"),
        ("no layers", "has no layers; give at least one"),
        ("no optics", "is a window without optics; give panes of kind glass with solar_transmittance_normal"),
        ("no construction", "there is no construction 'nothing'; constructions: "),
        ("no parent", "there is no surface 'nowhere' to hold it; surfaces: "),
        ("no zone", "there is no zone 'nobody'; zones: "),
        ("no key", "case 600: has no 'surfaces'; a case has zones, surfaces"),
    ],
)
def test_a_case_that_cannot_be_is_refused(given, what, message):
    case = copy.deepcopy(given[0]["600"])
    surface, first = case["surfaces"][wall(case)], case["openings"][0]
    glass = case[LAYERS][first["construction"]]
    opaque = case[LAYERS][surface["construction"]]
    if what == "zero area":
        surface["gross_area_m2"] = 0.0
    elif what == "large window":
        first["area_m2"] = 99.0
    elif what == "overlap":
        case["openings"][1]["vertices"] = first["vertices"]
    elif what == "bent":
        surface["vertices"][2][1] += 1.0
    elif what == "line":
        surface["vertices"] = [[0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0]]
    elif what == "twisted":
        surface["vertices"][1], surface["vertices"][2] = surface["vertices"][2], surface["vertices"][1]
    elif what == "two corners":
        surface["vertices"] = surface["vertices"][:2]
    elif what == "conductivity":
        opaque[0]["conductivity_W_mK"] = -0.1
    elif what == "no layers":
        case[LAYERS][surface["construction"]] = []
    elif what == "no optics":
        del glass[0]["solar_transmittance_normal"]
    elif what == "no construction":
        surface["construction"] = "nothing"
    elif what == "no parent":
        first["parent"] = "nowhere"
    elif what == "no zone":
        surface["zone"] = "nobody"
    elif what == "no key":
        del case["surfaces"]
    with pytest.raises(SiteError) as caught:
        ashrae140.build("600", case, given[1])
    assert message in str(caught.value)
    assert str(caught.value).startswith("case 600: ")


def test_every_given_case_is_sound(given):
    cases, weather = given
    assert [ashrae140.build(name, case, weather).name for name, case in cases.items()] == list(cases)
