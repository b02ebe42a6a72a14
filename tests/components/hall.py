"""A data hall on made weather, for tests of what cools and feeds it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from twin.site.load import load
from twin.study.runner import simulate
from twin.weather import Weather

START = datetime(2019, 1, 1, tzinfo=UTC)
HEAD = """schema_version: 1
name: {en: Hall}
location: {latitude: 26 deg, longitude: 106 deg, country: CN, province: Guizhou, climate: guiyang}
floor_area: 100 m2
suppliers: {electricity: panel}
components:
  grid: {kind: grid, energy_price: 0.6 CNY/kWh, emission_factor: 0.5 kg/kWh}
"""
PANEL = "  panel: {kind: data_centre, suppliers: grid, it_meter: hall}\n"
HALL = "  hall: {kind: data_hall, servers: 2500, idle_power: 200 W, peak_power: 400 W, utilisation: 0.3, air: %s%s}\n"


def sky(dry_bulb, dew_point, days=3.0, pressure=101325.0, swing=0.0):
    """Weather of one air, or of one that swings over the day."""
    count = round(days * 24)
    hours = np.arange(count) + 0.5
    air = dry_bulb + swing * np.sin((hours % 24 - 9.0) / 12.0 * np.pi)
    level = np.ones(count)
    return Weather(
        "made", "test", 26.0, 106.0, 0.0, START, 3600.0, 0.5, air, np.minimum(dew_point, air), pressure * level, 2.0 * level,
        300.0 * level, 0.0 * level, 0.0 * level, 0.0 * level,
    )  # fmt: skip


def days(folder, coolers, air, plates="", weather=None, step=3600.0, last=2.0, panel=PANEL, more=()):
    """Run a hall of about 750 kW with its coolers for some days."""
    text = HEAD + panel + HALL % (air, f", {plates}" if plates else "") + coolers
    (folder / "site.yaml").write_text(text)
    weather = weather or sky(20.0, 12.0)
    return simulate(load(folder), weather, START, START + timedelta(days=last), step, warm_up=0, more=more)


def year(folder, coolers, air, plates="", step=900.0, more=()):
    """Run a hall on the typical year of Guiyang."""
    (folder / "site.yaml").write_text(HEAD + PANEL + HALL % (air, f", {plates}" if plates else "") + coolers)
    return simulate(load(folder), step=step, more=more)
