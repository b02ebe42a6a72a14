"""A small site with everything that the pages of carbon and of sites show: scopes 1 to 3, a pathway, reported figures, a kind of building."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from twin.dashboard.carbon.studied import Worked
from twin.dashboard.data import Source

from tests.dashboard.studies import MEASURES, SITE

MORE = """  boiler_gas: {kind: emission_source, scope: 1, category: stationary combustion, amount: 40 t published meter of 2025}
  goods: {kind: emission_source, scope: 3, category: 1 purchased goods and services, quality: spend, activity: "200,000 CNY published accounts", factor: 0.05 kg/CNY assumed}
  waste: {kind: emission_source, scope: 3, category: 5 waste, quality: average, amount: 2 t assumed}
building: commercial office B
reported:
  - {what: specific yield, value: 30 MWh, source: a brochure, label: reported, twin: {figure: electricity}, why: {en: The brochure counts half., zh: 宣传册只计一半。}}
  - {what: scope 1 of 2021, value: 40 tCO2e, source: accounts, label: reported, twin: {figure: scope1}, why: {en: Both are the meter., zh: 两者均为计量值。}}
"""
PATHWAY = """schema_version: 1
first: 2025
last: 2027
grid_factor: {2025: 0.5 kg/kWh assumed, 2027: 0.4 kg/kWh assumed}
reductions: [{measure: smaller, from: 2025, to: 2027}]
offsets: {from: 2027, price: 60 CNY/t assumed}
"""
GRID = "emission_factor: 0.5 kg/kWh"
NOON = datetime(2026, 3, 4, 12, tzinfo=timezone(timedelta(hours=8)))


def make_site(folder, factors="factors: Guangdong 2022", pathway=PATHWAY):
    """The folder of the site."""
    folder.mkdir(exist_ok=True)
    (folder / "site.yaml").write_text(SITE.replace(GRID, factors) + MORE, encoding="utf-8")
    (folder / "measures.yaml").write_text(MEASURES, encoding="utf-8")
    if pathway:
        (folder / "pathway.yaml").write_text(pathway, encoding="utf-8")
    return folder


class Alone(Source):
    """A source that has one site only, and works its studies in this process."""

    def __init__(self, folder, store):
        super().__init__(str(folder), now=lambda: NOON)
        self._paths = {self.home: str(folder)}
        self.studied = Worked(store, workers=1)
