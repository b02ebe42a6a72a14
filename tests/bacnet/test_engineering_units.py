"""What devices count in becomes SI exactly, on the way in and on the way out."""

from __future__ import annotations

import asyncio
import dataclasses
import math

import numpy as np
import pytest
from bacpypes3.basetypes import EngineeringUnits
from bacpypes3.pdu import Address
from hypothesis import given
from hypothesis import strategies as st

from tests.bacnet.test_building import NAN, Scene
from tests.bacnet.test_poller import Device
from twin.bacnet import engineering_units as units
from twin.bacnet import points as listed
from twin.bacnet.application import free_port
from twin.bacnet.gateway.discover import Client
from twin.bacnet.gateway.leases import Journal, Rule, Writer
from twin.bacnet.gateway.poller import Peer, Poller
from twin.bacnet.points import Point
from twin.errors import BacnetError
from twin.units import registry

PINT = {
    "K": "delta_degC", "degC": "degC", "1": "dimensionless", "lx": "lux", "lm": "lumen", "VA": "volt_ampere", "var": "volt_ampere",
}  # fmt: skip
WORDS = {
    "degrees-celsius": "degC", "degrees-fahrenheit": "degF", "degrees-kelvin": "kelvin", "delta-degrees-kelvin": "delta_degC",
    "delta-degrees-fahrenheit": "delta_degF", "degrees-kelvin-per-hour": "kelvin/hour", "degrees-kelvin-per-minute": "kelvin/minute",
    "degrees-celsius-per-hour": "delta_degC/hour", "degrees-celsius-per-minute": "delta_degC/minute",
    "degrees-fahrenheit-per-hour": "delta_degF/hour", "degrees-fahrenheit-per-minute": "delta_degF/minute",
    "watts": "W", "milliwatts": "mW", "kilowatts": "kW", "megawatts": "MW", "btus-per-hour": "Btu_it/hour", "kilo-btus-per-hour": "kBtu_it/hour",
    "tons-refrigeration": "12000*Btu_it/hour", "horsepower": "horsepower", "joules-per-hours": "J/hour",
    "joules": "J", "kilojoules": "kJ", "megajoules": "MJ", "watt-hours": "W*hour", "kilowatt-hours": "kW*hour", "megawatt-hours": "MW*hour",
    "btus": "Btu_it", "kilo-btus": "kBtu_it", "mega-btus": "MBtu_it", "therms": "1e5*Btu_it", "ton-hours": "12000*Btu_it",
    "volt-amperes": "VA", "kilovolt-amperes": "kVA", "megavolt-amperes": "MVA", "volt-amperes-reactive": "VA",
    "kilovolt-amperes-reactive": "kVA", "megavolt-amperes-reactive": "MVA",
    "cubic-meters-per-second": "m**3/s", "cubic-meters-per-minute": "m**3/minute", "cubic-meters-per-hour": "m**3/hour",
    "cubic-meters-per-day": "m**3/day", "liters-per-second": "l/s", "liters-per-minute": "l/minute", "liters-per-hour": "l/hour",
    "milliliters-per-second": "ml/s", "cubic-feet-per-second": "ft**3/s", "cubic-feet-per-minute": "cfm", "cubic-feet-per-hour": "ft**3/hour",
    "us-gallons-per-minute": "gpm", "us-gallons-per-hour": "gallon/hour", "imperial-gallons-per-minute": "imperial_gallon/minute",
    "kilograms-per-second": "kg/s", "kilograms-per-minute": "kg/minute", "kilograms-per-hour": "kg/hour", "grams-per-second": "g/s",
    "grams-per-minute": "g/minute", "tons-per-hour": "tonne/hour", "pounds-mass-per-second": "lb/s", "pounds-mass-per-minute": "lb/minute",
    "pounds-mass-per-hour": "lb/hour",
    "pascals": "Pa", "hectopascals": "hPa", "kilopascals": "kPa", "millibars": "mbar", "bars": "bar", "pounds-force-per-square-inch": "psi",
    "inches-of-water": "inch_H2O", "centimeters-of-water": "meter_H2O/100", "millimeters-of-water": "meter_H2O/1000",
    "millimeters-of-mercury": "mmHg", "centimeters-of-mercury": "cmHg", "inches-of-mercury": "inch_Hg",
    "no-units": "dimensionless", "percent": "percent", "percent-relative-humidity": "percent", "per-mille": "dimensionless/1000",
    "power-factor": "dimensionless", "parts-per-million": "ppm", "parts-per-billion": "ppm/1000",
    "kilograms-per-kilogram": "kg/kg", "grams-of-water-per-kilogram-dry-air": "g/kg", "grams-per-kilogram": "g/kg", "grams-per-gram": "g/g",
    "milligrams-per-kilogram": "mg/kg", "milligrams-per-gram": "mg/g",
    "kilograms-per-cubic-meter": "kg/m**3", "grams-per-cubic-meter": "g/m**3", "milligrams-per-cubic-meter": "mg/m**3",
    "micrograms-per-cubic-meter": "ug/m**3", "grams-per-liter": "g/l", "milligrams-per-liter": "mg/l",
    "joules-per-kilogram-dry-air": "J/kg", "kilojoules-per-kilogram-dry-air": "kJ/kg", "kilojoules-per-kilogram": "kJ/kg",
    "btus-per-pound": "Btu_it/lb", "btus-per-pound-dry-air": "Btu_it/lb", "luxes": "lux", "foot-candles": "lumen/ft**2", "lumens": "lumen",
    "amperes": "A", "milliamperes": "mA", "volts": "V", "millivolts": "mV", "kilovolts": "kV", "megavolts": "MV", "ohms": "ohm",
    "milliohms": "mohm", "kilohms": "kohm", "megohms": "Mohm", "hertz": "Hz", "kilohertz": "kHz", "megahertz": "MHz",
    "cycles-per-hour": "1/hour", "cycles-per-minute": "1/minute", "revolutions-per-minute": "1/minute", "per-second": "1/s",
    "per-minute": "1/minute", "per-hour": "1/hour", "percent-per-second": "percent/s",
    "seconds": "s", "milliseconds": "ms", "hundredths-seconds": "cs", "minutes": "minute", "hours": "hour", "days": "day", "weeks": "week",
    "watts-per-square-meter": "W/m**2", "watts-per-square-foot": "W/ft**2", "watts-per-square-meter-degree-kelvin": "W/m**2/kelvin",
    "kilowatt-hours-per-square-meter": "kW*hour/m**2", "kilowatt-hours-per-square-foot": "kW*hour/ft**2",
    "megajoules-per-square-meter": "MJ/m**2", "megajoules-per-square-foot": "MJ/ft**2",
    "meters-per-second": "m/s", "meters-per-minute": "m/minute", "meters-per-hour": "m/hour", "millimeters-per-second": "mm/s",
    "kilometers-per-hour": "km/hour", "feet-per-second": "ft/s", "feet-per-minute": "ft/minute", "miles-per-hour": "mile/hour",
    "meters": "m", "millimeters": "mm", "centimeters": "cm", "kilometers": "km", "inches": "inch", "feet": "ft",
    "square-meters": "m**2", "square-centimeters": "cm**2", "square-inches": "inch**2", "square-feet": "ft**2",
    "cubic-meters": "m**3", "liters": "l", "milliliters": "ml", "cubic-feet": "ft**3", "us-gallons": "gallon",
    "imperial-gallons": "imperial_gallon", "kilograms": "kg", "grams": "g", "milligrams": "mg", "tons": "tonne", "pounds-mass": "lb",
    "radians": "rad", "degrees-angular": "degree",
}  # fmt: skip
"""Each of BACnet's units as pint writes it."""


