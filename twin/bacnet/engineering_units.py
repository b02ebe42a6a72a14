"""What devices count in: BACnetEngineeringUnits and how each becomes a unit of this project (ASHRAE 135, clause 21)."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from twin.errors import BacnetError

INCH, FOOT, MILE = 0.0254, 0.3048, 1609.344
POUND, GRAVITY = 0.45359237, 9.80665
GALLON, IMPERIAL_GALLON = 231 * INCH**3, 4.54609e-3
BTU = 1055.05585262
"""International Table BTU [J]. ISO 31-4; the exact factors here follow from it and from NIST SP 811, appendix B."""
HOUR, MINUTE, DAY = 3600.0, 60.0, 86400.0
POUND_FORCE = POUND * GRAVITY
SCALES: dict[str, dict[str, float | tuple[float, float]]] = {
    "degC": {"degrees-celsius": 1.0, "degrees-fahrenheit": (5 / 9, -160 / 9), "degrees-kelvin": (1.0, -273.15)},
    "K": {"delta-degrees-kelvin": 1.0, "delta-degrees-fahrenheit": 5 / 9},
    "K/s": {
        "degrees-kelvin-per-hour": 1 / HOUR, "degrees-kelvin-per-minute": 1 / MINUTE, "degrees-celsius-per-hour": 1 / HOUR,
        "degrees-celsius-per-minute": 1 / MINUTE, "degrees-fahrenheit-per-hour": 5 / 9 / HOUR, "degrees-fahrenheit-per-minute": 5 / 9 / MINUTE,
    },
    "W": {
        "watts": 1.0, "milliwatts": 1e-3, "kilowatts": 1e3, "megawatts": 1e6, "btus-per-hour": BTU / HOUR, "kilo-btus-per-hour": 1e3 * BTU / HOUR,
        "tons-refrigeration": 12_000 * BTU / HOUR, "horsepower": 550 * FOOT * POUND_FORCE, "joules-per-hours": 1 / HOUR,
    },
    "J": {
        "joules": 1.0, "kilojoules": 1e3, "megajoules": 1e6, "watt-hours": HOUR, "kilowatt-hours": 1e3 * HOUR, "megawatt-hours": 1e6 * HOUR,
        "btus": BTU, "kilo-btus": 1e3 * BTU, "mega-btus": 1e6 * BTU, "therms": 1e5 * BTU, "ton-hours": 12_000 * BTU,
    },
    "VA": {"volt-amperes": 1.0, "kilovolt-amperes": 1e3, "megavolt-amperes": 1e6},
    "var": {"volt-amperes-reactive": 1.0, "kilovolt-amperes-reactive": 1e3, "megavolt-amperes-reactive": 1e6},
    "m3/s": {
        "cubic-meters-per-second": 1.0, "cubic-meters-per-minute": 1 / MINUTE, "cubic-meters-per-hour": 1 / HOUR, "cubic-meters-per-day": 1 / DAY,
        "liters-per-second": 1e-3, "liters-per-minute": 1e-3 / MINUTE, "liters-per-hour": 1e-3 / HOUR, "milliliters-per-second": 1e-6,
        "cubic-feet-per-second": FOOT**3, "cubic-feet-per-minute": FOOT**3 / MINUTE, "cubic-feet-per-hour": FOOT**3 / HOUR,
        "us-gallons-per-minute": GALLON / MINUTE, "us-gallons-per-hour": GALLON / HOUR, "imperial-gallons-per-minute": IMPERIAL_GALLON / MINUTE,
    },
    "kg/s": {
        "kilograms-per-second": 1.0, "kilograms-per-minute": 1 / MINUTE, "kilograms-per-hour": 1 / HOUR, "grams-per-second": 1e-3,
        "grams-per-minute": 1e-3 / MINUTE, "tons-per-hour": 1e3 / HOUR, "pounds-mass-per-second": POUND, "pounds-mass-per-minute": POUND / MINUTE,
        "pounds-mass-per-hour": POUND / HOUR,
    },
    "Pa": {
        "pascals": 1.0, "hectopascals": 100.0, "kilopascals": 1e3, "millibars": 100.0, "bars": 1e5,
        "pounds-force-per-square-inch": POUND_FORCE / INCH**2, "inches-of-water": 1e3 * GRAVITY * INCH, "centimeters-of-water": 10 * GRAVITY,
        "millimeters-of-water": GRAVITY, "millimeters-of-mercury": 133.322387415, "centimeters-of-mercury": 1333.22387415,
        "inches-of-mercury": 25.4 * 133.322387415,
    },
    "1": {
        "no-units": 1.0, "percent": 0.01, "percent-relative-humidity": 0.01, "per-mille": 1e-3, "power-factor": 1.0,
    },
    "ppm": {"parts-per-million": 1.0, "parts-per-billion": 1e-3},
    "kg/kg": {
        "kilograms-per-kilogram": 1.0, "grams-of-water-per-kilogram-dry-air": 1e-3, "grams-per-kilogram": 1e-3, "grams-per-gram": 1.0,
        "milligrams-per-kilogram": 1e-6, "milligrams-per-gram": 1e-3,
    },
    "kg/m3": {
        "kilograms-per-cubic-meter": 1.0, "grams-per-cubic-meter": 1e-3, "milligrams-per-cubic-meter": 1e-6,
        "micrograms-per-cubic-meter": 1e-9, "grams-per-liter": 1.0, "milligrams-per-liter": 1e-3,
    },
    "J/kg": {
        "joules-per-kilogram-dry-air": 1.0, "kilojoules-per-kilogram-dry-air": 1e3, "kilojoules-per-kilogram": 1e3,
        "btus-per-pound": BTU / POUND, "btus-per-pound-dry-air": BTU / POUND,
    },
    "lx": {"luxes": 1.0, "foot-candles": FOOT**-2},
    "lm": {"lumens": 1.0},
    "A": {"amperes": 1.0, "milliamperes": 1e-3},
    "V": {"volts": 1.0, "millivolts": 1e-3, "kilovolts": 1e3, "megavolts": 1e6},
    "ohm": {"ohms": 1.0, "milliohms": 1e-3, "kilohms": 1e3, "megohms": 1e6},
    "Hz": {"hertz": 1.0, "kilohertz": 1e3, "megahertz": 1e6, "cycles-per-hour": 1 / HOUR, "cycles-per-minute": 1 / MINUTE,
           "revolutions-per-minute": 1 / MINUTE},
    "1/s": {"per-second": 1.0, "per-minute": 1 / MINUTE, "per-hour": 1 / HOUR, "percent-per-second": 0.01},
    "s": {"seconds": 1.0, "milliseconds": 1e-3, "hundredths-seconds": 0.01, "minutes": MINUTE, "hours": HOUR, "days": DAY, "weeks": 7 * DAY},
    "W/m2": {"watts-per-square-meter": 1.0, "watts-per-square-foot": FOOT**-2},
    "W/m2/K": {"watts-per-square-meter-degree-kelvin": 1.0},
    "J/m2": {
        "kilowatt-hours-per-square-meter": 3.6e6, "kilowatt-hours-per-square-foot": 3.6e6 / FOOT**2, "megajoules-per-square-meter": 1e6,
        "megajoules-per-square-foot": 1e6 / FOOT**2,
    },
    "m/s": {
        "meters-per-second": 1.0, "meters-per-minute": 1 / MINUTE, "meters-per-hour": 1 / HOUR, "millimeters-per-second": 1e-3,
        "kilometers-per-hour": 1e3 / HOUR, "feet-per-second": FOOT, "feet-per-minute": FOOT / MINUTE, "miles-per-hour": MILE / HOUR,
    },
    "m": {"meters": 1.0, "millimeters": 1e-3, "centimeters": 0.01, "kilometers": 1e3, "inches": INCH, "feet": FOOT},
    "m2": {"square-meters": 1.0, "square-centimeters": 1e-4, "square-inches": INCH**2, "square-feet": FOOT**2},
    "m3": {"cubic-meters": 1.0, "liters": 1e-3, "milliliters": 1e-6, "cubic-feet": FOOT**3, "us-gallons": GALLON,
           "imperial-gallons": IMPERIAL_GALLON},
    "kg": {"kilograms": 1.0, "grams": 1e-3, "milligrams": 1e-6, "tons": 1e3, "pounds-mass": POUND},
    "rad": {"radians": 1.0, "degrees-angular": np.pi / 180},
}  # fmt: skip
"""Unit of this project -> BACnet's name -> scale, or scale and offset: SI = scale x device's + offset. The therm is that of the
International Table BTU, pressures of water and mercury are the conventional ones."""
COUNTS = frozenset({"person", "h/h"})
"""Units of this project that a device has no word for: it says no-units."""


@dataclass(frozen=True)
class Scale:
    """What one of BACnet's units becomes: `unit` = `scale` x device's number + `offset`."""

    unit: str
    scale: float
    offset: float


TABLE: dict[str, Scale] = {
    name: Scale(unit, *(told if isinstance(told, tuple) else (told, 0.0)))
    for unit, names in SCALES.items()
    for name, told in names.items()
}
"""BACnetEngineeringUnits by name."""
NAMES: dict[str, str] = {
    unit: name for unit, names in SCALES.items() for name in list(names)[:1] if names[name] == 1.0
} | dict.fromkeys(COUNTS, "no-units")
"""BACnet's name of each unit of this project."""


