"""Every scalar function compiles as kernels do and agrees with plain Python."""

import inspect

import pytest

from twin.physics import air, chiller, convection, curve, daylight, envelope, exchanger, fan, radiation, surface, tower
from twin.sim.emit import HEAD, emit

VALUES = {
    "temperature": 25.0, "pressure": 101325.0, "vapour": 1500.0, "humidity": 0.01, "bulb": 18.0, "dt": 900.0, "wall": 18.0,
    "mass": 21.0, "outdoor": 5.0, "surface": 8.0, "direct": 80.0, "outside": 60.0, "inside": 70.0, "exchange": 900.0,
    "load": 3e6, "capacity": 4.5e6, "cop": 5.9, "leaving": 7.0, "entering": 27.0, "heat": 3e6, "inlet": 36.0,
    "wet_bulb": 24.0, "water": 200.0, "units": 1.2, "ratio": 0.6, "metabolism": 130.0, "illuminance": 200.0,
    "target": 500.0, "exhaust": 22.0, "able": 4e6, "eir": 0.9, "transmittance": 0.6, "surfaces": 100.0, "reflectance": 0.5,
    "air": 150.0, "air_capacity": 1e6, "wall_capacity": 2e7, "mass_capacity": 3e7, "smallest": 0.2, "minimum_power": 0.3,
    "minimum_light": 0.2, "vertical": 1e4, "basal": 8.24, "met": 1.2, "area": 10.0, "window": 4.0,
}  # fmt: skip
FUNCTIONS = [
    function
    for module in (air, chiller, convection, curve, daylight, envelope, exchanger, fan, radiation, surface, tower)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_scalar_function_compiles_and_agrees_with_python(function):
    reached: dict[str, str] = {}
    text = emit(function, "scalar", reached)
    space: dict = {}
    exec("\n".join([HEAD, *reached.values(), text]), space)
    values = [VALUES.get(name, 0.5) for name in inspect.signature(function).parameters]
    assert all(each.default is inspect.Parameter.empty for each in inspect.signature(function).parameters.values())
    assert space["scalar"](*values) == pytest.approx(function(*values), rel=1e-12)
