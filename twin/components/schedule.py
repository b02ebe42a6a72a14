"""Schedules: how much of something is in use at each hour of each kind of day."""

import numpy as np

from twin.core import Component, Field, command, forcing, serves
from twin.units import Hours


class Schedule(Component):
    """Hourly shares for workdays, Saturdays and Sundays or holidays; an operator or a measured point may override them."""

    brick = "Schedule"
    workday: Hours = Field((0.0,) * 24)
    """Share in each hour of a workday."""
    saturday: Hours = Field((0.0,) * 24)
    """Share in each hour of a Saturday."""
    holiday: Hours = Field((0.0,) * 24)
    """Share in each hour of a Sunday or public holiday."""
    users = serves("schedule", value="value")
    value = command("1", "Share in use now", point="AV", card="trend")

    @forcing(tells=("value",))
    def today(grid, workday, saturday, holiday):
        """Look the hour up in the day's row."""
        table = np.array([workday, saturday, holiday])
        return table[grid.day_kind, grid.hour.astype(int) % 24]
