"""Cold plates on servers: coolant distribution units between the racks' coolant and facility water."""

from pydantic import model_validator

from twin.core import Component, Field, inlet, kernel, needs, output, serves
from twin.physics.fan import affinity_power_share
from twin.physics.liquid_cooling import coolant_supply, facility_share
from twin.units import Celsius, KgPerS, Ratio, Watt, WattPerKelvin


class ColdPlate(Component):
    """A coolant loop of constant flow that a counterflow exchanger cools with as little facility water as holds its supply.

    Where even full facility flow cannot hold it, the coolant gets warmer up to the hottest that servers take; what is beyond
    that is not taken.
    """

    brick = "Heat_Exchanger"
    capacity: Watt = Field(ge=0)
    """Heat for which the units are built."""
    coolant: KgPerS = Field(ge=0)
    """Coolant to the plates, with the heat of water."""
    facility: KgPerS = Field(ge=0)
    """Facility water at full flow."""
    exchange: WattPerKelvin = Field(ge=0)
    """Conductance of the exchangers; its fall at low flow is left out (assumed)."""
    supply: Celsius = Field(40.0)
    """Coolant to the plates wanted."""
    hottest: Celsius = Field(50.0)
    """Hottest coolant that the servers take."""
    slowest: Ratio = Field(0.2, gt=0, le=1)
    """Least facility flow (assumed)."""
    pump: Watt = Field(ge=0)
    """Power of the coolant pumps."""
    facility_pump: Watt = Field(ge=0)
    """Power of the facility water pumps at full flow."""
    users = serves("liquid_cooling", heat="wanted", rest="rest")
    condenser_water = needs("condenser_water", heat="reject", flow="flow", water="entering")
    electricity = needs("electricity", power="power")
    each_tick = ("power", "supplied")

    wanted = inlet("W", "Heat of the plates")
    entering = inlet("degC", "Facility water entering", start=30.0)
    supplied = output("degC", "Coolant to the plates", point="AI", card="trend")
    cooling = output("W", "Heat taken from the plates", medium="liquid_cooling", energy="in", point="AI", card="trend")
    rest = output("W", "Heat not taken")
    power = output("W", "Pump power", medium="electricity", energy="in", end_use="pumps", point="AI", card="trend")
    reject = output("W", "Heat to the facility water", medium="condenser_water", energy="out")
    flow = output("kg/s", "Facility water")

    @model_validator(mode="after")
    def _sizes(self) -> "ColdPlate":
        if self.capacity > 0.0 and not min(self.coolant, self.facility, self.exchange) > 0.0:
            raise ValueError("coolant, facility and exchange must be greater than 0 where there is capacity")
        if self.hottest < self.supply:
            raise ValueError("hottest must not be below supply")
        return self

    @kernel(tells=("supplied", "cooling", "rest", "power", "reject", "flow"))
    def step(
        wanted, entering, capacity, coolant, facility, exchange, supply, hottest, slowest, pump, facility_pump
    ):  # fmt: skip
        """Facility flow that holds the supply, else full flow and a warmer supply, else less heat."""
        if wanted <= 0.0 or capacity <= 0.0:
            return supply, 0.0, wanted, 0.0, 0.0, 0.0
        heat = min(wanted, capacity)
        share = max(facility_share(heat + pump, entering, supply, coolant, facility, exchange), slowest)
        supplied = coolant_supply(heat + pump, entering, coolant, facility * share, exchange)
        if supplied > hottest:
            each = coolant_supply(1.0, 0.0, coolant, facility * share, exchange)
            heat = max((hottest - entering) / each - pump, 0.0)
            supplied = coolant_supply(heat + pump, entering, coolant, facility * share, exchange)
        pumping = facility_pump * affinity_power_share(share)
        return supplied, heat, wanted - heat, pump + pumping, heat + pump + pumping, facility * share
