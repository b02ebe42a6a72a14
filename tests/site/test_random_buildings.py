"""Laws that hold for any building: energy stays, nothing comes of nothing, insulation saves heat, finer steps come closer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twin.site.load import load
from twin.study.runner import simulate
from twin.weather import Weather

HEAD = """schema_version: 1
name: {{en: Random}}
location: {{latitude: 40 deg, longitude: 0 deg, country: CN, province: Hebei, climate: beijing}}
floor_area: 50 m2
components:
  none: {{kind: schedule}}
rooms:
{rooms}
"""
START = datetime(2019, 1, 1, tzinfo=UTC)
WALLS = ("concrete_insulated", "brick_insulated", "block_insulated", "steel_sandwich", "curtain_wall")
GLASS = ("single_clear", "double_clear", "double_low_e", "triple_low_e")
SLOW = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)

ROOM = st.fixed_dictionaries({
    "width": st.floats(3.0, 20.0), "depth": st.floats(3.0, 15.0), "height": st.floats(2.4, 6.0), "turned": st.floats(-180.0, 180.0),
    "windows": st.floats(0.0, 0.9), "wall": st.sampled_from(WALLS), "glazing": st.sampled_from(GLASS), "above": st.sampled_from(["outdoors", "same"]),
    "below": st.sampled_from(["ground", "same"]),
})  # fmt: skip


def sky(outdoor, sun=0.0, days=6.0, infrared=None, humid=-20.0):
    """Weather of a few days, told by a function of hours for the air and a share of daylight."""
    hours = np.arange(round(days * 24)) + 0.5
    air = outdoor(hours)
    light = sun * np.maximum(np.sin((hours % 24 - 6) / 12 * np.pi), 0.0)
    warm = 5.670374e-8 * (air + 273.15) ** 4
    return Weather(
        "made", "test", 40.0, 0.0, 0.0, START, 3600.0, 0.5, air, np.full(len(air), humid), np.full(len(air), 101325.0), np.full(len(air), 2.0),
        warm if infrared is None else infrared(warm), 0.6 * light, 0.5 * light, 0.3 * light,
    )  # fmt: skip


def site(folder: Path, **fields):
    told = {"width": "m", "depth": "m", "height": "m", "turned": "deg", "wall_u": "W/m2/K"}
    room = ", ".join(f"{k}: {v} {told.get(k, '')}".rstrip() for k, v in fields.items())
    (folder / "site.yaml").write_text(HEAD.format(rooms=f"  room: {{{room}}}"))
    return load(folder)


def run(site, weather, step=3600.0, days=4.0, **more):
    return simulate(site, weather, START, START + timedelta(days=days), step, warm_up=2, **more)


@SLOW
@given(room=ROOM, cold=st.floats(-20.0, 15.0))
def test_energy_is_conserved(tmp_path, room, cold):
    weather = sky(
        lambda hours: cold + 8.0 * np.sin(hours / 24 * 2 * np.pi), sun=700.0, infrared=lambda warm: 0.8 * warm
    )
    for step in (3600.0, 300.0):
        assert max(run(site(tmp_path, **room), weather, step).balance.values()) < 1e-9


@SLOW
@given(room=ROOM)
def test_nothing_comes_of_nothing(tmp_path, room):
    built = site(tmp_path, **room, ground=str(["20 degC"] * 12).replace("'", ""), loads="none")
    found = run(built, sky(lambda hours: np.full(len(hours), 20.0)), more=("room.radiant",))
    assert found.hourly("room.air") == pytest.approx(20.0, abs=1e-4)
    assert found.series("room.radiant") == pytest.approx(20.0, abs=1e-4)


@SLOW
@given(room=ROOM, cold=st.floats(-25.0, 8.0), better=st.floats(0.2, 0.95))
def test_insulating_outside_never_needs_more_heat_without_sun(tmp_path, room, cold, better):
    weather = sky(lambda hours: cold + 5.0 * np.sin(hours / 24 * 2 * np.pi))
    heat = [run(site(tmp_path, **room, wall_u=u), weather).series("room/loads.heat").sum() for u in (0.8, 0.8 * better)]
    assert heat[1] <= heat[0] * (1.0 + 1e-9)


@SLOW
@given(room=ROOM)
def test_finer_steps_come_closer_by_the_first_order(tmp_path, room):
    built = site(tmp_path, **room, loads="none")
    weather = sky(lambda hours: 10.0 + 8.0 * np.sin(hours / 24 * 2 * np.pi))
    means = [run(built, weather, step).hourly("room.air") for step in (3600.0, 1800.0, 900.0, 450.0)]
    apart = [float(np.abs(one - other).max()) for one, other in zip(means[:-1], means[1:], strict=True)]
    assert apart[2] < apart[1] < apart[0] or apart[0] < 1e-3
    assert apart[2] < 0.6 * apart[1] or apart[1] < 1e-3
