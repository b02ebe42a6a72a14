"""Compression heat pumps from one rated point: Carnot between evaporator and condenser, times a second-law efficiency.

The efficiency of a typical machine follows lift and load; a machine's own deviation from it, known at its rated point, carries
over to other points, the less the further they are. Coefficients are fitted to laboratory points of EN 14825 (Heat Pump
Keymark: hplib database, doi 10.5281/zenodo.5521597, CC BY 4.0) of every second model series; the other series are held out. Many
series are one machine under several brands: refitted with equal test results kept on one side, the median error of air-source
machines is 4.6 % against 6.0 % of the population medians (23 % better), that of water-source ones 2.3 % against 4.5 %.
"""

from math import exp, log

import numpy as np
import numpy.typing as npt

from twin.physics.air import ABSOLUTE_ZERO

Floats = npt.NDArray[np.float64]
EVAPORATOR_AIR = 4.0
"""Evaporation below entering air at the rated load. [K] Assumed; what it errs by is in the fitted efficiency."""
CONDENSER_AIR = 4.0
"""Condensation above leaving water of air-source machines. [K] Assumed, as above."""
EVAPORATOR_WATER = 1.0
"""Evaporation below leaving source water; 4 K below entering at the 3 K span of EN 14511-2, table 7. [K] Assumed, as above."""
CONDENSER_WATER = 2.0
"""Condensation above leaving water of water-source machines. [K] Assumed, as above."""
LEAST = 1.05
"""Smallest COP that cycling leaves: a machine gives more heat than its power. [1] Assumed."""
NARROWEST = 5.0
"""Smallest lift between evaporator and condenser that is computed with. [K]"""
COLDEST_AIR, WARMEST_AIR = -15.0, 20.0
"""Entering air that the air-source curves are used for; fitted at -7..12 degC. [degC]"""
COLDEST_SOURCE, WARMEST_SOURCE = -6.0, 25.0
"""Leaving source water that the water-source curves are used for; fitted at -3 and 7 degC. [degC]"""
COOLEST_SINK, HOTTEST_SINK = 20.0, 60.0
"""Leaving heated water that all curves are used for; fitted at 24..53 degC. [degC]"""
MIDDLE = 40.0
"""Lift that the efficiency curves are centred at. [K]"""
NEAR = 0.1
"""Distance from the rated point within which its own deviation counts whole. [1] Assumed: 1 K of lift."""
MOST_KEPT = 1.5
"""Largest share of the rated deviation that is used: 10 K less lift than rated. [1] Range of the fit."""

CAPACITY_SOURCE = 0.0334
"""Growth of capacity per kelvin of source. [1/K] Least absolute deviations over the 32 air-source models of the data whose
heat does not follow the load, 13 degC and more of span, median error 4 %; taken for water sources too, as suction density."""
CAPACITY_SINK = -0.0041
"""Growth of capacity per kelvin of leaving heated water while running. [1/K] The same over the 177 water- and brine-source
models of fixed speed, median error 0.7 %."""
USUAL_PART = 9.0 / 26.0
"""Part load of the point that the fits are anchored at: 7 degC outdoors in the average climate of EN 14825, (16 - 7) / 26. [1]"""
USUAL_AIR = 7.0
"""Entering air of that point. [degC]"""
SMALLEST_RATED, LARGEST_RATED = 1700.0, 12400.0
"""Heat of the air-source machines fitted at 7 degC and a part load of 0.35, 2 % and 98 % quantile: others take the nearest.
[W]"""
FROST_HUMIDITY = 0.000957
"""Humidity above saturation at 6 K below the air, of the EN 14825 test at 2 degC dry and 1 degC wet bulb. [kg/kg] ASHRAE
Fundamentals 2021, ch. 1, eq. 5, 20 and 33."""
FROST_LOSS = 0.0314
"""Loss of COP by defrosting in that test, against the smooth curve through all tests. [1] Fitted."""
MOST_CARNOT = 0.9
"""Largest share of Carnot's COP between source and heated water, at the rated point and at any other. [1] Assumed, above all but
a few laboratory points; without it a good machine rated far from where it runs would pass Carnot."""


