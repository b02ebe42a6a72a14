"""Brick classes of objects, from what their names, units and types say of them."""

from __future__ import annotations

from twin.bacnet.inventory.inventory import Item
from twin.bacnet.inventory.mapping import facets_of

Rule = tuple[str, str]
RULES: tuple[Rule, ...] = (
    ("quantity:temperature side:zone role:sensor", "Zone_Air_Temperature_Sensor"),
    ("quantity:temperature side:outdoor role:sensor", "Outside_Air_Temperature_Sensor"),
    ("quantity:temperature side:mixed role:sensor", "Mixed_Air_Temperature_Sensor"),
    ("quantity:temperature side:supply medium:air role:sensor", "Supply_Air_Temperature_Sensor"),
    ("quantity:temperature side:return medium:air role:sensor", "Return_Air_Temperature_Sensor"),
    ("quantity:temperature side:supply part:loop role:sensor", "Chilled_Water_Supply_Temperature_Sensor"),
    ("quantity:temperature side:return part:loop role:sensor", "Chilled_Water_Return_Temperature_Sensor"),
    ("quantity:temperature side:supply mode:heating medium:water role:sensor", "Hot_Water_Supply_Temperature_Sensor"),
    ("quantity:temperature side:return mode:heating medium:water role:sensor", "Hot_Water_Return_Temperature_Sensor"),
    ("quantity:temperature side:supply medium:water role:sensor", "Leaving_Water_Temperature_Sensor"),
    ("quantity:temperature side:return medium:water role:sensor", "Entering_Water_Temperature_Sensor"),
    ("mode:cooling role:setpoint quantity:temperature", "Cooling_Temperature_Setpoint"),
    ("mode:heating role:setpoint quantity:temperature", "Heating_Temperature_Setpoint"),
    ("side:supply medium:air role:setpoint quantity:temperature", "Supply_Air_Temperature_Setpoint"),
    ("side:zone role:setpoint quantity:temperature", "Zone_Air_Temperature_Setpoint"),
    ("quantity:temperature role:setpoint", "Temperature_Setpoint"),
    ("quantity:temperature role:sensor", "Temperature_Sensor"),
    ("quantity:carbon_dioxide role:sensor", "CO2_Sensor"),
    ("quantity:relative_humidity side:outdoor role:sensor", "Outside_Air_Humidity_Sensor"),
    ("quantity:relative_humidity side:zone role:sensor", "Zone_Air_Humidity_Sensor"),
    ("quantity:relative_humidity role:sensor", "Relative_Humidity_Sensor"),
    ("quantity:humidity role:sensor", "Humidity_Sensor"),
    ("quantity:pressure role:sensor", "Pressure_Sensor"),
    ("quantity:pressure role:setpoint", "Pressure_Setpoint"),
    ("quantity:flow medium:air side:supply role:sensor", "Supply_Air_Flow_Sensor"),
    ("quantity:flow medium:air role:sensor", "Air_Flow_Sensor"),
    ("quantity:flow medium:water role:sensor", "Water_Flow_Sensor"),
    ("quantity:flow role:sensor", "Flow_Sensor"),
    ("quantity:power role:sensor", "Power_Sensor"),
    ("quantity:energy role:sensor", "Energy_Sensor"),
    ("quantity:illuminance role:sensor", "Illuminance_Sensor"),
    ("quantity:irradiance role:sensor", "Solar_Radiance_Sensor"),
    ("quantity:wind role:sensor", "Wind_Speed_Sensor"),
    ("part:valve role:command", "Valve_Position_Command"),
    ("part:damper role:command", "Damper_Position_Command"),
    ("quantity:speed part:fan role:command", "Fan_Speed_Command"),
    ("role:alarm", "Alarm"),
    ("role:setpoint", "Setpoint"),
    ("role:status", "Status"),
    ("role:command", "Command"),
)  # fmt: skip
"""What must be said of an object, and its class in Brick 1.3; the first rule that holds counts."""


def brick_class(item: Item) -> str:
    """The class of an object, or an empty text where nothing is certain.

    >>> brick_class(Item("AI", 1, "AHU1-SAT", units="degrees-fahrenheit")), brick_class(Item("AI", 2, "X7"))
    ('Supply_Air_Temperature_Sensor', '')
    """
    told = facets_of(item)
    for rule, found in RULES:
        wanted = [each.split(":") for each in rule.split()]
        roles = [value for facet, value in wanted if facet == "role"]
        if told["role"] - set(roles):
            continue
        if all(value in told[facet] for facet, value in wanted):
            return found
    return ""
