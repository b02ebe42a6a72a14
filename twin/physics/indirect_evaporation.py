"""Heat exchange between hall air and outdoor air over plates, dry or sprayed on the outdoor side."""

from math import log

from twin.physics.air import enthalpy as moist_enthalpy
from twin.physics.air import saturation_humidity
from twin.physics.exchanger import counterflow_effectiveness
from twin.physics.tower import saturation_enthalpy

SHARE_CLOSE = 1e-9
"""Heat left over that ends the search for a flow, over the heat. [1]"""


def exchanger_units(effectiveness: float, ratio: float) -> float:
    """Number of transfer units that give a counterflow exchanger an effectiveness. [1]

    Parameters
    ----------
    effectiveness, ratio : float
        Effectiveness, below 1, and smaller over larger capacity flow, 0..1. [1]

    References
    ----------
    Incropera et al., Fundamentals of Heat and Mass Transfer, 7th ed., table 11.4, counterflow. Valid for 0..1.

    >>> round(exchanger_units(0.6, 1.0), 6), round(counterflow_effectiveness(exchanger_units(0.7, 0.25), 0.25), 6)
    (1.5, 0.7)
    """
    if ratio > 0.9999:
        return effectiveness / (1.0 - effectiveness)
    return log((1.0 - ratio * effectiveness) / (1.0 - effectiveness)) / (1.0 - ratio)


def saturated_heat(hot: float, wet_bulb: float, pressure: float) -> float:
    """Heat that a kg of saturated air takes per kelvin between its wet bulb and the hot side. [J/kgK]

    Parameters
    ----------
    hot, wet_bulb : float
        Hot side, and wet bulb of the air that enters. [degC]
    pressure : float
        Barometric pressure. [Pa]

    References
    ----------
    Braun, Klein and Mitchell, Effectiveness models for cooling towers and cooling coils, ASHRAE Transactions 95(2), 1989:
    the chord of the saturation enthalpy. A sprayed exchanger with it takes up to 3 % more than one solved cell by cell at a wet bulb
    of 25 degC, 5 % at 19 degC, 10 % at 5 degC and half the outdoor air. Valid for 0..60 degC.

    >>> round(saturated_heat(36.0, 19.0, 101325.0))
    4682
    """
    if hot - wet_bulb < 0.01:
        hot = wet_bulb + 0.01
    return (saturation_enthalpy(hot, pressure) - saturation_enthalpy(wet_bulb, pressure)) / (hot - wet_bulb)


def exchange(hot: float, cold: float, conductance: float, primary: float, secondary: float) -> float:
    """Heat from hall air to outdoor air: with the dry bulb and plain air on a dry exchanger, with the wet bulb and saturated
    air on a sprayed one. [W]

    Plates with narrow channels are laminar, so that their conductance does not change with the flows (assumed).

    Parameters
    ----------
    hot, cold : float
        Hall air entering; outdoor air's dry or wet bulb. [degC]
    conductance : float
        Of the exchanger. [W/K]
    primary, secondary : float
        Capacity flows of hall air and of outdoor air. [W/K]

    References
    ----------
    Effectiveness against the secondary dry or wet bulb, as EnergyPlus Engineering Reference has it for
    EvaporativeCooler:Indirect:ResearchSpecial; flows by the counterflow relation. Valid where the hall air stays dry.

    >>> round(exchange(36.0, 20.0, 1500.0, 1000.0, 1000.0), 6)
    9600.0
    """
    if hot <= cold or primary <= 0.0 or secondary <= 0.0:
        return 0.0
    small, large = min(primary, secondary), max(primary, secondary)
    return small * counterflow_effectiveness(conductance / small, small / large) * (hot - cold)