def lorenz(evaporation: float, condensation: float) -> float:
    """Heat over power of a reversible machine between two temperatures, with a lift of at least 5 K. [1]

    Parameters
    ----------
    evaporation, condensation : float
        [degC]

    References
    ----------
    Carnot; Lorenz 1894 for the mean temperatures of gliding sources. Valid for any temperatures.

    >>> round(lorenz(9.0, 57.0), 2)
    6.88
    """
    return (condensation + ABSOLUTE_ZERO) / max(condensation - evaporation, NARROWEST)


def most_cop(source: float, sink: float) -> float:
    """Largest COP that is believed of any machine between source and leaving heated water, at least 1 K apart. [1]

    Parameters
    ----------
    source, sink : float
        Source, and leaving heated water. [degC]

    References
    ----------
    MOST_CARNOT of Carnot. Valid for any temperatures.

    >>> round(most_cop(10.0, 45.0), 2)
    8.18
    """
    return MOST_CARNOT * (sink + ABSOLUTE_ZERO) / max(sink - source, 1.0)


def kept_share(closeness: float, steepness: float, reluctance: float, lift: float, effort: float) -> float:
    """Share of a machine's own deviation at its rated point that holds at another point. [1]

    Parameters
    ----------
    closeness, steepness, reluctance : float
        Share beside the rated point; its fall per 10 K of lift; its fall per unit of effort. [1]
    lift : float
        Lift above that of the rated point, in tens of kelvin. [1]
    effort : float
        Logarithm of the load over the rated one. [1]

    References
    ----------
    Exponential correlation with a nugget, as in kriging (Cressie, Statistics for Spatial Data, 1993, ch. 2). A deviation made
    by exchangers and fans weighs less at a greater lift.

    >>> kept_share(0.8, 0.5, 0.3, 0.0, 0.0)
    1.0
    """
    share = closeness * exp(-steepness * lift - reluctance * abs(effort))
    at_rated = exp(-(abs(lift) + abs(effort)) / NEAR)
    return min(share + (1.0 - closeness) * at_rated, MOST_KEPT)


def water_efficiency(lift: float, part: float) -> float:
    """Logarithm of the second-law efficiency of a typical water- or brine-source machine. [1]

    Parameters
    ----------
    lift : float
        Between evaporator and condenser. [K]
    part : float
        Heat while running, over that at design. [1]

    References
    ----------
    Fitted to the training half (7 points of 211 models); see the module. Valid for lifts of 20..60 K, part loads of 0.1..1.2.

    >>> round(exp(water_efficiency(40.0, 0.35)), 3)
    0.609
    """
    z, effort = (lift - MIDDLE) / 10.0, log(part / USUAL_PART)
    return -0.49635 - 0.022867 * z * z + 0.054373 * effort - 0.12036 * effort * effort


def water_heat_pump_cop(
    source: float, sink: float, part: float, cop: float, rated_source: float, rated_sink: float, rated_part: float
) -> float:
    """Heating COP of a water- or brine-source heat pump, while it runs. [1]

    Parameters
    ----------
    source, sink : float
        Leaving source water and leaving heated water. [degC]
    part : float
        Heat while running, over that at design. [1]
    cop, rated_source, rated_sink, rated_part : float
        COP at the rated point, its leaving temperatures and part load. [1, degC, 1]

    References
    ----------
    See the module. Median error over the other points of models never fitted: 3.0 % (predictor by population medians 5.0 %).
    Valid for COLDEST_SOURCE..WARMEST_SOURCE and COOLEST_SINK..HOTTEST_SINK, part loads of 0.1..1.2.

    >>> round(water_heat_pump_cop(10.0, 45.0, 1.0, 4.9, 10.0, 45.0, 1.0), 3)
    4.9
    >>> round(water_heat_pump_cop(10.0, 55.0, 1.0, 4.9, 10.0, 45.0, 1.0), 2)
    3.9
    """
    here, there = source - EVAPORATOR_WATER, sink + CONDENSER_WATER
    low, high = rated_source - EVAPORATOR_WATER, rated_sink + CONDENSER_WATER
    own = log(cop / lorenz(low, high)) - water_efficiency(high - low, rated_part)
    keep = kept_share(1.0, 0.43967, 0.37486, ((there - here) - (high - low)) / 10.0, log(part / rated_part))
    found = lorenz(here, there) * exp(water_efficiency(there - here, part) + keep * own)
    return min(found, most_cop(source, sink))


