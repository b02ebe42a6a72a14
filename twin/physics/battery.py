"""Batteries: converter losses by part load, what a store is asked to do, and how cells of lithium iron phosphate age."""

from __future__ import annotations

from math import exp, sqrt, tanh

KELVIN = 273.15
"""0 degC. [K]"""
EMPTY_ANODE, FULL_ANODE = 0.0085, 0.78
"""Lithium in the graphite of an empty and a full cell. [1] Schimpe et al., Journal of The Electrochemical Society 165(2), 2018, A181."""
CALENDAR, CALENDAR_HEAT, CALENDAR_ANODE, CALENDAR_POWER = 8.37e4, -5.21e3, -3.56e3, 0.526
"""Calendar fade: factor [1/day^0.526], per inverse temperature [K], per anode potential [K/V], power of time. [1] NREL BLAST-Lite, model
Lfp_Gr_250AhPrismatic, parameters p1, p2, p3 and pcal."""
CYCLE, CYCLE_DEPTH, CYCLE_RATE, CYCLE_COLD, CYCLE_HOT, CYCLE_POWER = 4.38e-8, 1.55e-8, 1.68e-7, 2.19e3, 1.55e5, 0.828
"""Cycle fade: constant, by depth, by rate [1, 1, h], two temperatures [K], power of cycles. [1] Same model, p4 to p8 and pcyc."""


def converter_terms(full: float, tenth: float) -> tuple[float, float]:
    """Idle and squared loss of a converter from two efficiencies, both over its rating. [1]

    Parameters
    ----------
    full, tenth : float
        Efficiency at the rating and at a tenth of it. [1]

    References
    ----------
    Schmid and Schmidt, Power conditioning for photovoltaic power systems, 10th European PV Solar Energy Conference, 1991: losses are a
    constant and a square of the output. Valid where both come out positive.

    >>> [round(term, 5) for term in converter_terms(0.97, 0.95)]
    [0.005, 0.02592]
    """
    idle = (10.0 / tenth - 1.0 / full - 9.0) / 99.0
    return idle, 1.0 / full - 1.0 - idle


def converter_drawn(given: float, rating: float, idle: float, square: float) -> float:
    """Power that a converter draws to give some. [W]

    Parameters
    ----------
    given, rating : float
        Output and rating, above 0. [W]
    idle, square : float
        From `converter_terms`. [1]

    References
    ----------
    See `converter_terms`. A converter that gives nothing is switched off.

    >>> round(converter_drawn(97.0, 97.0, 0.005, 0.02593), 1)
    100.0
    """
    if given <= 0.0:
        return 0.0
    part = given / rating
    return given + rating * (idle + square * part * part)


def converter_given(drawn: float, rating: float, idle: float, square: float) -> float:
    """Power that a converter gives of what it draws: `converter_drawn` the other way round, 0 below its idle loss. [W]

    Parameters
    ----------
    drawn, rating : float
        Input and rating, above 0. [W]
    idle, square : float
        From `converter_terms`. [1]

    References
    ----------
    See `converter_terms`, same range.

    >>> round(converter_given(100.0, 97.0, 0.005, 0.02593), 1)
    97.0
    """
    left = drawn / rating - idle
    if left <= 0.0:
        return 0.0
    return rating * 2.0 * left / (1.0 + sqrt(1.0 + 4.0 * square * left))


