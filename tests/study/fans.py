"""A small site of fans, whose electricity is a sum that can be written down."""

from __future__ import annotations

from pathlib import Path

from twin.site.load import load
from twin.site.site import Site

HEAD = """schema_version: 1
name: {en: Fans}
location: {latitude: 22.5 deg, longitude: 114 deg, country: CN, province: Guangdong, climate: shenzhen}
floor_area: 100 m2
suppliers: {electricity: grid}
"""
FANS = """
components:
  grid: {kind: grid, energy_price: 0.6 CNY/kWh, emission_factor: 0.5 kg/kWh}
  hours: {kind: schedule}
  fans: {kind: base_load, rating: "10 kW [8 .. 12] assumed", base: "0.5 [0.4 .. 0.6] assumed", schedule: hours}
"""
MEASURES = """schema_version: 1
measures:
  smaller:
    title: {en: Smaller fans, zh: 小风机}
    changes: [{select: {kind: base_load}, scale: {rating: "0.8 [0.7 .. 0.9] assumed"}}]
    cost: {per: site, value: "100 CNY [50 .. 200] assumed"}
    lifetime: 10 [8 .. 12] assumed
  less:
    title: {en: Fewer fans, zh: 少风机}
    changes: [{select: {kind: base_load}, add: {rating: "-2 kW [-3 .. -1] assumed"}}]
    cost: {per: site, value: "100 CNY [50 .. 200] assumed"}
    lifetime: 10 [8 .. 12] assumed
packages: {both: [smaller, less]}
"""


def fans(folder: Path, components: str = FANS, measures: str = "") -> Site:
    """The site in a folder, with measures where they are given."""
    (folder / "site.yaml").write_text(HEAD + components, encoding="utf-8")
    if measures:
        (folder / "measures.yaml").write_text(measures, encoding="utf-8")
    return load(folder)
