"""A small study that reports are made of in tests: one consumer of power, two measures and their package, with terms that use every column."""

from __future__ import annotations

import json
from functools import partial

from twin.answer import Question, answer
from twin.site.load import load
from twin.study.engine import Means

SITE = """schema_version: 1
name: {en: "=Fans <1>", zh: 风机}
location: {latitude: 22.5 deg, longitude: 114 deg, country: CN, province: Guangdong, climate: shenzhen}
floor_area: 100 m2
suppliers: {electricity: grid}
components:
  grid: {kind: grid, energy_price: 0.6 CNY/kWh, emission_factor: 0.5 kg/kWh, demand_charge: 40 CNY/kW}
  hours: {kind: schedule}
  fans: {kind: base_load, rating: "10 kW [8 .. 12] assumed", base: "0.5 [0.4 .. 0.6] assumed", schedule: hours}
"""
MEASURES = """schema_version: 1
measures:
  smaller:
    title: {en: "=1+1 smaller fans", zh: 小风机}
    changes: [{select: {kind: base_load}, scale: {rating: "0.8 [0.7 .. 0.9] assumed"}}]
    cost: {per: site, value: "20,000 CNY [10,000 .. 30,000] assumed"}
    lifetime: 7 [6 .. 8] assumed
    maintenance: 2 % assumed
    salvage: 10 % assumed
  less:
    title: {en: Fewer fans, zh: 少风机}
    changes: [{select: {kind: base_load}, add: {rating: "-2 kW [-3 .. -1] assumed"}}]
    cost: {per: site, value: "60,000 CNY [40,000 .. 90,000] assumed"}
    lifetime: 10 [8 .. 12] assumed
packages: {both: [smaller, less]}
"""
TERMS = """schema_version: 1
horizon: 12
discount: 8 % assumed
basis: nominal
inflation: 2 % assumed
escalation: {electricity: "1 % [0 .. 2] assumed"}
carbon_price: {scope2: "90 CNY/t [60 .. 150] assumed"}
carbon_growth: 3 % assumed
"""


def make_study(folder, terms=TERMS):
    """A study as a file would hold it."""
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    (folder / "measures.yaml").write_text(MEASURES, encoding="utf-8")
    (folder / "economics.yaml").write_text(terms, encoding="utf-8")
    question = Question(load(folder), (), 3600.0, 12, 0, 1, False, means=Means(1), abatement=True)
    return json.loads(json.dumps(answer(question, None, partial(lambda *_: None))))