def dispatch(
    load: float, request: float, charging: float, discharging: float, self_consumption: float, grid_charging: float,
    exports: float, peak: float,
) -> float:  # fmt: skip
    """Power that a store is asked for: above 0 it discharges. [W]

    Parameters
    ----------
    load : float
        Net load to meet; below 0 a surplus. [W]
    request : float
        1 charges, -1 discharges, 0 leaves it to the load; parts of it ask for parts of the limits. [1]
    charging, discharging : float
        Most power of either. [W]
    self_consumption : float
        Share of surplus and load that it takes and meets while nothing is requested. [1]
    grid_charging : float
        Share of a request to charge that may come from the grid; at 0 surplus alone is taken. [1]
    exports : float
        Share of the discharge limit that may go out to the grid on request. [1]
    peak : float
        Net load that it holds where it can, and never passes by charging; 0 holds none. [W]

    References
    ----------
    Rules of this project: self-consumption as every inverter of a home has it, time-of-use by request, and peak shaving above both.

    >>> dispatch(50.0, 0.0, 30.0, 40.0, 1.0, 1.0, 0.0, 0.0), dispatch(-10.0, 0.0, 30.0, 40.0, 1.0, 1.0, 0.0, 0.0)
    (40.0, -10.0)
    >>> dispatch(50.0, 1.0, 30.0, 40.0, 1.0, 1.0, 0.0, 60.0)
    -10.0
    """
    need, surplus = max(load, 0.0), max(-load, 0.0)
    if request > 0.0:
        wanted = -max(request * charging * grid_charging, min(surplus, charging))
    elif request < 0.0:
        wanted = min(-request * discharging, need + exports * discharging)
    elif load > 0.0:
        wanted = self_consumption * min(need, discharging)
    else:
        wanted = -self_consumption * min(surplus, charging)
    if peak > 0.0:
        wanted = max(wanted, min(load - peak, discharging))
    return wanted


def anode_potential(charge: float) -> float:
    """Potential of a cell's graphite against lithium. [V]

    Parameters
    ----------
    charge : float
        State of charge, 0..1. [1]

    References
    ----------
    Safari and Delacourt, Journal of The Electrochemical Society 158(5), 2011, A562, as NREL BLAST-Lite uses it. Valid for 0..1.

    >>> round(anode_potential(0.5), 4)
    0.1233
    """
    held = EMPTY_ANODE + charge * (FULL_ANODE - EMPTY_ANODE)
    return (
        0.6379
        + 0.5416 * exp(-305.5309 * held)
        + 0.044 * tanh((0.1958 - held) / 0.1088)
        - 0.1978 * tanh((held - 1.0571) / 0.0854)
        - 0.6875 * tanh((held + 0.0117) / 0.0529)
        - 0.0175 * tanh((held - 0.5692) / 0.0875)
    )


def calendar_rate(charge: float, temperature: float) -> float:
    """Calendar fade over days to the power 0.526. [1/day^0.526]

    Parameters
    ----------
    charge, temperature : float
        State of charge [1] and of the cells [degC].

    References
    ----------
    CALENDAR, fitted by NREL to cells of 250 Ah (Gasper et al., Journal of Energy Storage 73, 2023, 109042). Valid for 0..1 and
    10..45 degC.

    >>> round(1e4 * calendar_rate(0.5, 25.0), 3)
    4.946
    """
    warm = KELVIN + temperature
    return CALENDAR * exp(CALENDAR_HEAT / warm) * exp(CALENDAR_ANODE * anode_potential(charge) / warm)


def cycle_rate(depth: float, rate: float, temperature: float) -> float:
    """Cycle fade over full cycles to the power 0.828. [1]

    Parameters
    ----------
    depth : float
        Of the day's cycles. [1]
    rate : float
        Mean of charging and discharging, in capacities per hour. [1/h]
    temperature : float
        Of the cells. [degC]

    References
    ----------
    CYCLE, same source as `calendar_rate`. Fitted to depths of 0.8..1, charging up to 0.65 and discharging up to 1 capacity an hour,
    10..45 degC; shallower cycles are extrapolated along its straight line.

    >>> round(1e4 * cycle_rate(0.8, 0.5, 25.0), 3)
    2.172
    """
    warm = KELVIN + temperature
    return (CYCLE + CYCLE_DEPTH * depth + CYCLE_RATE * rate) * (exp(CYCLE_COLD / warm) + exp(-CYCLE_HOT / warm))
