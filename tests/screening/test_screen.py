"""Linear screening stays near the full physics, and says so of rooms it cannot see."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.site.test_rooms import SITE, written
from twin.errors import RunError
from twin.screening.screen import screen
from twin.sim.scene import Clock, Scene
from twin.site.load import load
from twin.study.runner import simulate
from twin.weather import Weather
from twin.weather.almanac import Almanac


def screened(site, step=900.0, **more):
    sky = Weather.named(site.location.climate, site.year)
    start = datetime(site.year, 1, 1, tzinfo=sky.start.tzinfo)
    return screen(site, Scene(sky, Almanac("CN")), Clock(start, round(8760 * 3600 / step), step), **more)


def test_sums_of_heating_and_cooling_are_near_those_of_the_full_physics(tmp_path):
    site = written(tmp_path, SITE.replace("shenzhen", "beijing"))
    full = simulate(site)
    found = screened(site)
    assert set(found) == {"office", "store"}
    for name in found:
        for own, signal in (("heating", "heat"), ("cooling", "cold")):
            total = full.series(f"{name}/loads.{signal}").sum() * 900.0
            assert getattr(found[name], own) == pytest.approx(
                total, rel=0.21, abs=0.1 * 3.6e9
            )  # Beijing's sun behind one large window
    assert found["office"].coldest == pytest.approx(20.0, abs=0.01)
    assert found["office"].warmest == pytest.approx(26.0, abs=0.01)


def test_more_modes_and_finer_steps_change_little(tmp_path):
    site = written(tmp_path)
    few, many, fine = screened(site), screened(site, modes=40), screened(site, step=300.0)
    assert few["office"].cooling == pytest.approx(many["office"].cooling, rel=0.01)
    assert few["office"].cooling == pytest.approx(fine["office"].cooling, rel=0.02)


def test_a_site_without_surfaces_is_refused():
    with pytest.raises(RunError, match="has no room told by surfaces or under 'rooms'; screening needs one"):
        screened(load("binhai"))