def pinted(number, word, unit):
    """A number in one unit as pint writes it, in a unit of this project."""
    target = PINT.get(unit, unit.replace("m2", "m**2").replace("m3", "m**3").replace("/K", "/kelvin"))
    target = "kelvin/s" if unit == "K/s" else target
    if word in ("degF", "degC", "kelvin", "delta_degC", "delta_degF"):
        return registry().Quantity(number, word).to(target).magnitude
    # lumen per area has steradian in it, hertz and radian are pint's own
    return (number * registry().parse_expression(word)).to(target).magnitude


@pytest.mark.parametrize("name", sorted(units.TABLE))
def test_every_factor_is_that_of_pint(name):
    known = units.TABLE[name]
    for number in (0.0, 1.0, 37.5):
        assert units.to_si(number, name, known.unit) == pytest.approx(
            pinted(number, WORDS[name], known.unit), rel=1e-9, abs=1e-9
        )


def test_every_name_is_one_of_the_standard():
    assert set(units.TABLE) <= set(EngineeringUnits._enum_map)
    assert set(WORDS) == set(units.TABLE)
    assert len(units.TABLE) > 100


@given(st.sampled_from(sorted(units.TABLE)), st.floats(-1e6, 1e6))
def test_there_and_back_is_where_it_was(name, number):
    unit = units.TABLE[name].unit
    assert units.from_si(units.to_si(number, name, unit), name, unit) == pytest.approx(number, rel=1e-9, abs=1e-9)


