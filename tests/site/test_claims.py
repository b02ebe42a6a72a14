"""Figures as arithmetic, and what a site file may say of figures somebody reported."""

from __future__ import annotations

from math import isnan

import pytest

from twin.errors import SiteError
from twin.site.figure import Figure
from twin.site.load import load

SITE = """schema_version: 1
name: {{en: Test}}
location: {{latitude: 22.5 deg, longitude: 114 deg, country: CN, province: Guangdong, climate: shenzhen}}
floor_area: 100 m2
suppliers: {{electricity: grid}}
components:
  grid: {{kind: grid, energy_price: 0.6 CNY/kWh, emission_factor: 0.5 kg/kWh}}
  hours: {{kind: schedule}}
  fans: {{kind: base_load, rating: 10 kW, base: 1, schedule: hours}}
reported:
  - {{what: energy, value: {value}, source: nobody, label: test, twin: {twin}{more}}}
"""


def site(tmp_path, twin, value="87.6 MWh", more=""):
    (tmp_path / "site.yaml").write_text(SITE.format(twin=twin, value=value, more=more))
    return load(tmp_path)


def test_a_figure_is_arithmetic_over_names():
    values = {"it": 100.0, "facility": 130.0, "[a/b.power]": 7.0, "a/b.power": 7.0}
    assert Figure("it * 1.6 - facility").value(values.__getitem__) == pytest.approx(30.0)
    assert Figure("-[a/b.power] / (it - 93)").value(values.__getitem__) == pytest.approx(-1.0)
    assert Figure("it * 1.6 - facility").names == ["it", "facility"]


@pytest.mark.parametrize(
    "text",
    [
        "scope9",
        "scope1 +",
        "scope1 scope2",
        "__import__('os')",
        "scope1 ** 2",
        "(scope1",
        "scope1; cost",
        "",
        "()",
        "scope1 (cost)",
    ],
)
def test_what_is_no_arithmetic_is_refused(text):
    with pytest.raises(SiteError, match="figure"):
        Figure(text)


def test_a_division_by_what_may_be_nothing_is_read():
    assert Figure("scope1 / (it - it)").names == ["scope1", "it", "it"]
    assert isnan(Figure("scope1 / it").value({"scope1": 1.0, "it": 0.0}.__getitem__))


@pytest.mark.parametrize(
    ("twin", "value", "more", "told"),
    [
        ("{figure: electricty}", "1 GWh", "", "'electricty' is unknown"),
        ("{figure: electricity}", "1 furlong", "", "'furlong' is no amount"),
        ("{saving_of: led}", "1 GWh", "", "needs figure"),
        ("{figure: electricity, with: led, saving_of: led}", "1 GWh", "", "at most one of"),
        ("{figure: electricity, saving_of: led}", "1 GWh", "", "there is no measure or package 'led'"),
        ("{figure: '[fan.power]'}", "1 GWh", "", "there is no component 'fan'"),
        ("{figure: '[fans.use]'}", "1 GWh", "", "fans.use is not summed over a run"),
        ("{figure: electricity}", "much", "", "needs what, value with unit"),
        ("{figure: electricity}", "1 GWh", ", comparable: maybe", "must be yes or no"),
        ("{figure: electricity}", "1 GWh", ", because: x", "unknown field"),
        ("{figure: electricity}", "1 GWh", ", bound: about", "must be at most or at least"),
    ],
)  # fmt: skip
def test_a_wrong_entry_gets_one_clear_message(tmp_path, twin, value, more, told):
    with pytest.raises(SiteError, match=told):
        site(tmp_path, twin, value, more)
