"""Photovoltaic arrays beside two other programs, and the laws that they must keep.

PVWatts version 8 and pvlib's chain differ by 2 % in hazy places, since only the first knows glass losses of diffuse light and the
spectrum; `optics` has both, and each is held to its own.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.components.photovoltaic import YEAR, Photovoltaic
from twin.errors import SiteError
from twin.site.load import load
from twin.study.runner import simulate
from twin.weather import Weather

SITE = """schema_version: 1
name: {{en: Test}}
location: {{latitude: {latitude} deg, longitude: {longitude} deg, country: CN, province: Test, climate: {climate}}}
floor_area: 100 m2
year: 2019
suppliers: {{electricity: grid}}
components:
  grid: {{kind: grid, energy_price: 1 CNY/kWh, emission_factor: 0.5 kg/kWh, {grid}}}
  array: {{kind: photovoltaic, rating: 100 kW, {array}}}
"""
LOSSES = 100.0 * (1.0 - 0.98 * 0.97 * 0.98 * 0.98 * 0.995 * 0.985 * 0.99 * 0.97)
"""Default losses in percent: 14.08, as PVWatts has them."""
SHENZHEN, BEIJING = "CHN_Guangdong.Shenzhen.594930_SWERA.epw", "CHN_Beijing.Beijing.545110_CSWD.epw"
PYSAM = {
    (SHENZHEN, 15.0): 116_037.1,
    (SHENZHEN, 30.0): 115_338.9,
    (BEIJING, 15.0): 113_489.1,
    (BEIJING, 30.0): 119_125.3,
}
"""Annual energy [kWh] of 100 kW from Pvwattsv8 of NREL-PySAM 7.1.1: fixed open rack facing south, standard module, DC/AC ratio 1.2,
inverter 96 %, losses 14.0757 %, albedo 0.2, ground cover ratio 0.01, the weather file and tilt named."""  # fmt: skip


def site(tmp_path, array="", grid="", climate="shenzhen", latitude=22.5, longitude=114.0):
    (tmp_path / "site.yaml").write_text(
        SITE.format(array=array, grid=grid, climate=climate, latitude=latitude, longitude=longitude)
    )
    return load(tmp_path)


def energy(run):
    """Annual energy. [kWh]"""
    return run.ledger["generation"] / 3.6e6


def model_chain(weather, tilt):
    """Annual energy of pvlib's ModelChain in its PVWatts configuration, 100 kW. [kWh]"""
    import pvlib

    times = pd.date_range("2019-01-01", periods=8760, freq="h", tz=weather.start.tzinfo)
    place = pvlib.location.Location(weather.latitude, weather.longitude, altitude=weather.elevation)
    array = pvlib.pvsystem.Array(
        mount=pvlib.pvsystem.FixedMount(tilt, 180.0), albedo=0.2,
        module_parameters={"pdc0": 100e3, "gamma_pdc": -0.0037},
        temperature_model_parameters=pvlib.temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"]["open_rack_glass_polymer"],
    )  # fmt: skip
    system = pvlib.pvsystem.PVSystem([array], inverter_parameters={"pdc0": 100e3 / 1.2 / 0.96, "eta_inv_nom": 0.96})
    chain = pvlib.modelchain.ModelChain.with_pvwatts(system, place)
    columns = {"ghi": weather.global_horizontal, "dni": weather.direct_normal, "dhi": weather.diffuse_horizontal}
    columns |= {"temp_air": weather.dry_bulb, "wind_speed": weather.wind_speed, "pressure": weather.pressure}
    frame = pd.DataFrame(columns, index=times)
    middle = frame.copy()
    middle.index = times + pd.Timedelta("30min")
    chain.run_model(middle)
    return float(chain.results.ac.sum()) / 1e3


@pytest.mark.parametrize(("file", "tilt"), PYSAM)
def test_a_year_gives_within_two_percent_what_pvwatts_8_gives(tmp_path, shared_data, file, tilt):
    weather = Weather.epw(shared_data("weather") / file, 2019)
    run = simulate(site(tmp_path, f"tilt: {tilt} deg"), weather, step=900.0, warm_up=0)
    assert energy(run) == pytest.approx(PYSAM[file, tilt], rel=0.02)
    assert max(run.balance.values()) < 1e-9


@pytest.mark.parametrize(("file", "tilt"), PYSAM)
def test_pvwatts_8_still_gives_what_it_gave(shared_data, file, tilt):
    pvwatts = pytest.importorskip("PySAM.Pvwattsv8")
    model = pvwatts.default("PVWattsNone")
    model.SolarResource.assign({"solar_resource_file": str(shared_data("weather") / file), "use_wf_albedo": 0, "albedo": [0.2] * 12})  # fmt: skip
    model.SystemDesign.assign(
        {"system_capacity": 100.0, "tilt": tilt, "azimuth": 180.0, "array_type": 0, "module_type": 0, "dc_ac_ratio": 1.2,
         "inv_eff": 96.0, "losses": 14.0757, "gcr": 0.01}
    )  # fmt: skip
    model.execute(0)
    assert model.Outputs.ac_annual == pytest.approx(PYSAM[file, tilt], rel=1e-4)


