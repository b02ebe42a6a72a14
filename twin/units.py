"""Units at the border: texts such as `22.5 MW` become coherent SI numbers once, and numbers become readable texts."""

from __future__ import annotations

import hashlib
import re
import struct
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Ge, Gt, Le
from pydantic import AfterValidator, BeforeValidator

from twin.errors import UnitError

if TYPE_CHECKING:
    import pint

QUANTITY = re.compile(r"^\s*([+-]?(?:\d[\d_,]*)?\.?\d+(?:[eE][+-]?\d+)?)\s*(.*?)\s*$")
SPELLINGS = {
    "": "1", "%": "percent", "m2": "m**2", "m3": "m**3", "degC": "degC", "K": "kelvin", "1": "dimensionless",
    "ton": "refrigeration_ton", "RT": "refrigeration_ton",
}  # fmt: skip
CURRENCY = re.compile(r"\b(?:USD|EUR|GBP|JPY|HKD|TWD|KRW|SGD|AUD|CAD|CHF|INR|RUB|dollars?|euros?)\b|[$€£]")
"""Words for money other than the yuan."""
ADDED = (
    "person = [person]", "CNY = [currency] = yuan", "CO2 = [carbon]", "floor = [floor]", "cfm = foot**3 / minute", "gpm = gallon / minute",
    "tCO2 = 1000 * kilogram = tCO2e",
)  # fmt: skip
"""Units that buildings add to those of pint."""
EXTENSIVE = frozenset({"W", "J", "kg/s", "m3/s", "kg", "person", "lm", "CNY", "W/K"})
"""Units of amounts: these grow with the number of identical copies, all others do not."""


class Unit:
    """Marks a parameter's type with the SI unit that its number has inside the program."""

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol

    def __repr__(self) -> str:
        return f"Unit({self.symbol!r})"


@cache
def registry() -> pint.UnitRegistry[Any]:
    """The one pint registry, with the words that buildings add."""
    import pint

    from twin.stock import cache_folder

    where = hashlib.sha256(f"{pint.__version__}|{pint.__file__}".encode()).hexdigest()[:16]
    units: pint.UnitRegistry[Any] = pint.UnitRegistry(
        autoconvert_offset_to_baseunit=True, cache_folder=cache_folder() / "units" / where
    )  # a folder for each installation: pint keeps the paths of its files, and another installation may be gone tomorrow
    for line in ADDED:
        units.define(line)
    return units


@cache
def factor(text: str, target: str) -> tuple[float, float]:
    """Scale and offset from one unit text to another; temperatures have an offset.

    Kept between processes, so that one that meets no new unit starts without pint.

    Raises
    ------
    UnitError
        When the text is no unit of the target's dimension.

    >>> factor("kW", "W")
    (1000.0, 0.0)
    """
    if text == target:
        return 1.0, 0.0
    from twin.stock import keep_octets, take_octets

    name = hashlib.sha256("|".join([version("pint"), *ADDED, _spell(text), _spell(target)]).encode()).hexdigest()[:24]
    held = take_octets("factors", name)
    if held is None:
        made = _worked_out(text, target)
        held = struct.pack("<2d", *made) if made else b""
        keep_octets("factors", name, held)
    if held:
        scale, offset = struct.unpack("<2d", held)
        return scale, offset
    if "CNY" in target and (foreign := CURRENCY.search(text)):
        raise UnitError(
            f"{text!r} is in {foreign[0]}, and the site counts in CNY; convert it, and note rate and day in its source"
        )
    raise UnitError(f"{text!r} is not a unit of {target!r}; write for instance '1 {target}'")


def _worked_out(text: str, target: str) -> tuple[float, float] | None:
    """Scale and offset by pint; None where the two are not of one dimension, or no units."""
    units = registry()
    try:
        zero = units.Quantity(0.0, _spell(text)).to(_spell(target)).magnitude
        one = units.Quantity(1.0, _spell(text)).to(_spell(target)).magnitude
    except Exception:  # pint raises AttributeError, DimensionalityError, TokenError and others
        return None
    return float(one - zero), float(zero)


