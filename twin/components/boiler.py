"""Boilers that heat a heat network from gas, coal or another fuel."""

from typing import Literal

from pydantic import model_validator

from twin.core import Component, Field, Trail, constant, inlet, kernel, needs, output, prepared, serves
from twin.physics.boiler import COOLEST, HOTTEST, boiler_efficiency
from twin.units import KgPerJoule, Ratio, Watt, YuanPerJoule

FACTORS = {"gas": 55.54e-9, "coal": 90.89e-9, "diesel": 72.59e-9, "oil": 75.82e-9, "biomass": 0.0}
"""Carbon dioxide per heat in the fuel, lower heating value. [kg/J] Carbon content x oxidation x 44/12 of China's enterprise
guidelines (NDRC 2013..2015): gas 15.3 tC/TJ and 0.99, raw coal 26.37 and 0.94, diesel 20.2 and 0.98, fuel oil 21.1 and 0.98;
recalled, the gas value confirmed second-hand. Biomass counts as none (GHG Protocol: reported apart)."""

MOST_DRY, MOST_CONDENSING = 0.97, 1.0
"""Largest efficiency at full load; at part load and with cold returns the curves add up to 2 and 10 %. [1] The latent heat of natural
gas is 11 % of its lower heating value (ISO 6976: 39.8 over 35.9 MJ/m3 of methane)."""


class Boiler(Component):
    """Equal boilers that share the load; efficiency by part load, and where they condense by the water that returns."""

    brick = "Boiler"
    capacity: Watt = Field(ge=0)
    """Heat at full load; 0 is no boiler."""
    fuel: Literal["gas", "coal", "diesel", "oil", "biomass"] = "gas"
    """gas, coal, diesel, oil or biomass."""
    efficiency: Ratio = Field(0.90, gt=0, le=MOST_CONDENSING)
    """Heat over the fuel's lower heating value at full load; of a condensing boiler at 75/60 degC."""
    condensing: Ratio = Field(0.0, ge=0, le=1)
    """1 where it condenses."""
    count: float = Field(2.0, ge=1)
    """Boilers that start one after the other."""
    price: YuanPerJoule = Field(ge=0)
    """Price of the fuel's heat, lower heating value."""
    emission_factor: KgPerJoule = Field(0.0, ge=0)
    """Carbon dioxide per heat in the fuel; 0 takes the fuel's."""
    auxiliary: Ratio = Field(0.005, ge=0, le=0.2)
    """Electric power of fans and burners over the heat; assumed, 2 % and more for coal."""
    users = serves("primary_heat", heat="wanted", rest="missing", water="hot", back="back")
    electricity = needs("electricity", power="power")
    each_tick = ("heat",)

    factor = constant("kg/J", "Carbon dioxide per heat in the fuel")
    wanted = inlet("W", "Heat asked for")
    hot = inlet("degC", "Heated water to deliver", start=70.0)
    back = inlet("degC", "Heated water that returns", start=50.0)
    missing = output("W", "Heat not given")
    heat = output("W", "Heat given", medium="primary_heat", energy="out", point="AI", card="trend")
    burned = output("W", "Heat in the fuel", medium="fuel", energy="in", ledger="fuel", point="AI")
    flue = output("W", "Heat lost by the flue", medium="outdoors", energy="out")
    power = output("W", "Power of fans and burners", medium="electricity", energy="in", end_use="fans")
    cost = output("CNY/s", "Fuel cost", ledger="cost")
    emitted = output("kg/s", "Carbon dioxide", ledger="scope1", trail=Trail("burned", "emission_factor or factor", row="ndrc/{fuel}", category="stationary combustion"))  # fmt: skip
    off_curve = output(
        "1", "Outside the curve's range", note="a condensing boiler ran outside the range of its curve's return water"
    )

    @model_validator(mode="after")
    def _possible(self) -> "Boiler":
        if self.condensing == 0.0 and self.efficiency > MOST_DRY:
            raise ValueError(f"efficiency: above {MOST_DRY:g} of the lower heating value a boiler condenses")
        return self

    @prepared(tells=("factor",))
    def burn(dt, fuel, emission_factor):
        """The fuel's factor, unless one is given."""
        return emission_factor if emission_factor > 0.0 else FACTORS[fuel]

    @kernel(tells=("missing", "heat", "burned", "flue", "power", "cost", "emitted", "off_curve"))
    def step(wanted, back, capacity, efficiency, condensing, count, price, factor, auxiliary):
        """As few boilers as can carry the heat."""
        if wanted <= 0.0 or capacity <= 0.0:
            return wanted, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        heat = min(wanted, capacity)
        one = capacity / count
        running = min(float(int(heat / one * 0.999999)) + 1.0, count)
        burned = heat / boiler_efficiency(heat / (running * one), back, efficiency, condensing)
        power = auxiliary * heat
        off = 1.0 if condensing > 0.0 and not COOLEST <= back <= HOTTEST else 0.0
        return wanted - heat, heat, burned, burned + power - heat, power, burned * price, burned * factor, off
