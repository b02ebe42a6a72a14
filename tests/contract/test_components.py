"""Every kind keeps the component contract, and a new kind needs one class in one file."""

from __future__ import annotations

import numpy as np
import pytest

from twin.core import Component, Field, catalogue, inlet, kernel, needs, output
from twin.core.describe import page
from twin.sim import link, selfcheck
from twin.sim.emit import batch_text
from twin.site.load import load
from twin.site.schema import schema
from twin.study.runner import simulate
from twin.units import EXTENSIVE, Watt

SHIPPED = [cls for cls in catalogue.kinds().values() if cls.__module__.startswith("twin.components")]
MANY = 6
"""Values in every array that a kernel is tried with."""
SITE = """schema_version: 1
name: {en: Test}
location: {latitude: 22.5 deg, longitude: 114 deg, country: CN, province: Guangdong, climate: shenzhen}
floor_area: 100 m2
suppliers: {electricity: grid}
components:
  grid: {kind: grid, energy_price: 0.6 CNY/kWh, emission_factor: 0.5 kg/kWh}
  fountain: {kind: dummy_fountain, rating: 2 kW}
"""


class DummyFountain(Component):
    """A fountain that splashes in proportion to the sun's absence: written here and nowhere else."""

    rating: Watt = Field(1e3, gt=0)
    """Pump power."""
    electricity = needs("electricity", power="power")
    hourly = ("power",)
    hour = inlet("1", "Share in use", start=0.5)
    power = output("W", "Electric power", medium="electricity", energy="in", end_use="fountain", point="AI")
    heat = output("W", "Heat of the splash", medium="outdoors", energy="out")

    @kernel(tells=("power", "heat"))
    def step(rating, hour):
        """Half power."""
        return rating * hour, rating * hour


def test_a_new_kind_appears_everywhere_without_another_change(tmp_path):
    (tmp_path / "site.yaml").write_text(SITE)
    run = simulate(load(tmp_path), step=3600.0, warm_up=0)
    assert run.end_uses == {"fountain": pytest.approx(8760.0)}
    assert run.hourly("fountain.power")[0] == 1000.0
    assert max(run.balance.values()) < 1e-12
    assert "| rating | W | 1000.0 |" in page(DummyFountain)
    kinds = schema()["properties"]["components"]["additionalProperties"]["oneOf"]
    assert [k["properties"]["rating"]["description"] for k in kinds if k["title"] == "dummy_fountain"] == [
        "Pump power. (more than 0) [W]"
    ]


def test_a_kernel_that_names_something_undeclared_fails_at_import_with_a_hint():
    with pytest.raises(TypeError, match="'ratng' is not declared; did you mean 'rating'"):

        class Misspelt(Component):
            """A mistake."""

            rating: Watt = 1.0
            power = output("W", "Power")

            @kernel(tells=("power",))
            def step(ratng):
                return ratng


@pytest.mark.parametrize("cls", SHIPPED, ids=lambda c: c.kind)
def test_every_shipped_kind_is_documented_and_has_si_units(cls):
    assert cls.__doc__
    docs = cls.docs()
    for name, field in cls.parameters().items():
        assert docs.get(name), f"{cls.kind}.{name} has no docstring"
        assert cls.unit(name) or cls.is_series(name) or cls.words(name) or field.annotation is str
    for name, signal in cls.signals.items():
        assert signal.doc, f"{cls.kind}.{name} has no doc"
        if signal.energy:
            assert signal.unit == "W", f"{cls.kind}.{name}: a flow of energy is in W"
            assert signal.medium


@pytest.mark.parametrize("cls", SHIPPED, ids=lambda c: c.kind)
def test_every_kernel_compiles_and_agrees_with_plain_python_on_random_input(cls):
    random = np.random.default_rng(1)
    for label, each in cls.kernels.items():
        series = frozenset(n for n in each.told if n != "dt" and cls.is_series(n))
        row, told, size = [], [], 0
        for name in each.told:
            told.append((size, MANY, 1) if name in series else size)
            row += [size, MANY, 1] if name in series else [size]
            size += MANY if name in series else 1
        tells = list(range(size, size + len(each.tells)))
        index = np.array(row + tells, dtype=np.int32)
        call = link.caller(link.address(batch_text(each, series)), index, 0, 1)
        for _ in range(20):
            vector = random.uniform(0.1, 40.0, size + len(tells))
            selfcheck.check(f"{cls.kind}.{label}", each, told, tells, vector, call)


def test_amounts_and_intensities_are_told_apart():
    assert {"W", "kg/s"} <= EXTENSIVE
    assert not {"degC", "1", "K/W"} & EXTENSIVE
