"""A switchboard: gathers loads and generators behind one connection, so that storage or an engine can meet them first."""

from twin.core import Component, Field, inlet, kernel, needs, output, serves, state
from twin.units import Ratio


class Switchboard(Component):
    """A busbar behind a transformer; what loads want and generators do not give is asked of the suppliers, in their order.

    Suppliers may be a chain such as battery and grid: each tells the rest that the next one takes. The meter keeps the
    reading of the last tick for those who follow it, such as a power-led engine.
    """

    brick = "Switchgear"
    losses: Ratio = Field(0.0, ge=0, lt=1)
    """Losses of transformer and cables over the power through them."""
    users = serves("electricity", power="load", made="made", kept="kept", refused="refused_below")
    suppliers = needs("electricity", power="net", refused="refused")
    each_tick = ("net",)
    load = inlet("W", "Loads")
    made = inlet("W", "Power that generators offer")
    refused = inlet("W", "Power that the grid refuses")
    meter = state("W", "Net load of the last tick", point="AI")
    net = output("W", "Net load: asked of the suppliers", point="AI", card="trend")
    kept = output("1", "Share of the generators' offer that is taken", start=1.0)
    refused_below = output("W", "Power refused from behind another switchboard")
    loss = output("W", "Losses", medium="electricity", energy="in", end_use="transformers")
    warmth = output("W", "Losses as heat to outdoors", medium="outdoors", energy="out")

    @kernel(tells=("net", "loss", "warmth"))
    def ask(load, made, losses):
        """Losses in either direction."""
        loss = losses * abs(load - made)
        return load - made + loss, loss, loss

    @kernel(tells=("kept", "refused_below", "meter"))
    def step(net, made, refused):
        """Generators here are cut before those further down."""
        cut = min(refused, made)
        return 1.0 - cut / made if made > 0.0 else 1.0, refused - cut, net