def test_what_is_no_number_stays_none():
    told = units.to_si([NAN, math.inf, 50.0], "degrees-fahrenheit", "degC")
    assert math.isnan(told[0])
    assert told[1:].tolist() == [math.inf, 10.0]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"engineering_units": "degrees-farenheit"}, "did you mean degrees-fahrenheit"),
        ({"engineering_units": "furlongs"}, "write it as BACnet does"),
        ({"engineering_units": "kilowatts"}, "kilowatts is no degC"),
        ({"engineering_units": "no-units"}, "no-units is no degC"),
        ({"unit": "kg/s", "engineering_units": "cubic-feet-per-minute"}, "is no kg/s"),
        ({"object": "BI", "unit": "1", "engineering_units": "percent"}, "only analog objects"),
    ],
)
def test_units_that_do_not_fit_are_refused_at_load_with_their_place(tmp_path, change, told):
    point = Point(7, "AI", 3, "s", "s.air", "degC", "", 0.2, NAN, NAN)
    listed.write([dataclasses.replace(point, **change)], tmp_path / "points.csv")
    with pytest.raises(BacnetError, match=told) as refused:
        listed.read(tmp_path / "points.csv")
    assert str(refused.value).startswith(f"{tmp_path / 'points.csv'}: device 7 ")
    assert len(str(refused.value).splitlines()) == 1


def test_a_poll_brings_si_and_limits_are_si():
    def point(n, unit, name, low=NAN, high=NAN):
        return Point(7, "AI", n, f"s{n}", f"s{n}.x", unit, "", 0.1, low, high, engineering_units=name)

    wanted = [
        point(68, "degC", "degrees-fahrenheit"), point(20, "degC", ""), point(3, "W", "kilowatts"), point(55, "1", "percent"),
        point(400, "degC", "degrees-fahrenheit", 0.0, 100.0), point(50, "degC", "degrees-fahrenheit", 0.0, 40.0),
    ]  # fmt: skip

    async def run():
        made = Device()
        client = Client.start("127.0.0.1", free_port("127.0.0.1"), 9, "client", mask=8)
        await asyncio.sleep(0.05)
        took = []
        peer = Peer(7, Address(f"127.0.0.1:{made.wire.port}"), wanted)
        await Poller(client, [peer], lambda *told: took.append(told), rate=1e4, deadline=0.5).poll(peer)
        made.close()
        await client.stop()
        return took

    ((_, values, quality, _),) = asyncio.run(asyncio.wait_for(run(), 20.0))
    assert np.allclose(values, [20.0, 20.0, 3000.0, 0.55, (400 - 32) / 1.8, 10.0], rtol=1e-12)
    assert quality.tolist() == [0, 0, 0, 0, 4, 0]


def test_a_loan_in_si_is_written_in_the_devices_unit_and_read_back_in_si(tmp_path):
    known = [
        Point(100, "AV", 1, "room.wanted", "room.wanted", "degF-device", "", 0.2, 59.0, 86.0),
        Point(100, "AV", 2, "room.share", "room.share", "percent-device", "", 0.2, 0.0, 100.0),
    ]
    ours = [
        Point(100, "AV", 1, "w", "room.wanted", "degC", "", 0.2, 15.0, 30.0, engineering_units="degrees-fahrenheit"),
        Point(100, "AV", 2, "s", "room.share", "1", "", 0.2, 0.0, 1.0, engineering_units="percent"),
    ]
    allowed = {
        "room.wanted": Rule("room.wanted", 18.0, 26.0, 13, 3, "operator"),
        "room.share": Rule("room.share", 0.0, 1.0, 13, 3, "operator"),
    }

    async def run():
        scene = Scene(points=known)
        scene.building.put(np.array([70.0, 10.0]))
        await asyncio.sleep(0.05)
        writer = Writer(scene.client, ours, allowed, Journal(tmp_path / "journal.jsonl"))
        order = {"seconds": 60.0, "who": "Li", "role": "operator", "address": scene.behind(100)}
        try:
            lease = await writer.write(signal="room.wanted", value=24.3, **order)
            await writer.write(signal="room.share", value=0.55, **order)
            shown = [await scene.read(100, "analog-value", n) for n in (1, 2)]
            await writer.look(lease)
            await writer.stop()
            return shown, writer.alarms, lease.value, [each[1] for each in scene.told]
        finally:
            await scene.building.stop()
            await scene.client.stop()

    shown, alarms, kept, told = asyncio.run(asyncio.wait_for(run(), 20.0))
    assert shown == pytest.approx([75.74, 55.0])
    assert alarms == []
    assert kept == 24.3
    assert told == [pytest.approx(75.74), pytest.approx(55.0), None, None]
