"""Absorption chillers by capacity and heat-input curves: single-effect on hot water, double-effect on engine exhaust.

Both follow the form of the EIR model with driving heat in the place of electric power. Curves are divided by their own value at
the rating point, so that any capacity and heat ratio scale them.
"""

from math import sqrt

from twin.physics.chiller import RATED_ENTERING, RATED_LEAVING
from twin.physics.curve import biquadratic, quadratic

# Curves "Absor-1-Cap-fCHWT&ECT", "Absor-1-HIR-fCHWT&ECT" and "Absor-1-HIR-fPLR" of DOE-2 in
# NREL/openstudio-standards, ashrae_90_1.curves.json.
SINGLE_CAPACITY_1, SINGLE_CAPACITY_2, SINGLE_CAPACITY_3 = 1.757428, 0.054774, -0.00290628
SINGLE_CAPACITY_4, SINGLE_CAPACITY_5, SINGLE_CAPACITY_6 = -0.035145, -0.000156, 0.000894
SINGLE_HEAT_1, SINGLE_HEAT_2, SINGLE_HEAT_3 = 0.691153, 0.005355, 0.000178
"""Of the entering condenser water alone."""
SINGLE_PART_1, SINGLE_PART_2, SINGLE_PART_3 = 0.087773, 0.744921, 0.167306
SINGLE_COLDEST, SINGLE_WARMEST, SINGLE_COOLEST, SINGLE_HOTTEST = 4.44444, 18.33333, 12.77778, 46.11111

# Curves "ExhAbsorb_CapFt", "ExhAbsorb_EIRFt" and "ExhAbsorb_PLR" of an exhaust-fired machine of 231 kW and a heat ratio of 1.39,
# from its maker, in EnergyPlus datasets/ExhaustFiredChiller.idf.
EXHAUST_CAPACITY_1, EXHAUST_CAPACITY_2, EXHAUST_CAPACITY_3 = -1.15131, -0.0801316, -0.00945353
EXHAUST_CAPACITY_4, EXHAUST_CAPACITY_5, EXHAUST_CAPACITY_6 = 0.209867, -0.00567055, 0.00943605
EXHAUST_HEAT_1, EXHAUST_HEAT_2, EXHAUST_HEAT_3 = 1.31195, -0.0159283, 0.000773725
EXHAUST_HEAT_4, EXHAUST_HEAT_5, EXHAUST_HEAT_6 = -0.0196279, 0.000378351, 0.0000558356
EXHAUST_PART_1, EXHAUST_PART_2, EXHAUST_PART_3 = 0.026280035, 0.678066088, 0.273905867
EXHAUST_COLDEST, EXHAUST_WARMEST, EXHAUST_COOLEST, EXHAUST_HOTTEST = 4.44444, 8.88889, 21.11111, 35.0

COLDEST_WATER = 3.0
"""Chilled water below which machines whose refrigerant is water do nothing: it evaporates some kelvin colder and freezes at 0
degC. [degC] Assumed."""


def single_effect_curves(leaving: float, entering: float) -> tuple[float, float, float]:
    """Capacity and heat input of a single-effect machine over those at the rating point, and 1 outside their range. [1]

    Parameters
    ----------
    leaving, entering : float
        Leaving chilled water, entering condenser water; outside the range its edge is used. [degC]

    References
    ----------
    DOE-2 curves named above. Valid for leaving 4.44..18.33 degC, entering 12.78..46.11 degC.

    >>> [round(share, 6) for share in single_effect_curves(6.67, 29.44)]
    [1.0, 1.0, 0.0]
    """
    cold = min(max(leaving, SINGLE_COLDEST), SINGLE_WARMEST)
    warm = min(max(entering, SINGLE_COOLEST), SINGLE_HOTTEST)
    able = biquadratic(
        cold, warm, SINGLE_CAPACITY_1, SINGLE_CAPACITY_2, SINGLE_CAPACITY_3, SINGLE_CAPACITY_4, SINGLE_CAPACITY_5,
        SINGLE_CAPACITY_6,
    )  # fmt: skip
    rated = biquadratic(
        RATED_LEAVING, RATED_ENTERING, SINGLE_CAPACITY_1, SINGLE_CAPACITY_2, SINGLE_CAPACITY_3, SINGLE_CAPACITY_4,
        SINGLE_CAPACITY_5, SINGLE_CAPACITY_6,
    )  # fmt: skip
    heat = quadratic(warm, SINGLE_HEAT_1, SINGLE_HEAT_2, SINGLE_HEAT_3)
    usual = quadratic(RATED_ENTERING, SINGLE_HEAT_1, SINGLE_HEAT_2, SINGLE_HEAT_3)
    return able / rated, heat / usual, 0.0 if cold == leaving and warm == entering else 1.0


