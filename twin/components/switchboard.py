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
    users = serves("electricity", power="load", made="made", kept="kept", behind="made_below", share="share_below")
    suppliers = needs("electricity", power="net", behind="behind", share="refused_share")
    each_tick = ("net",)
    load = inlet("W", "Loads")
    made = inlet("W", "Power that generators offer")
    made_below = inlet("W", "Power that generators behind switchboards further down offer")
    refused_share = inlet("1", "Share of the offer from here that the grid or a switchboard above refuses")
    meter = state("W", "Net load of the last tick", point="AI")
    net = output("W", "Net load: asked of the suppliers", point="AI", card="trend")
    kept = output("1", "Share of the generators' offer that is taken", start=1.0)
    behind = output("W", "Power that all generators from here on offer")
    share_below = output("1", "Share of the offer from further down that is refused")
    loss = output("W", "Losses", medium="electricity", energy="in", end_use="transformers")
    warmth = output("W", "Losses as heat to outdoors", medium="outdoors", energy="out")

    @kernel(tells=("net", "loss", "warmth", "behind"))
    def ask(load, made, made_below, losses):
        """Losses in either direction."""
        loss = losses * abs(load - made)
        return load - made + loss, loss, loss, made + made_below

    @kernel(tells=("kept", "share_below", "meter"))
    def step(net, made, made_below, refused_share):
        """Generators here are cut before those further down, which are cut alike."""
        asked = refused_share * (made + made_below)
        cut = min(asked, made)
        below = asked - cut
        return 1.0 - cut / made if made > 0.0 else 1.0, below / made_below if made_below > 0.0 else 0.0, net
