"""A small site with every kind of booking, for tests of the ledger."""

from __future__ import annotations

from pathlib import Path

from tests.components.test_grid import ONES
from twin.site.load import load
from twin.site.site import Site

TEXT = """schema_version: 1
name: {{en: Test}}
location: {{latitude: 29.5 deg, longitude: 106.5 deg, country: CN, province: Chongqing, climate: chongqing}}
floor_area: 100 m2
year: 2021
components:
  grid: {{kind: grid, energy_price: 0.5 CNY/kWh, {factors}, contracts: [hydro]}}
  hydro: {{kind: green_power, volume: 20 GWh published contract 7, matching: {matching}}}
  always: {{kind: schedule, workday: [{ones}], saturday: [{ones}], holiday: [{ones}]}}
  servers: {{kind: base_load, rating: 10 MW, schedule: always, electricity: grid}}
{more}
"""


def site(folder: Path, more: str = "", factors: str = "factors: Chongqing 2022", matching: str = "annual") -> Site:
    """The site, with lines of further components."""
    (folder / "site.yaml").write_text(TEXT.format(more=more, ones=ONES, factors=factors, matching=matching))
    return load(folder)
