"""The electric panel of a data centre: the boundary at which its energy is counted against that of its servers."""

from twin.core import Component, Field, inlet, kernel, needs, output, serves, state
from twin.units import Ratio


class DataCentre(Component):
    """A switchboard whose loads are those of one data centre; they and its losses are the facility's energy.

    Power usage effectiveness is that energy over the servers' (ISO/IEC 30134-2); power made behind the panel is used inside and
    counts. The run states it for the year; `pue` tells it tick by tick where a meter names the data hall, or `it_power` the
    servers of several.
    """

    brick = "Switchgear"
    losses: Ratio = Field(0.0, ge=0, lt=1)
    """Losses of transformers and cables over the power through them."""
    users = serves("electricity", power="load", made="made", kept="kept", behind="made_below", share="share_below")
    suppliers = needs("electricity", power="net", behind="behind", share="refused_share")
    it_meter = needs("it_meter", optional=True, power="it_power")
    each_tick = ("net", "facility", "pue")
    load = inlet("W", "Loads")
    made = inlet("W", "Power that generators offer")
    made_below = inlet("W", "Power that generators behind switchboards further down offer")
    refused_share = inlet("1", "Share of the offer from here that the grid or a switchboard above refuses")
    it_power = inlet("W", "Power of the servers")
    meter = state("W", "Net load of the last tick", point="AI")
    net = output("W", "Net load: asked of the suppliers", point="AI", card="trend")
    facility = output("W", "Power of the data centre", ledger="facility", point="AI", card="trend")
    pue = output("1", "Power over that of the servers; 0 without a meter", point="AI", card="gauge")
    kept = output("1", "Share of the generators' offer that is taken", start=1.0)
    behind = output("W", "Power that all generators from here on offer")
    share_below = output("1", "Share of the offer from further down that is refused")
    loss = output("W", "Losses", medium="electricity", energy="in", end_use="transformers")
    warmth = output("W", "Losses as heat to outdoors", medium="outdoors", energy="out")

    @kernel(tells=("net", "facility", "pue", "loss", "warmth", "behind"))
    def ask(load, made, made_below, it_power, losses):
        """Losses in either direction belong to the data centre."""
        loss = losses * abs(load - made)
        facility = load + loss
        pue = facility / it_power if it_power > 0.0 else 0.0
        return load - made + loss, facility, pue, loss, loss, made + made_below

    @kernel(tells=("kept", "share_below", "meter"))
    def step(net, made, made_below, refused_share):
        """Generators here are cut before those further down, which are cut alike."""
        asked = refused_share * (made + made_below)
        cut = min(asked, made)
        below = asked - cut
        return 1.0 - cut / made if made > 0.0 else 1.0, below / made_below if made_below > 0.0 else 0.0, net
