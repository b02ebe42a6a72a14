"""Heat bought from a municipal network, behind a substation."""

from twin.core import Component, Field, Trail, inlet, kernel, output, serves
from twin.units import KgPerJoule, Watt, YuanPerJoule

HEAT = Trail("bought", "emission_factor", row="ndrc/heat", category="bought heat and cold")
"""What its carbon dioxide comes from."""


class DistrictHeat(Component):
    """Takes what is wanted up to its connection, prices it and books its carbon dioxide as bought heat (scope 2)."""

    brick = "Thermal_Energy_Meter"
    capacity: Watt = Field(ge=0)
    """Connection; 0 is none."""
    price: YuanPerJoule = Field(ge=0)
    """Price of heat."""
    emission_factor: KgPerJoule = Field(1.1e-7, ge=0)
    """Carbon dioxide per heat: 0.11 t/GJ, default of China's enterprise guidelines (NDRC 2013..2015), recalled."""
    users = serves("primary_heat", heat="wanted", rest="missing", water="hot", back="back")
    each_tick = ("heat",)

    wanted = inlet("W", "Heat asked for")
    hot = inlet("degC", "Heated water to deliver", start=70.0)
    back = inlet("degC", "Heated water that returns", start=50.0)
    missing = output("W", "Heat not given")
    heat = output("W", "Heat given", medium="primary_heat", energy="out", point="AI", card="trend")
    bought = output("W", "Heat bought", medium="purchase", energy="in")
    cost = output("CNY/s", "Cost of heat", ledger="cost")
    location_based = output("kg/s", "Carbon dioxide of the heat, location-based", ledger="scope2", trail=HEAT)
    market_based = output("kg/s", "Carbon dioxide of the heat, market-based", ledger="scope2_market", trail=HEAT)

    @kernel(tells=("missing", "heat", "bought", "cost", "location_based", "market_based"))
    def step(wanted, capacity, price, emission_factor):
        """What is wanted, up to the connection."""
        heat = min(max(wanted, 0.0), capacity)
        emitted = heat * emission_factor
        return wanted - heat, heat, heat, heat * price, emitted, emitted