@pytest.mark.parametrize(("file", "tilt"), PYSAM)
def test_with_glass_losses_of_direct_light_alone_it_gives_what_pvlib_gives(tmp_path, shared_data, file, tilt):
    weather = Weather.epw(shared_data("weather") / file, 2019)
    run = simulate(site(tmp_path, f"tilt: {tilt} deg, optics: beam"), weather, step=900.0, warm_up=0)
    assert energy(run) == pytest.approx(model_chain(weather, tilt), rel=0.003)


@pytest.mark.parametrize("city", ["shenzhen", "nanjing", "beijing"])
def test_an_embedded_year_gives_what_pvlib_gives(tmp_path, city):
    weather = Weather.named(city, 2019)
    run = simulate(site(tmp_path, "tilt: 20 deg, optics: beam", climate=city), weather, step=900.0, warm_up=0)
    assert energy(run) == pytest.approx(model_chain(weather, 20.0), rel=0.003)


def test_default_losses_are_those_of_pvwatts():
    assert pytest.approx(14.0757, abs=1e-3) == LOSSES


def test_quarters_of_an_hour_and_hours_give_the_same_year(tmp_path):
    years = [energy(simulate(site(tmp_path), step=step, warm_up=0)) for step in (900.0, 3600.0)]
    assert years[1] == pytest.approx(years[0], rel=0.002)


def test_mountings_that_air_passes_less_give_less(tmp_path):
    given = [energy(simulate(site(tmp_path, f"mounting: {word}"), step=3600.0, warm_up=0)) for word in ("open_rack", "roof", "facade")]  # fmt: skip
    assert given == sorted(given, reverse=True)
    assert given[-1] > 0.9 * given[0]


def test_ten_years_take_five_percent(tmp_path):
    new, old = (energy(simulate(site(tmp_path, f"age: {age} year"), step=3600.0, warm_up=0)) for age in (0, 10))
    assert old / new == pytest.approx(0.95, abs=0.003)


def test_what_the_grid_refuses_is_not_made(tmp_path):
    run = simulate(site(tmp_path, grid="export_limit: 30 kW"), step=3600.0, warm_up=0)
    assert float(run.series("array.power").max()) == pytest.approx(30e3)
    assert any("curtailed" in note for note in run.notes)
    assert max(run.balance.values()) < 1e-9


def test_an_array_of_nothing_gives_nothing(tmp_path):
    text = (site(tmp_path).path.parent / "site.yaml").read_text().replace("rating: 100 kW", "rating: 0 kW")
    (tmp_path / "site.yaml").write_text(text)
    run = simulate(load(tmp_path), step=3600.0, warm_up=0)
    assert energy(run) == 0.0
    assert run.cost == 0.0


def test_a_mounting_that_nobody_knows_is_refused(tmp_path):
    with pytest.raises(SiteError, match="must be 'open_rack', 'ground', 'roof' or 'facade'"):
        site(tmp_path, "mounting: carport")


@given(
    offer=st.floats(0.0, 1.3), rating=st.floats(0.0, 1e7), dc_ac=st.floats(0.5, 2.0), efficiency=st.floats(0.8, 0.99),
    kept=st.floats(0.0, 1.0), age=st.floats(0.0, 30 * YEAR),
)  # fmt: skip
def test_sun_taken_is_power_and_heat_and_no_rating_is_passed(offer, rating, dc_ac, efficiency, kept, age):
    losses = dict.fromkeys(("soiling", "shading", "snow", "mismatch", "wiring", "connections", "first_light", "nameplate"), 0.01)  # fmt: skip
    potential, direct, clipped = Photovoltaic.kernels["ask"](
        offer=offer, rating=rating, dc_ac=dc_ac, efficiency=efficiency, availability=0.97, degradation=0.005 / YEAR, age=age, **losses
    )  # fmt: skip
    power, sun, warmth = Photovoltaic.kernels["step"](potential, direct, kept)
    assert sun == pytest.approx(power + warmth, abs=1e-6)
    assert 0.0 <= power <= 0.97 * rating / dc_ac + 1e-6
    assert direct + clipped <= offer * rating + 1e-6
    assert min(power, sun, warmth, clipped) >= 0.0


def test_full_optics_take_one_to_four_percent(tmp_path):
    beam, full = (
        energy(simulate(site(tmp_path, f"optics: {word}"), step=3600.0, warm_up=0)) for word in ("beam", "full")
    )
    assert 0.96 < full / beam < 0.99


def test_cells_in_shade_are_as_warm_as_the_air(tmp_path):
    weather = Weather.named("shenzhen", 2019)
    grid = weather.on_grid(0.0, 3600.0, 24)
    light, cell, offer = Photovoltaic.forcings["shine"](grid, 15.0, 180.0, "roof", "full", -0.0037)
    night = light == 0.0
    assert night.any()
    assert np.array_equal(cell[night], grid.dry_bulb[night])
    assert offer[night].sum() == 0.0
