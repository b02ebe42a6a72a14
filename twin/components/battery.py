"""Battery storage behind a switchboard: dispatched by hours, by surplus and by a peak, and ageing as it works."""

from math import exp

import numpy as np
from pydantic import model_validator

from twin.core import Component, Field, command, constant, forcing, inlet, kernel, output, prepared, serves, state
from twin.physics.battery import (
    CALENDAR_POWER,
    CYCLE_POWER,
    calendar_rate,
    converter_drawn,
    converter_given,
    converter_terms,
    cycle_rate,
    dispatch,
)
from twin.units import Celsius, DayRequests, Joule, PerSecond, Ratio, Watt

DAY = 86400.0
"""Seconds in a day: the window in which the depth of cycles is seen, as NREL BLAST-Lite does."""
HOUR = 3600.0
"""Seconds in an hour."""
SLIGHT = 1e-9
"""Charge lost in a tick, over the charge, below which it is no more than rounding: nothing is divided by it. [1]"""
FASTEST_CHARGE, FASTEST_DISCHARGE = 0.65, 1.0
"""Capacities an hour up to which cells were aged; see `cycle_rate`."""


class Battery(Component):
    """Cells of lithium iron phosphate behind a converter, in a chain before the grid.

    In every tick it does what is requested, within its limits, and passes the rest of the load on. Charge stands in joules;
    its capacity fades with time and cycles (NREL BLAST-Lite, 250 Ah cells).
    """

    brick = "Battery"
    capacity: Joule = Field(ge=0)
    """Energy of the new cells between empty and full."""
    rating: Watt = Field(ge=0)
    """Of the converter, on the side of the switchboard."""
    charge_limit: Ratio = Field(1.0, ge=0, le=1)
    """Most charging power over the rating."""
    discharge_limit: Ratio = Field(1.0, ge=0, le=1)
    """Most discharging power over the rating."""
    efficiency_full: Ratio = Field(0.97, gt=0.5, lt=1)
    """Of the converter at its rating (assumed: data sheets of 100 kW converters say 0.97 to 0.98)."""
    efficiency_tenth: Ratio = Field(0.95, gt=0.5, lt=1)
    """Of the converter at a tenth of its rating (assumed)."""
    efficiency_cells: Ratio = Field(0.975, gt=0.5, le=1)
    """Of the cells one way (assumed; 0.95 both ways at half a capacity an hour)."""
    standby: Ratio = Field(0.003, ge=0)
    """Power of controls and air conditioning over the rating (assumed)."""
    self_discharge: PerSecond = Field(0.02 / (30.4 * DAY), ge=0)
    """Charge lost per time (assumed 2 % a month)."""
    lowest: Ratio = Field(0.1, ge=0, le=1)
    """State of charge that it keeps."""
    highest: Ratio = Field(0.95, gt=0, le=1)
    """State of charge at which it is full."""
    initial: Ratio = Field(0.5, ge=0, le=1)
    """State of charge at the start."""
    hours: DayRequests = Field((0.0,) * 24)
    """Request of each hour: 1 charges, -1 discharges, 0 leaves it to `self_consumption`; 24 values, or 72 for workdays, Saturdays and
    Sundays or holidays. A request to charge takes any surplus as well."""
    self_consumption: Ratio = Field(1.0, ge=0, le=1)
    """Share of surplus and load that it takes and meets in hours without a request."""
    grid_charging: Ratio = Field(1.0, ge=0, le=1)
    """Share of a request to charge that may come from the grid; at 0 it takes surplus alone."""
    exports: Ratio = Field(0.0, ge=0, le=1)
    """Share of its discharge limit that may go out to the grid on request; the connection must be able to take it."""
    peak: Watt = Field(0.0, ge=0)
    """Net load that it holds as long as it can, and never passes by charging; 0 holds none."""
    room: Celsius = Field(25.0, ge=10, le=45)
    """Temperature of the cells, held by their cabinet."""
    ageing: Ratio = Field(1.0, ge=0)
    """Fade over that of the cells in the laboratory (packs: about 1.25, NREL BLAST-Lite, read-me)."""
    users = serves("electricity", power="load", rest="rest")
    each_tick = ("power", "energy", "health")

    request = command("1", "Power asked for: 1 charges, -1 discharges", point="AV", card="slider")
    load = inlet("W", "Net load to meet; below 0 a surplus")
    idle = constant("1", "Loss of the running converter over its rating")
    square = constant("1", "Loss at the rating by the square of the power")
    start_energy = constant("J", "Energy at the start")
    energy = state("J", "Energy held", start="start_energy", store="1", point="AI", card="gauge")
    health = state("1", "Capacity left", start=1.0, point="AI", card="gauge")
    calendar = state("1", "Calendar fade in its own time")
    cycling = state("1", "Cycle fade in its own cycles")
    top = state("1", "Highest charge of the day so far")
    bottom = state("1", "Lowest charge of the day so far", start=1.0)
    depth = state("1", "Depth of the day before")
    clock = state("s", "Time since the day of cycles began")
    power = output("W", "Power given, less power taken", medium="electricity", energy="out", point="AI", card="trend")
    rest = output("W", "Net load left for the next supplier")
    charging = output("W", "Power taken to charge", point="AI")
    discharging = output("W", "Power given by discharging", point="AI")
    loss = output("W", "Losses and standby", medium="outdoors", energy="out", end_use="storage")
    missed = output("W", "Requested discharge that it could not give")
    fast = output("1", "Faster than the tests", note="the battery ran faster than the cells were aged")

    @model_validator(mode="after")
    def _limits(self):
        if self.lowest >= self.highest:
            raise ValueError("lowest must be below highest")
        if min(converter_terms(self.efficiency_full, self.efficiency_tenth)) < 0.0:
            raise ValueError("efficiency_full and efficiency_tenth give a negative loss; move them together")
        return self

    @prepared(tells=("idle", "square", "start_energy"))
    def converter(dt, efficiency_full, efficiency_tenth, capacity, initial):
        """Losses of the converter, energy at the start."""
        return *converter_terms(efficiency_full, efficiency_tenth), capacity * initial

    @forcing(tells=("request",))
    def today(grid, hours):
        """Look the hour up in the day's row."""
        table = np.resize(np.array(hours), (3, 24))
        return table[grid.day_kind, grid.hour.astype(int) % 24]

    @kernel(
        tells=(
            "energy", "health", "calendar", "cycling", "top", "bottom", "depth", "clock", "power", "rest", "charging",
            "discharging", "loss", "missed", "fast",
        )
    )  # fmt: skip
    def step(
        dt, load, request, energy, health, calendar, cycling, top, bottom, depth, clock, capacity, rating, charge_limit,
        discharge_limit, efficiency_cells, standby, self_discharge, lowest, highest, self_consumption, grid_charging,
        exports, peak, room, ageing, idle, square,
    ):  # fmt: skip
        """Dispatch, convert, keep within the limits of charge, and age."""
        if capacity <= 0.0 or rating <= 0.0:
            return energy, health, calendar, cycling, top, bottom, depth, clock, 0.0, load, 0.0, 0.0, 0.0, 0.0, 0.0
        usable = capacity * max(health, 0.01)  # worn-out cells hold next to nothing; health itself is told as it is
        kept = exp(-self_discharge * dt)
        span = (1.0 - kept) / self_discharge if self_discharge * dt > SLIGHT else dt
        aside = standby * rating
        wanted = dispatch(
            load + aside, request, charge_limit * rating, discharge_limit * rating, self_consumption, grid_charging, exports, peak
        )  # fmt: skip
        charging, discharging, flow = 0.0, 0.0, 0.0
        if wanted < 0.0:
            charging = -wanted
            flow = converter_given(charging, rating, idle, square) * efficiency_cells
            most = max((highest * usable - energy * kept) / span, 0.0)
            if flow > most:
                flow = most
                charging = converter_drawn(flow / efficiency_cells, rating, idle, square)
            charging = charging if flow > 0.0 else 0.0
        else:
            discharging = wanted
            flow = -converter_drawn(discharging, rating, idle, square) / efficiency_cells
            most = max((energy * kept - lowest * usable) / span, 0.0)
            if -flow > most:
                discharging = converter_given(most * efficiency_cells, rating, idle, square)
                flow = -most if discharging > 0.0 else 0.0
        after = energy * kept + flow * span
        power = discharging - charging - aside
        loss = -power - (after - energy) / dt
        missed = max(wanted, 0.0) - discharging
        charge = energy / usable
        moved = abs(after - energy) / usable
        rate = moved / dt * HOUR
        fast = 1.0 if rate > (FASTEST_CHARGE if flow > 0.0 else FASTEST_DISCHARGE) else 0.0
        high, low = max(top, charge), min(bottom, charge)
        seen = max(depth, high - low)
        calendar += calendar_rate(min(max(charge, 0.0), 1.0), room) ** (1.0 / CALENDAR_POWER) * dt / DAY
        cycling += cycle_rate(seen, rate, room) ** (1.0 / CYCLE_POWER) * 0.5 * moved
        faded = ageing * (calendar**CALENDAR_POWER + cycling**CYCLE_POWER)
        clock += dt
        if clock >= DAY:
            depth, high, low, clock = high - low, charge, charge, clock - DAY
        return (
            after, 1.0 - faded, calendar, cycling, high, low, depth, clock, power, load - power, charging, discharging,
            loss, missed, fast,
        )  # fmt: skip