@cache
def scale(name: str, unit: str) -> tuple[float, float]:
    """Scale and offset from what a device counts in to a unit of this project; an empty name is the unit itself.

    Raises
    ------
    BacnetError
        When the name is none of BACnet's that are known here, or of another dimension.

    >>> scale("kilowatts", "W")
    (1000.0, 0.0)
    """
    if not name or NAMES.get(unit) == name:
        return 1.0, 0.0
    known = TABLE.get(name)
    if known is None:
        near = difflib.get_close_matches(name, TABLE, 1)
        hint = f"did you mean {near[0]}?" if near else "write it as BACnet does, for instance degrees-fahrenheit"
        raise BacnetError(f"engineering_units {name!r} is unknown; {hint}")
    if known.unit != unit and not (unit in COUNTS and name == "no-units"):
        raise BacnetError(
            f"engineering_units {name} is no {unit or 'unit'}; leave it empty where the device counts in {unit or 'none'}"
        )
    return known.scale, known.offset


def fits(name: str, unit: str) -> bool:
    """Whether a device's unit becomes a unit of this project.

    >>> fits("degrees-fahrenheit", "degC"), fits("cubic-feet-per-minute", "kg/s"), fits("percent", "1")
    (True, False, True)
    """
    try:
        scale(name, unit)
    except BacnetError:
        return False
    return True


def to_si(values: npt.ArrayLike, name: str, unit: str) -> npt.NDArray[np.float64]:
    """What a device tells, in a unit of this project; what is no number stays none.

    Raises
    ------
    BacnetError
        As for `scale`.

    >>> to_si([32.0, 212.0], "degrees-fahrenheit", "degC").round(9).tolist()
    [0.0, 100.0]
    """
    factor, offset = scale(name, unit)
    return np.asarray(values, dtype=np.float64) * factor + offset


def from_si(values: npt.ArrayLike, name: str, unit: str) -> npt.NDArray[np.float64]:
    """What a device is told, for numbers in a unit of this project.

    Raises
    ------
    BacnetError
        As for `scale`.

    >>> from_si(24.0, "degrees-fahrenheit", "degC").round(9).tolist()
    75.2
    """
    factor, offset = scale(name, unit)
    return (np.asarray(values, dtype=np.float64) - offset) / factor
