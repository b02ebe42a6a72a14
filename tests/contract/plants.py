"""Simple kinds of the hard plants: limited waste heat with backup, a power-led engine, curtailment, chains of one kind."""

from __future__ import annotations

from twin.core import Component, Field, command, inlet, kernel, needs, output, serves, state
from twin.units import Joule, Ratio, Watt


class PlainLoad(Component):
    """A constant electric load that turns into heat to be removed."""

    rating: Watt = Field(1e6, ge=0)
    """Load."""
    electricity = needs("electricity", power="power", optional=True)
    cold = needs("cold", heat="heat")
    level = command("1", "Share of the rating in use", start=1.0)
    power = output("W", "Electric power", medium="electricity", energy="in")
    heat = output("W", "Heat to be removed", medium="cold", energy="out")

    @kernel(tells=("power", "heat"))
    def ask(level, rating):
        """All electricity becomes heat."""
        return level * rating, level * rating


class PlainMachine(Component):
    """A chiller: removes heat from the cold side and rejects it with its power; tells the rest it cannot do."""

    rating: Watt = Field(8e5, gt=0)
    """Cooling capacity."""
    cop: Ratio = Field(4.0, gt=0)
    """Cooling per power."""
    electricity = needs("electricity", power="power", optional=True)
    users = serves("cold", heat="wanted", rest="rest")
    warm = serves("waste", heat="reject")
    wanted = inlet("W", "Cooling asked for")
    cooling = output("W", "Cooling done", medium="cold", energy="in")
    rest = output("W", "Cooling not done")
    power = output("W", "Electric power", medium="electricity", energy="in", end_use="chillers")
    reject = output("W", "Heat rejected", medium="waste", energy="out")

    @kernel(tells=("cooling", "rest", "power", "reject"))
    def step(wanted, rating, cop):
        """Constant COP."""
        done = min(wanted, rating)
        return done, wanted - done, done / cop, done + done / cop


class PlainHeatPump(Component):
    """Lifts waste heat, limited by what there is, to a heat demand."""

    rating: Watt = Field(3e5, gt=0)
    """Heating capacity."""
    cop: Ratio = Field(4.0, gt=1)
    """Heat per power."""
    electricity = needs("electricity", power="power", optional=True)
    waste = needs("waste", heat="offered")
    users = serves("heat", heat="wanted", given="heat", rest="rest")
    sink = serves("leftover", heat="left")
    wanted = inlet("W", "Heat asked for")
    offered = inlet("W", "Waste heat there is", medium="waste", energy="in")
    heat = output("W", "Heat given", medium="heat", energy="out")
    rest = output("W", "Heat not given")
    power = output("W", "Electric power", medium="electricity", energy="in", end_use="heat_pumps")
    left = output("W", "Waste heat left over", medium="leftover", energy="out")

    @kernel(tells=("heat", "rest", "power", "left"))
    def step(wanted, offered, rating, cop):
        """Source heat is what the heat has more than the power."""
        heat = min(min(wanted, rating), offered / (1.0 - 1.0 / cop))
        return heat, wanted - heat, heat / cop, offered - heat * (1.0 - 1.0 / cop)


class PlainBoiler(Component):
    """Backup heat from fuel."""

    rating: Watt = Field(1e6, gt=0)
    """Heating capacity."""
    efficiency: Ratio = Field(0.9, gt=0, le=1)
    """Heat per fuel."""
    users = serves("heat", heat="wanted", given="heat", rest="rest")
    wanted = inlet("W", "Heat asked for")
    heat = output("W", "Heat given", medium="heat", energy="out")
    rest = output("W", "Heat not given")
    fuel = output("W", "Fuel burnt", medium="fuel", energy="in")
    flue = output("W", "Flue loss", medium="outdoors", energy="out")

    @kernel(tells=("heat", "rest", "fuel", "flue"))
    def step(wanted, rating, efficiency):
        """Constant efficiency."""
        heat = min(wanted, rating)
        return heat, wanted - heat, heat / efficiency, heat / efficiency - heat