def air_efficiency(lift: float, effort: float, size: float, frost: float) -> float:
    """Logarithm of the second-law efficiency of a typical air-source machine. [1]

    Parameters
    ----------
    lift : float
        Between evaporator and condenser. [K]
    effort : float
        How hard it works, as `air_effort` tells. [1]
    size : float
        Logarithm of the heat at 7 degC and a part load of 0.35 over 5 kW. [1]
    frost : float
        Frost over that of the test at 2 degC. [1]

    References
    ----------
    Fitted to the training half (7 points of 3,222 models); see the module. Valid for lifts of 20..70 K.

    >>> round(exp(air_efficiency(40.0, 0.0, 0.0, 0.0)), 3)
    0.509
    """
    z = (lift - MIDDLE) / 10.0
    level = -0.67596 + 0.011103 * size
    shape = (-0.088317 + 0.047238 * size) * z - 0.052402 * z * z + 0.074799 * z * effort
    working = (0.085954 - 0.044463 * size) * effort - 0.044978 * effort * effort
    return level + shape + working - FROST_LOSS * frost


def air_effort(source: float, part: float) -> float:
    """How hard an air-source machine works, against the point of the fit: part load, and colder air that carries less. [1]

    Parameters
    ----------
    source : float
        Entering air. [degC]
    part : float
        Heat while running, over that at design. [1]

    References
    ----------
    Form assumed, 0.185 per kelvin fitted; see the module.

    >>> air_effort(7.0, 9.0 / 26.0)
    0.0
    """
    return log(part / USUAL_PART) - 0.18528 * (source - USUAL_AIR)


def air_heat_pump_cop(
    source: float, sink: float, part: float, running: float, frost: float, cop: float, rated_source: float,
    rated_sink: float, rated_part: float, size: float,
) -> float:  # fmt: skip
    """Heating COP of an air-source heat pump, with its cycling and defrosting. [1]

    Parameters
    ----------
    source, sink : float
        Entering air and leaving heated water. [degC]
    part : float
        Heat while running, over that at design. [1]
    running : float
        Heat wanted over heat while running: 1 unless it cycles. [1]
    frost : float
        Frost over that of the test at 2 degC (`frost_share`). [1]
    cop, rated_source, rated_sink, rated_part : float
        COP at the rated point, its temperatures and part load. [1, degC, 1]
    size : float
        Heat at 7 degC and a part load of 0.35. [W]

    References
    ----------
    See the module. Median error over the other points of models never fitted: 4.6 % (predictor by population medians 6.1 %).
    Valid for COLDEST_AIR..WARMEST_AIR and COOLEST_SINK..HOTTEST_SINK, part loads of 0.1..1.2.

    >>> round(air_heat_pump_cop(7.0, 27.0, 1.0, 1.0, 0.0, 4.5, 7.0, 27.0, 1.0, 5e3), 3)
    4.5
    """
    here, there = source - EVAPORATOR_AIR, sink + CONDENSER_AIR
    low, high = rated_source - EVAPORATOR_AIR, rated_sink + CONDENSER_AIR
    large = log(min(max(size, SMALLEST_RATED), LARGEST_RATED) / 5000.0)
    effort, rated_effort = air_effort(source, part), air_effort(rated_source, rated_part)
    own = log(cop / lorenz(low, high)) - air_efficiency(high - low, rated_effort, large, 0.0)
    keep = kept_share(0.81376, 0.50306, 0.33881, ((there - here) - (high - low)) / 10.0, effort - rated_effort)
    typical = air_efficiency(there - here, effort, large, frost) + 0.027625 * log(max(running, 0.05))
    return min(lorenz(here, there) * exp(typical + keep * own), most_cop(source, sink))