SI = (
    "W", "J", "degC", "kg/s", "m3/s", "m/s", "Pa", "m2", "m3", "kg", "W/m2", "J/kg", "K", "s", "1/s", "V", "A", "Hz", "lx", "ohm", "1", "rad", "m",
    "CNY", "person",
)  # fmt: skip
"""What numbers are inside the program; the first one of the same dimension is taken."""


@cache
def si_unit(text: str) -> str:
    """The SI unit that numbers of a unit become.

    Raises
    ------
    UnitError
        When it is no unit, or of a dimension that buildings do not have.

    >>> si_unit("kWh"), si_unit("degF"), si_unit("%"), si_unit("inH2O")
    ('J', 'degC', '1', 'Pa')
    """
    if not text or text in SI:
        return text or "1"
    for each in SI:
        try:
            factor(text, each)
        except UnitError:
            continue
        return each
    raise UnitError(f"{text!r} is no unit; write for instance kWh, degC, kW, %, Pa")


def _spell(text: str) -> str:
    """Write m2 and similar the way pint reads them."""
    if text in SPELLINGS:
        return SPELLINGS[text]
    return re.sub(r"\b(mm|cm|m|km)([23])\b", r"\1**\2", text).replace("%", "percent")


def parse(text: str, unit: str) -> float:
    """Read a quantity such as `22.5 MW` as a number in `unit`.

    Parameters
    ----------
    text : str
        A number with a unit; the unit may be left out only where `unit` is `1`.
    unit : str
        The SI unit wanted.

    Raises
    ------
    UnitError
        When there is no number, no unit, or a unit of another dimension.

    >>> parse("22.5 MW", "W")
    22500000.0
    >>> parse("45 %", "1")
    0.45
    """
    found = QUANTITY.match(text)
    if not found:
        raise UnitError(f"{text!r} is not a number with a unit; write for instance '1 {unit}'")
    number, symbol = found.groups()
    if not symbol and unit not in ("", "1"):
        raise UnitError(f"{text!r} has no unit; write for instance '{number} {unit}'")
    scale, offset = factor(symbol, unit) if symbol else (1.0, 0.0)
    value = float(number.replace(",", "").replace("_", "")) * scale + offset
    return float(f"{value:.15g}")


def show(value: float, unit: str, like: str) -> str:
    """Write an SI number in the unit that a text uses.

    Parameters
    ----------
    value : float
        Number in `unit`.
    unit : str
        Its SI unit.
    like : str
        A quantity such as `0.2 1/h`, whose unit is wanted.

    >>> show(25e6, "W", "22.5 MW")
    '25 MW'
    """
    found = QUANTITY.match(like)
    symbol = found.group(2) if found else unit
    scale, offset = factor(symbol, unit) if symbol else (1.0, 0.0)
    shown = f"{(value - offset) / scale:,.4g}" if abs(value) < 1e4 * scale else f"{(value - offset) / scale:,.0f}"
    return f"{shown} {symbol}".removesuffix(" 1").strip()


def _reader(unit: str) -> BeforeValidator:
    return BeforeValidator(lambda value: parse(value, unit) if isinstance(value, str) else value)


def _kind(unit: str) -> Any:
    return (Unit(unit), _reader(unit))


