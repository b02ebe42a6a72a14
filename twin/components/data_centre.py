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
    users = serves("electricity", power="load", made="made", kept="kept", refused="refused_below")
    suppliers = needs("electricity", power="net", refused="refused")
    it_meter = needs("it_meter", optional=True, power="it_power")
    each_tick = ("net", "facility", "pue")
    load = inlet("W", "Loads")
    made = inlet("W", "Power that generators offer")
    refused = inlet("W", "Power that the grid refuses")
    it_power = inlet("W", "Power of the servers")
    meter = state("W", "Net load of the last tick", point="AI")
    net = output("W", "Net load: asked of the suppliers", point="AI", card="trend")
    facility = output("W", "Power of the data centre", ledger="facility", point="AI", card="trend")
    pue = output("1", "Power over that of the servers; 0 without a meter", point="AI", card="gauge")
    kept = output("1", "Share of the generators' offer that is taken", start=1.0)
    refused_below = output("W", "Power refused from behind another switchboard")
    loss = output("W", "Losses", medium="electricity", energy="in", end_use="transformers")
    warmth = output("W", "Losses as heat to outdoors", medium="outdoors", energy="out")

    @kernel(tells=("net", "facility", "pue", "loss", "warmth"))
    def ask(load, made, it_power, losses):
        """Losses in either direction belong to the data centre."""
        loss = losses * abs(load - made)
        facility = load + loss
        return load - made + loss, facility, facility / it_power if it_power > 0.0 else 0.0, loss, loss

    @kernel(tells=("kept", "refused_below", "meter"))
    def step(net, made, refused):
        """Generators here are cut before those further down."""
        cut = min(refused, made)
        return 1.0 - cut / made if made > 0.0 else 1.0, refused - cut, net
