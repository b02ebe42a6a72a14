"""Charge points for electric vehicles: arrivals by the hour, charging at once, spread, or as a command allows."""

import numpy as np
from pydantic import field_validator

from twin.core import Component, Field, command, forcing, inlet, kernel, needs, output, state
from twin.physics.charging import fleet_charge
from twin.units import DayShares, Joule, Ratio, Second, Watt

DAY = 86400.0
"""Seconds in a day."""
HOUR = 3600.0
"""Seconds in an hour."""
WORKPLACE = (
    0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.02, 0.12, 0.25, 0.18, 0.07, 0.05, 0.07, 0.08, 0.05, 0.04, 0.03, 0.02, 0.02, 0.0, 0.0, 0.0, 0.0, 0.0,
)  # fmt: skip
"""Share of a workday's energy that arrives in each hour at workplaces (assumed: most come between 7 and 10)."""
QUIET = tuple(0.2 * share for share in WORKPLACE)
"""The same on Saturdays, Sundays and holidays (assumed a fifth)."""


class EvChargers(Component):
    """A fleet of charge points where vehicles arrive with energy to be charged.

    The energy still wanted waits in the vehicles. One part charges at once; the controlled part is stretched over the stay and
    follows the command `release`. What the vehicles take leaves the site with them.
    """

    brick = "Electric_Vehicle_Charging_Station"
    count: float = Field(ge=0)
    """Number of charge points."""
    rating: Watt = Field(7e3, ge=0)
    """Of one point, on the side of the grid (7 kW: GB/T 18487.1-2015, mode 3, 32 A single-phase)."""
    energy: Joule = Field(ge=0)
    """Energy that vehicles want on a workday, into their batteries, all points together."""
    session: Joule = Field(20.0 * 3.6e6, gt=0)
    """Mean energy of one charge (assumed)."""
    arrivals: DayShares = Field((*WORKPLACE, *QUIET, *QUIET))
    """Share of `energy` that arrives in each hour: 24 values, or 72 for workdays, Saturdays and Sundays or holidays; the first 24 sum
    to 1."""
    controlled: Ratio = Field(0.0, ge=0, le=1)
    """Share of vehicles and points under control."""
    stay: Second = Field(8.0 * HOUR, gt=0)
    """Time over which controlled charging is spread."""
    hours: DayShares = Field((1.0,) * 24)
    """Share of the controlled points' power that is released in each hour; 24 values, or 72 as above."""
    efficiency: Ratio = Field(0.92, gt=0, le=1)
    """Energy into the batteries over energy from the point (assumed 0.88 to 0.95: chargers on board)."""
    standby: Watt = Field(5.0, ge=0)
    """Power of one point that waits (assumed)."""
    electricity = needs("electricity", power="power")
    each_tick = ("power", "waiting")

    release = command(
        "1", "Share of the controlled points' power that is released", start=1.0, point="AV", card="slider"
    )
    arriving = inlet("W", "Energy wanted that arrives")
    waiting_free = state("J", "Energy that vehicles out of control still want")
    waiting_controlled = state("J", "Energy that controlled vehicles still want")
    waiting = output("J", "Energy that vehicles still want", point="AI", card="trend")
    power = output(
        "W", "Electric power", medium="electricity", energy="in", end_use="ev_charging", point="AI", card="trend"
    )
    charged = output(
        "W", "Power into the vehicles' batteries, which they drive away with", medium="outdoors", energy="out"
    )
    loss = output("W", "Losses and standby", medium="outdoors", energy="out")
    late = output("1", "Waiting too long", note="vehicles waited for more than a workday's energy")

    @field_validator("arrivals")
    @classmethod
    def _whole_workday(cls, arrivals: tuple[float, ...]) -> tuple[float, ...]:
        if abs(sum(arrivals[:24]) - 1.0) > 1e-6:
            raise ValueError(f"the shares of a workday sum to {sum(arrivals[:24]):.4g}, not to 1")
        return arrivals

    @forcing(tells=("arriving",))
    def come(grid, energy, arrivals):
        """Energy by hour and kind of day."""
        table = np.resize(np.array(arrivals), (3, 24))
        return table[grid.day_kind, grid.hour.astype(int) % 24] * energy / HOUR

    @forcing(tells=("release",))
    def today(grid, hours):
        """Release by hour and kind of day."""
        table = np.resize(np.array(hours), (3, 24))
        return table[grid.day_kind, grid.hour.astype(int) % 24]

    @kernel(tells=("waiting_free", "waiting_controlled", "waiting", "power", "charged", "loss", "late"))
    def ask(
        dt, arriving, release, waiting_free, waiting_controlled, count, rating, energy, session, controlled, stay,
        efficiency, standby,
    ):  # fmt: skip
        """Both parts charge what waits; half a charge is the mean delay of charging at once, half a stay that of spreading."""
        limit = count * rating * efficiency
        if limit <= 0.0:
            waiting = waiting_free + waiting_controlled + arriving * dt
            return (
                waiting_free + (1.0 - controlled) * arriving * dt, waiting_controlled + controlled * arriving * dt, waiting,
                0.0, 0.0, 0.0, 1.0 if waiting > energy else 0.0,
            )  # fmt: skip
        pace = 0.5 * session / (rating * efficiency)
        free, at_once = fleet_charge(waiting_free, (1.0 - controlled) * arriving, pace, (1.0 - controlled) * limit, dt)
        held, spread = fleet_charge(
            waiting_controlled, controlled * arriving, max(pace, 0.5 * stay), release * controlled * limit, dt
        )
        charged = at_once + spread
        power = charged / efficiency + standby * count
        return free, held, free + held, power, charged, power - charged, 1.0 if free + held > energy else 0.0