Ratio = Annotated[float, *_kind("1")]
Watt = Annotated[float, *_kind("W")]
Joule = Annotated[float, *_kind("J")]
Celsius = Annotated[float, *_kind("degC")]
Kelvin = Annotated[float, *_kind("K")]
Metre = Annotated[float, *_kind("m")]
M2 = Annotated[float, *_kind("m2")]
M3 = Annotated[float, *_kind("m3")]
Second = Annotated[float, *_kind("s")]
Degree = Annotated[float, *_kind("deg")]
Person = Annotated[float, *_kind("person")]
Pascal = Annotated[float, *_kind("Pa")]
Lux = Annotated[float, *_kind("lx")]
KgPerS = Annotated[float, *_kind("kg/s")]
M3PerS = Annotated[float, *_kind("m3/s")]
M3PerSPerson = Annotated[float, *_kind("m3/s/person")]
M3PerSM2 = Annotated[float, *_kind("m3/s/m2")]
PerSecond = Annotated[float, *_kind("1/s")]
PerKelvin = Annotated[float, *_kind("1/K")]
SPerM = Annotated[float, *_kind("s/m")]
WattPerM2 = Annotated[float, *_kind("W/m2")]
WattPerKelvin = Annotated[float, *_kind("W/K")]
WattPerM2Kelvin = Annotated[float, *_kind("W/m2/K")]
JoulePerKelvin = Annotated[float, *_kind("J/K")]
JoulePerM2Kelvin = Annotated[float, *_kind("J/m2/K")]
M2PerPerson = Annotated[float, *_kind("m2/person")]
WattPerPerson = Annotated[float, *_kind("W/person")]
WattPerM3S = Annotated[float, *_kind("W/(m3/s)")]
YuanPerJoule = Annotated[float, *_kind("CNY/J")]
YuanPerWatt = Annotated[float, *_kind("CNY/W")]
Yuan = Annotated[float, *_kind("CNY")]
KgPerJoule = Annotated[float, *_kind("kg/J")]
Kilogram = Annotated[float, *_kind("kg")]
YuanPerM3 = Annotated[float, *_kind("CNY/m3")]
JoulePerM3 = Annotated[float, *_kind("J/m3")]
WattPerMKelvin = Annotated[float, *_kind("W/m/K")]
KgPerM3 = Annotated[float, *_kind("kg/m3")]
JoulePerM3Kelvin = Annotated[float, *_kind("J/m3/K")]
MetreKelvinPerWatt = Annotated[float, *_kind("m*K/W")]
JoulePerKg = Annotated[float, *_kind("J/kg")]
JoulePerKgKelvin = Annotated[float, *_kind("J/kg/K")]
Positives = tuple[Annotated[float, Gt(0.0)], ...]
Shares = tuple[Annotated[float, Ge(0.0), Le(1.0)], ...]
Metres = Annotated[Positives, Unit("m")]
WattsPerMKelvin = Annotated[Positives, Unit("W/m/K")]
KgsPerM3 = Annotated[tuple[Annotated[float, Ge(0.0)], ...], Unit("kg/m3")]
JoulesPerKgKelvin = Annotated[Positives, Unit("J/kg/K")]
Temperatures = Annotated[tuple[float, ...], Unit("degC")]
Places = Annotated[tuple[float, ...], Unit("m")]
Speeds = Annotated[tuple[Annotated[float, Ge(0.0)], ...], Unit("m/s")]
Ratios = Annotated[Shares, Unit("1")]
"""Arrays, one value a layer or a pane from outside to inside."""


def _many(count: int, span: str) -> AfterValidator:
    def check(values: tuple[float, ...]) -> tuple[float, ...]:
        if len(values) != count:
            raise ValueError(f"has {len(values)} values; {span} has {count}")
        return values

    return AfterValidator(check)


def _days(values: tuple[float, ...]) -> tuple[float, ...]:
    if len(values) not in (24, 72):
        raise ValueError(f"has {len(values)} values; a day has 24, three kinds of days have 72")
    return values


def _whole(value: float) -> float:
    if value != int(value):
        raise ValueError("a whole number")
    return value


Whole = Annotated[float, AfterValidator(_whole)]
Requests = tuple[Annotated[float, Ge(-1.0), Le(1.0)], ...]
Hours = Annotated[tuple[Annotated[float, Ge(0.0)], ...], _many(24, "a day")]
HourShares = Annotated[Shares, _many(24, "a day")]
HourRequests = Annotated[Requests, _many(24, "a day")]
MonthShares = Annotated[Shares, _many(12, "a year")]
MonthDays = Annotated[tuple[Annotated[float, Ge(0.0), Le(31.0)], ...], _many(12, "a year")]
DayShares = Annotated[Shares, AfterValidator(_days)]
DayRequests = Annotated[Requests, AfterValidator(_days)]
Months = Annotated[tuple[Annotated[float, Ge(0.0)], ...], _many(12, "a year")]
"""Arrays over time, from midnight or from January on; a request is 1 to discharge and -1 to charge."""
