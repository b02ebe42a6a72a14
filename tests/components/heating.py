"""A small heated district in Tianjin that tests put heat sources into."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twin.site.load import load

SITE = """schema_version: 1
name: {{en: Test}}
location: {{latitude: 39 deg, longitude: 117.5 deg, country: CN, province: Tianjin, climate: tianjin}}
floor_area: 9,200 m2
year: 2023
suppliers: {{electricity: grid}}
components:
  grid: {{kind: grid, tariff: tianjin, factors: Tianjin 2022}}
  offices: {{kind: heated_buildings, area: 9200 m2, design: 50 W/m2, heating: pipes}}
  pipes: {{kind: heat_network, design: 550 kW, length: {length}, diameter: 0.15 m, pump: 4 kW, supply_design: 60 degC, supply_mild: 55 degC, sources: {sources}}}
{more}
"""


def district(folder: Path, sources: str, *more: str, length: str = "300 m") -> Any:
    """The district with its chain of sources and the components they need."""
    text = SITE.format(sources=sources, more="\n".join(f"  {line}" for line in more), length=length)
    (folder / "site.yaml").write_text(text)
    return load(folder)


MUNICIPAL = "municipal: {kind: district_heat, capacity: 2 MW, price: 70 CNY/GJ}"
"""P-42: metered heat of others than residents in Tianjin, 0.25 CNY/kWh."""
HALL = (
    "hall: {kind: server_room, load: 700 kW, chilled_water: loop}",
    "loop: {kind: chilled_water_loop, design: 1.2 MW, pump: 20 kW, supply: 10 degC, chillers: [recovery, chillers]}",
    "chillers: {kind: chiller_plant, count: 2, capacity: 800 kW, condenser_flow: 45 kg/s, condenser_pump: 10 kW, tower: tower}",
    "tower: {kind: cooling_tower, water_design: 90 kg/s, air_design: 80 kg/s, fan: 30 kW}",
)
"""A server room on chilled water of 10 degC whose loop asks the heat recovery first."""


def energy(run: Any, signal: str) -> float:
    """Sum of a component's flow over the run. [kWh]"""
    name, _, flow = signal.rpartition(".")
    return float(run.total(next(each for each in run.plan.components if each.name == name), flow)) / 3.6e6