def running_sink(sink: float, span: float, running: float) -> float:
    """Leaving water while a machine of fixed speed runs, so that it comes out right on average. [degC]

    Parameters
    ----------
    sink : float
        Leaving water wanted on average. [degC]
    span : float
        By how much the full machine warms its water. [K]
    running : float
        Heat wanted over heat while running. [1]

    References
    ----------
    EN 14825, outlet temperature of fixed-capacity units at part load. Valid for constant water flow.

    >>> running_sink(30.0, 8.0, 0.5)
    34.0
    """
    return sink + span * (1.0 - running)


def heat_pump_capacity(source: float, sink: float, rated_source: float, rated_sink: float) -> float:
    """Most heat of a heat pump over that of its rated point. [1]

    Parameters
    ----------
    source, sink, rated_source, rated_sink : float
        Source and leaving heated water, and those of the rated point. [degC]

    References
    ----------
    See CAPACITY_SOURCE and CAPACITY_SINK. Valid as the COPs are.

    >>> round(heat_pump_capacity(-7.0, 35.0, 7.0, 35.0), 3)
    0.627
    """
    return exp(CAPACITY_SOURCE * (source - rated_source) + CAPACITY_SINK * (sink - rated_sink))


def cycling_share(running: float, steadiness: float) -> float:
    """COP of a machine that cycles over its COP while running, as EN 14825 degrades it with its coefficient Cc. [1]

    Parameters
    ----------
    running : float
        Heat wanted over heat while running, 0..1. [1]
    steadiness : float
        Cc: 1 loses nothing by cycling, 0.9 where it was not measured. [1]

    References
    ----------
    EN 14825, degradation of water-based units: CR / (Cc CR + 1 - Cc). Valid for 0..1.

    >>> round(cycling_share(0.5, 0.9), 3)
    0.909
    """
    return running / (steadiness * running + 1.0 - steadiness) if running > 0.0 else 1.0


def degraded_cop(cop: float, running: float, steadiness: float) -> float:
    """COP with cycling, but at least LEAST. [1]

    Parameters
    ----------
    cop : float
        While running. [1]
    running, steadiness : float
        As for `cycling_share`.

    References
    ----------
    `cycling_share`, whose formula falls below any bound where a machine hardly ever runs. Valid for 0..1.

    >>> degraded_cop(4.0, 0.001, 0.9)
    1.05
    """
    return max(cop * cycling_share(running, steadiness), LEAST)


def frost_share(air: Floats, humidity: Floats, saturated: Floats) -> Floats:
    """Frost on an outdoor coil over that in the laboratory at 2 degC dry and 1 degC wet bulb. [1]

    Parameters
    ----------
    air : array
        Outdoor air. [degC]
    humidity, saturated : array
        Its humidity, and that of saturated air 6 K colder, the coil's surface. [kg/kg]

    References
    ----------
    The bell around 2 degC is the shape fitted to the tests; in other humidities frost grows with what condenses on the coil,
    assumed 6 K colder than the air. Valid for -20..15 degC.

    >>> frost_share(np.array([2.0]), np.array([0.003654]), np.array([0.002697])).round(2).tolist()
    [1.0]
    """
    wet = np.maximum(humidity - saturated, 0.0) / FROST_HUMIDITY
    return np.asarray(np.exp(-(((air - 2.0) / 4.0) ** 2)) * wet)
