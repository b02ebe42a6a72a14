"""Water: use, mains and rain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.components.test_grid import ONES
from twin.components.rainwater import Rainwater
from twin.site.load import load
from twin.study.runner import simulate

SITE = """schema_version: 1
name: {{en: Test}}
location: {{latitude: 22.5 deg, longitude: 114 deg, country: CN, province: Guangdong, climate: shenzhen}}
floor_area: 100 m2
suppliers: {{electricity: grid, water: [rain, mains]}}
components:
  grid: {{kind: grid, energy_price: 0.5 CNY/kWh, emission_factor: 0.5 kg/kWh}}
  always: {{kind: schedule, workday: [{ones}], saturday: [{ones}], holiday: [{ones}]}}
  rain: {{kind: rainwater, catchment: {catchment}, collection: 0.7, tank: 500 m3, treatment: 0.5 kWh/m3, rain: [30, 45, 70, 150, 230, 320, 320, 360, 240, 60, 35, 30]}}
  mains: {{kind: mains_water, price: 4 CNY/m3, footprint: 0.0003}}
  washrooms: {{kind: water_use, rating: 0.002 m3/s, schedule: always}}
"""


def run(tmp_path, catchment):
    (tmp_path / "site.yaml").write_text(SITE.format(catchment=catchment, ones=ONES))
    return simulate(load(tmp_path), step=3600.0, warm_up=0)


def test_rain_replaces_water_from_the_mains_drop_for_drop(tmp_path):
    dry, wet = run(tmp_path, "0 m2"), run(tmp_path, "14000 m2")
    assert dry.ledger["water"] == wet.ledger["water"] == pytest.approx(63_072e3)  # 2 L/s all year
    assert dry.ledger["mains_water"] == pytest.approx(63_072e3)
    saved = dry.ledger["mains_water"] - wet.ledger["mains_water"]
    # 1,890 mm on 14,000 m2, 70 % of it: 18,522 m3, less what a day of heavy months overflows
    assert saved == pytest.approx(18_522e3, rel=0.01)
    assert dry.cost - wet.cost == pytest.approx(saved / 1e3 * (4 - 0.5 * 0.5), rel=1e-6)


amounts = st.floats(0.0, 50.0)


@given(content=st.floats(0.0, 5e5), wanted=amounts, falling=st.floats(0.0, 0.01), catchment=st.floats(0.0, 1e5))
def test_no_drop_is_lost(content, wanted, falling, catchment):
    new, given_, rest, overflow, power, warmth = Rainwater.kernels["step"](
        dt=900.0,
        content=content,
        wanted=wanted,
        falling=falling,
        catchment=catchment,
        collection=0.7,
        tank=500.0,
        treatment=1.8e6,
    )
    caught = falling * catchment * 0.7
    assert content + 900.0 * (caught - given_ - overflow) == pytest.approx(new, abs=1e-4)
    assert given_ + rest == pytest.approx(wanted)
    assert -1e-6 <= new <= 500e3 + 1e-3
    assert min(given_, overflow, power) >= 0.0
    assert power == warmth