class PlainOffices(Component):
    """A heat demand met by whatever its chain of suppliers gives."""

    demand: Watt = Field(5e5, ge=0)
    """Heat wanted."""
    heating = needs("heat", heat="wanted", given="given", rest="unmet")
    given = inlet("W", "Heat received", medium="heat", energy="in")
    unmet = inlet("W", "Heat that nobody gave")
    wanted = output("W", "Heat wanted")
    lost = output("W", "Heat lost to outdoors", medium="outdoors", energy="out")

    @kernel(tells=("wanted",))
    def ask(demand):
        """A constant demand."""
        return demand

    @kernel(tells=("lost",))
    def step(given):
        """What comes in goes out."""
        return given


class PlainSink(Component):
    """A tower that takes what waste heat is left."""

    waste = needs("leftover", heat="taken")
    taken = inlet("W", "Heat taken", medium="leftover", energy="in")
    dumped = output("W", "Heat to outdoors", medium="outdoors", energy="out")

    @kernel(tells=("dumped",))
    def step(taken):
        """All goes out."""
        return taken


class PlainMeter(Component):
    """Remembers the last tick's load: a decision, not a flow."""

    load = inlet("W", "Load now")
    last = state("W", "Load of the last tick")

    @kernel(tells=("last",))
    def step(load):
        """Remember."""
        return load


class PlainEngine(Component):
    """A power-led engine that follows the last reading of a meter."""

    rating: Watt = Field(4e5, gt=0)
    """Electric rating."""
    efficiency: Ratio = Field(0.4, gt=0, lt=1)
    """Power per fuel."""
    electricity = needs("electricity", power="negative", optional=True)
    load = inlet("W", "Load to follow")
    power = output("W", "Power", medium="electricity", energy="out")
    negative = output("W", "Power as a negative load")
    fuel = output("W", "Fuel burnt", medium="fuel", energy="in")
    flue = output("W", "Heat lost", medium="outdoors", energy="out")

    @kernel(tells=("power", "negative", "fuel", "flue"))
    def step(load, rating, efficiency):
        """Off below 30 % of the rating."""
        power = min(load, rating)
        power = power if power > 0.3 * rating else 0.0
        return power, -power, power / efficiency, power / efficiency - power


class PlainSolar(Component):
    """PV that can be curtailed by its grid connection."""

    rating: Watt = Field(3e6, gt=0)
    """Power there is."""
    electricity = needs("electricity", power="negative", curtailed="curtailed")
    curtailed = inlet("W", "Power the grid refused")
    negative = output("W", "Potential as a negative load")
    power = output("W", "Power made", medium="electricity", energy="out")
    sun = output("W", "Sun used", medium="sun", energy="in")

    @kernel(tells=("negative",))
    def ask(rating):
        """What the sun would give."""
        return -rating

    @kernel(tells=("power", "sun"))
    def step(rating, curtailed):
        """Less what is refused."""
        return rating - curtailed, rating - curtailed


class PlainGrid(Component):
    """Takes what is left, exports up to a limit and refuses the rest."""

    limit: Watt = Field(1e5, ge=0)
    """Export limit."""
    users = serves("electricity", power="load", curtailed="over")
    load = inlet("W", "Net load of the site")
    power = output("W", "Power from the grid", medium="electricity", energy="out")
    over = output("W", "Power refused")

    @kernel(tells=("power", "over"))
    def step(load, limit):
        """Export is negative power."""
        over = max(0.0, -load - limit)
        return load + over, over


class PlainStore(Component):
    """A store that fills with what it is given."""

    content = state("J", "Energy held", medium="heat", store="1", start="initial")
    initial: Joule = Field(0.0, ge=0)
    """Energy held at the start."""
    loss: Ratio = Field(0.0, ge=0)
    """A planted leak: share of the inflow that disappears without a word."""
    inflow = inlet("W", "Heat in", medium="heat", energy="in")

    @kernel(tells=("content",))
    def step(dt, content, inflow, loss):
        """Fill."""
        return content + inflow * dt * (1.0 - loss)
