"""The same office for the twin: the fabric of the case, its loads replaced by terminals, units, chiller and tower."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import office

from twin.components.air_handling_unit import AirHandlingUnit
from twin.components.chilled_water_loop import ChilledWaterLoop
from twin.components.chiller_plant import ChillerPlant
from twin.components.cooling_tower import CoolingTower
from twin.components.grid import Grid
from twin.components.ideal_loads import IdealLoads
from twin.components.schedule import Schedule
from twin.components.vav_terminal import VavTerminal
from twin.core.component import Component
from twin.validate.ashrae140 import Case

DENSITY = 1.2
"""At which the twin counts air volumes; EnergyPlus takes the density at the site's height, so that volumes are turned into one another."""
PEOPLE = 10.0


def with_systems(case: Case, pressure: float) -> Case:
    """A case built with ideal loads, with variable-air-volume systems in their place."""
    kept: list[Component] = [each for each in case.site.components if not isinstance(each, IdealLoads)]
    links = {at: names for at, names in case.site.links.items() if not at[0].endswith(" loads")}
    given = {at: series for at, series in case.given.items() if not at[0].endswith(" loads")}
    thin = pressure / (287.042 * 293.15) / DENSITY
    most = office.FLOW * thin * sum(office.area(zone) for zone in office.zones())
    cold = most * 1.2 * 1006.0 * 15.0
    always = (1.0,) * 24
    parts: list[Component] = [
        Grid(name="grid", limit=1e7, energy_price=0.1, emission_factor=0.1),
        Schedule(name="always", workday=always, saturday=always, holiday=always),
        CoolingTower(
            name="tower", water_design=cold / 2e4, air_design=cold / 2.5e4, fan=cold * 0.015, pressure=pressure
        ),
        ChillerPlant(
            name="chillers", count=2, capacity=cold / 2, condenser_flow=cold / 4e4, condenser_pump=cold * 0.01
        ),
        ChilledWaterLoop(name="water", design=cold, pump=cold * 0.02),
    ]
    links |= {("chillers", "tower"): ("tower",), ("water", "chillers"): ("chillers",)}
    for floor in range(office.FLOORS):
        own = [zone for zone in office.zones() if zone.endswith(str(floor))]
        flow = office.FLOW * thin * sum(office.area(zone) for zone in own)
        name = f"unit {floor}"
        parts.append(
            AirHandlingUnit(
                name=name,
                flow_design=flow,
                fan=office.FAN / thin,
                supply_cooling=office.SUPPLY,
                preheat=-40.0,
                pressure=pressure,
            )
        )
        links[name, "chilled_water"] = ("water",)
        for zone in own:
            box = f"{zone} box"
            parts.append(VavTerminal(
                name=box, area=office.area(zone), flow_design=office.FLOW * thin, flow_minimum=office.LEAST, reheat=office.REHEAT, cooling=office.COOLING,
                heating=office.HEATING, response=1.0, density=PEOPLE, outdoor_air=office.OUTDOOR * office.FLOW * thin * PEOPLE,
            ))  # fmt: skip
            links |= {(box, "room"): (zone,), (box, "schedule"): ("always",), (box, "unit_air"): (name,)}
    for each in parts:
        if "electricity" in type(each).ports:
            links[each.name, "electricity"] = ("grid",)
    return replace(case, site=replace(case.site, components=(*kept, *parts), links=links), given=given)


def loads(ran: Any, step: float) -> dict[str, dict[str, float]]:
    """Zone -> reheat and mean temperature; unit -> coil load; all [MWh, degC]."""
    found = {
        zone: {
            "heating": float(ran.series(f"{zone} box.power").sum() * step / 3.6e9),
            "air": float(np.mean(ran.hourly(f"{zone}.air"))),
        }
        for zone in office.zones()
    }
    for floor in range(office.FLOORS):
        name = f"unit {floor}"
        found[name] = {
            "cooling": float(ran.series(f"{name}.cooling_done").sum() * step / 3.6e9),
            "fan": float(ran.series(f"{name}.power").sum() * step / 3.6e9),
        }
    return found
