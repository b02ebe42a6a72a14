"""Gas engines: fuel, cooling-water heat and exhaust heat over part load, from a maker's data sheet."""

from twin.physics.curve import quadratic

# MTU Onsite Energy, technical information TB 46218, genset 20V4000L62 (robust), natural gas, 1,948 kW: electric output
# 1948, 1461 and 972 kW on 4843, 3713 and 2600 kW of gas (LHV) with 1244, 922 and 650 kW of heat in the engine's cooling water and 99, 72
# and 49 kW in its second mixture cooler. Quadratics go through the three points, divided by the value at full load. What is
# left of the gas is exhaust, surface and generator losses; the sheet does not part them, so exhaust is taken to follow their sum.
ELECTRIC_1, ELECTRIC_2, ELECTRIC_3 = 0.75211411, 0.46241154, -0.21452565
"""Electric efficiency over part load. [1]"""
JACKET_1, JACKET_2, JACKET_3 = 1.10523142, -0.42304096, 0.31780954
"""Cooling-water heat per fuel over part load. [1]"""
EXHAUST_1, EXHAUST_2, EXHAUST_3 = 1.2304158, -0.23229379, 0.00187799
"""Exhaust heat per fuel over part load. [1]"""
SMALLEST = 0.5
"""Smallest part load of the data sheet. [1]"""
HALVINGS = 40
"""Steps of the search for a part load; the last one is 1e-12 of the rating."""


def engine_heat(
    part: float, rating: float, electric: float, jacket: float, exhaust: float
) -> tuple[float, float, float]:
    """Fuel burnt, heat in the cooling water and heat in the exhaust of an engine at part load. [W]

    Parameters
    ----------
    part : float
        Electric output over the rating. [1]
    rating : float
        Electric output at full load. [W]
    electric, jacket, exhaust : float
        Electric efficiency, cooling-water heat and exhaust heat at full load, each over the fuel's lower heating value. [1]

    References
    ----------
    Data sheet named above, through its points at 50, 75 and 100 %. Valid for 0.5..1; below, the curves are continued only so that
    a search can find how far below a demand is.

    >>> [round(value) for value in engine_heat(1.0, 1948e3, 0.4022, 0.2569, 0.24)]
    [4843362, 1244260, 1162407]
    """
    if part <= 0.0:
        return 0.0, 0.0, 0.0
    fuel = part * rating / (electric * quadratic(part, ELECTRIC_1, ELECTRIC_2, ELECTRIC_3))
    hot = fuel * jacket * quadratic(part, JACKET_1, JACKET_2, JACKET_3)
    return fuel, hot, fuel * exhaust * quadratic(part, EXHAUST_1, EXHAUST_2, EXHAUST_3)


def engine_water_heat(jacket: float, limit: float, exhaust: float, taken: float, recovery: float) -> float:
    """Heat that an engine can give to hot water: cooling water, then what an exhaust boiler finds. [W]

    Parameters
    ----------
    jacket, limit : float
        Heat in the cooling water, and the most of it that is warm enough. [W]
    exhaust, taken : float
        Heat in the exhaust, and what others take of it. [W]
    recovery : float
        Share of the remaining exhaust heat that an exhaust boiler recovers. [1]

    References
    ----------
    First law. Valid for any engine with both in series.

    >>> engine_water_heat(500.0, 400.0, 300.0, 100.0, 0.9)
    580.0
    """
    return min(jacket, limit) + recovery * max(exhaust - taken, 0.0)


def engine_part(
    wanted: float,
    drawn: float,
    limit: float,
    rating: float,
    electric: float,
    jacket: float,
    exhaust: float,
    recovery: float,
) -> float:
    """Part load at which an engine's heat just meets what hot water and exhaust users ask; 1 where it cannot. [1]

    Parameters
    ----------
    wanted, drawn : float
        Heat asked for hot water, and exhaust heat asked for. [W]
    limit : float
        Most cooling-water heat that is warm enough. [W]
    rating, electric, jacket, exhaust, recovery : float
        See `engine_heat` and `engine_water_heat`.

    References
    ----------
    Bisection; both heats grow with the load. Valid as `engine_heat`.

    >>> round(engine_part(0.0, 400e3, 1e9, 1948e3, 0.4022, 0.2569, 0.24, 1.0), 3)
    0.251
    """
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        part = 0.5 * (low + high)
        _, hot, gas = engine_heat(part, rating, electric, jacket, exhaust)
        if engine_water_heat(hot, limit, gas, drawn, recovery) < wanted or gas < drawn:
            low = part
        else:
            high = part
    return high