def exhaust_curves(leaving: float, entering: float) -> tuple[float, float, float]:
    """Capacity and heat input of a double-effect exhaust machine over those at the rating point, and 1 outside their range. [1]

    Parameters
    ----------
    leaving, entering : float
        Leaving chilled water, entering condenser water; outside the range its edge is used. [degC]

    References
    ----------
    EnergyPlus curves named above. Valid for leaving 4.44..8.89 degC, entering 21.11..35 degC.

    >>> [round(share, 6) for share in exhaust_curves(6.67, 29.44)]
    [1.0, 1.0, 0.0]
    """
    cold = min(max(leaving, EXHAUST_COLDEST), EXHAUST_WARMEST)
    warm = min(max(entering, EXHAUST_COOLEST), EXHAUST_HOTTEST)
    able = biquadratic(
        cold, warm, EXHAUST_CAPACITY_1, EXHAUST_CAPACITY_2, EXHAUST_CAPACITY_3, EXHAUST_CAPACITY_4, EXHAUST_CAPACITY_5,
        EXHAUST_CAPACITY_6,
    )  # fmt: skip
    rated = biquadratic(
        RATED_LEAVING, RATED_ENTERING, EXHAUST_CAPACITY_1, EXHAUST_CAPACITY_2, EXHAUST_CAPACITY_3, EXHAUST_CAPACITY_4,
        EXHAUST_CAPACITY_5, EXHAUST_CAPACITY_6,
    )  # fmt: skip
    heat = biquadratic(
        cold, warm, EXHAUST_HEAT_1, EXHAUST_HEAT_2, EXHAUST_HEAT_3, EXHAUST_HEAT_4, EXHAUST_HEAT_5, EXHAUST_HEAT_6
    )
    usual = biquadratic(
        RATED_LEAVING, RATED_ENTERING, EXHAUST_HEAT_1, EXHAUST_HEAT_2, EXHAUST_HEAT_3, EXHAUST_HEAT_4, EXHAUST_HEAT_5,
        EXHAUST_HEAT_6,
    )  # fmt: skip
    return able / rated, heat / usual, 0.0 if cold == leaving and warm == entering else 1.0


def driving_heat(cooling: float, able: float, ratio: float, c1: float, c2: float, c3: float) -> float:
    """Heat that drives an absorption chiller at part load. [W]

    Parameters
    ----------
    cooling, able : float
        Cooling done, and the capacity at these temperatures. [W]
    ratio : float
        Cooling over driving heat at full load and these temperatures. [1]
    c1, c2, c3 : float
        Heat input over part load; divided by their sum, so that full load keeps the ratio. [1]

    References
    ----------
    DOE-2 form, as EnergyPlus ChillerHeater:Absorption:DoubleEffect. Valid for a cooling of 0..able; the constant part is
    burnt as long as the machine runs.

    >>> round(driving_heat(1000.0, 1000.0, 0.7, 0.1, 0.7, 0.2), 3)
    1428.571
    """
    if cooling <= 0.0 or able <= 0.0:
        return 0.0
    return able / ratio * quadratic(cooling / able, c1, c2, c3) / (c1 + c2 + c3)


def driven_cooling(heat: float, able: float, ratio: float, c1: float, c2: float, c3: float) -> float:
    """Cooling that an absorption chiller does on a given heat: `driving_heat` the other way round. [W]

    Parameters
    ----------
    heat, able : float
        Driving heat, and the capacity at these temperatures. [W]
    ratio, c1, c2, c3 : float
        See `driving_heat`; `c3` above 0.

    References
    ----------
    Quadratic formula. Valid for any heat: nothing below the constant part, the capacity above that of full load.

    >>> round(driven_cooling(1428.571, 1000.0, 0.7, 0.1, 0.7, 0.2))
    1000
    """
    if heat <= 0.0 or able <= 0.0:
        return 0.0
    level = c1 - heat * ratio / able * (c1 + c2 + c3)
    if level >= 0.0:
        return 0.0
    return able * min((sqrt(c2 * c2 - 4.0 * c3 * level) - c2) / (2.0 * c3), 1.0)