def secondary_share(
    heat: float, hot: float, cold: float, conductance: float, primary: float, secondary: float
) -> float:
    """Share of the full outdoor air that takes `heat`; 1 when even full flow takes less, by false position (Pegasus). [1]

    Parameters
    ----------
    heat : float
        Heat to be taken. [W] The other arguments are those of `exchange` at full outdoor air.

    References
    ----------
    `exchange` solved for the secondary flow. Pegasus: Dowell and Jarratt, BIT 12, 1972. Valid for 0..1.

    >>> round(secondary_share(9600.0, 36.0, 20.0, 1500.0, 1000.0, 2000.0), 4)
    0.5
    """
    if heat <= 0.0:
        return 0.0
    first, before, share = 0.0, -heat, 1.0
    off = exchange(hot, cold, conductance, primary, secondary) - heat
    if off <= 0.0:
        return 1.0
    for _ in range(60):
        if abs(off) <= SHARE_CLOSE * heat:
            break
        fresh = share - off * (share - first) / (off - before)
        found = exchange(hot, cold, conductance, primary, secondary * fresh) - heat
        if found * off < 0.0:
            first, before = share, off
        else:
            before *= off / (off + found)
        share, off = fresh, found
    return share


def saturated_temperature(enthalpy: float, above: float, pressure: float) -> float:
    """Temperature of saturated air of an enthalpy, by Newton steps from above. [degC]

    Parameters
    ----------
    enthalpy : float
        Per kg of dry air. [J/kg]
    above : float
        A temperature that is not below the answer. [degC]
    pressure : float
        Barometric pressure. [Pa]

    References
    ----------
    `twin.physics.tower.saturation_enthalpy` inverted; it is convex, so that the steps never pass the answer. Valid for
    -40..60 degC.

    >>> round(saturated_temperature(saturation_enthalpy(25.0, 101325.0), 36.0, 101325.0), 6)
    25.0
    """
    found = above
    for _ in range(12):
        here = saturation_enthalpy(found, pressure)
        slope = (here - saturation_enthalpy(found - 0.001, pressure)) / 0.001
        found -= (here - enthalpy) / slope
    return found


def evaporated(heat: float, air: float, temperature: float, humidity: float, hot: float, pressure: float) -> float:
    """Water that outdoor air takes up when it takes `heat` from wet plates and leaves saturated. [kg/s]

    Parameters
    ----------
    heat : float
        Heat taken from the hall air. [W]
    air : float
        Outdoor air. [kg/s]
    temperature, humidity : float
        Of the outdoor air. [degC], [kg/kg]
    hot : float
        Hall air entering: outdoor air cannot leave hotter. [degC]
    pressure : float
        Barometric pressure. [Pa]

    References
    ----------
    Heat and mass balance of the outdoor air; saturated leaving air is assumed and gives the most water. Valid where `heat`
    comes from `exchange` with the wet bulb.

    >>> round(evaporated(9600.0, 1.0, 25.0, 0.010, 36.0, 101325.0), 5)
    0.00551
    """
    if heat <= 0.0 or air <= 0.0:
        return 0.0
    enthalpy = moist_enthalpy(temperature, humidity) + heat / air
    leaving = saturated_temperature(enthalpy, max(hot, temperature), pressure)
    return air * max(saturation_humidity(leaving, pressure) - humidity, 0.0)


def makeup(evaporation: float, drift: float, cycles: float) -> float:
    """Water that replaces what evaporates, drifts off and is blown down. [kg/s]

    Parameters
    ----------
    evaporation : float
        Evaporated water. [kg/s]
    drift : float
        Droplets carried off, over the evaporated water. [1]
    cycles : float
        Concentration of dissolved solids over that of the mains, above 1. [1]

    References
    ----------
    ASHRAE Handbook HVAC Systems and Equipment 2020, ch. 40: blow-down is evaporation / (cycles - 1) less drift. Valid for
    more than 1 cycle.

    >>> makeup(3.0, 0.0, 4.0)
    4.0
    """
    carried = evaporation * drift
    return evaporation + carried + max(evaporation / (cycles - 1.0) - carried, 0.0)
