"""Water from the mains: takes the rest of what a site uses, and prices it."""

from twin.core import Component, Field, Trail, inlet, kernel, output, serves
from twin.units import Ratio, YuanPerM3

DENSITY = 1000.0
"""Of water. [kg/m3]"""


class MainsWater(Component):
    """Drinking water with its price and the carbon dioxide of its treatment and supply."""

    brick = "Water_Meter"
    price: YuanPerM3 = Field(gt=0)
    """Price with sewage and resource fees."""
    footprint: Ratio = Field(0.0, ge=0)
    """Carbon dioxide of supply and sewage per mass of water. [kg/kg]"""
    users = serves("water", flow="flow", rest="rest")
    flow = inlet("kg/s", "Water wanted", point="AI", card="trend")
    rest = output("kg/s", "Water not given")
    drawn = output("kg/s", "Water drawn", ledger="mains_water")
    cost = output("CNY/s", "Cost of water", ledger="cost")
    upstream = output("kg/s", "Carbon dioxide upstream", ledger="scope3", trail=Trail("drawn", "footprint", category="1 purchased goods and services", method="average"))  # fmt: skip

    @kernel(tells=("rest", "drawn", "cost", "upstream"))
    def step(flow, price, footprint):
        """All that is wanted."""
        return 0.0, flow, flow / DENSITY * price, flow * footprint
