"""Electric chillers by the EIR model, with the curves of two real machines, one of fixed and one of variable speed.

The curves are those of the data-set row that is named above them, from the CoolTools project, as published with EnergyPlus
(datasets/Chillers.idf) and in the LBNL Modelica Buildings library (Buildings.Fluid.Chillers.Data.ElectricEIR). Divided by
their own value at the rating point they start from 1 there, so that any rated capacity and COP scale them.
"""

from twin.physics.air import ABSOLUTE_ZERO
from twin.physics.curve import biquadratic, quadratic

RATED_LEAVING = 6.67
"""Leaving chilled water at the rating point. [degC] AHRI 550/590-2015 (44 degF)."""
RATED_ENTERING = 29.44
"""Entering condenser water at the rating point. [degC] AHRI 550/590-2015 (85 degF)."""
COLDEST_LEAVING = 4.44
"""Coldest leaving water of both rows. [degC] TEvaLvgMin."""
WARMEST_LEAVING = 8.89
"""Warmest leaving water of both rows. [degC] TEvaLvgMax."""

EVAPORATOR_APPROACH, CONDENSER_APPROACH = 2.0, 7.0
"""Refrigerant below leaving chilled water, and above entering condenser water (5 K of warming and 2 K). [K] Assumed."""
CAPACITY_SLOPE, LEAST_CAPACITY = 0.03, 0.1
"""Capacity lost per kelvin of colder water, with the density of the suction gas [1/K], and what is always left. Assumed; 0.72 at -5 degC."""

# Row "ElectricEIRChiller York YT 1758kW/6.28COP/Vanes", reference 6.67/29.44 degC; 6.32 at the rating point.
FIXED_CAPACITY_1, FIXED_CAPACITY_2, FIXED_CAPACITY_3 = 0.7079149, -0.002006276, -0.002596043
FIXED_CAPACITY_4, FIXED_CAPACITY_5, FIXED_CAPACITY_6 = 0.03005922, -0.001056423, 0.002045705
FIXED_EIR_1, FIXED_EIR_2, FIXED_EIR_3 = 0.5605391, -0.01377994, 6.569542e-05
FIXED_EIR_4, FIXED_EIR_5, FIXED_EIR_6 = 0.01321951, 0.0002686074, -0.0005011451
FIXED_PART_1, FIXED_PART_2, FIXED_PART_3 = 0.1861223, 0.5482049, 0.2647377
FIXED_COOLEST, FIXED_HOTTEST, FIXED_SMALLEST = 15.56, 35.0, 0.2

# Row "ElectricEIRChiller Trane CVHE 1442kW/6.61COP/VSD", reference 5.56/23.89 degC; 5.98 at the rating point.
VARIABLE_CAPACITY_1, VARIABLE_CAPACITY_2, VARIABLE_CAPACITY_3 = 0.4007341, 0.001148568, 0.0001049504
VARIABLE_CAPACITY_4, VARIABLE_CAPACITY_5, VARIABLE_CAPACITY_6 = 0.05574667, -0.001646131, 0.0013232
VARIABLE_EIR_1, VARIABLE_EIR_2, VARIABLE_EIR_3 = 0.6287646, -0.03024605, 0.0006137016
VARIABLE_EIR_4, VARIABLE_EIR_5, VARIABLE_EIR_6 = 0.01805826, 0.0001640653, -0.0001113802
VARIABLE_PART_1, VARIABLE_PART_2, VARIABLE_PART_3 = 0.09299787, 0.3244475, 0.5818753
VARIABLE_COOLEST, VARIABLE_HOTTEST, VARIABLE_SMALLEST = 12.78, 35.0, 0.1


def fixed_speed_curves(leaving: float, entering: float) -> tuple[float, float]:
    """Capacity and EIR of a large fixed-speed centrifugal chiller with inlet vanes, over those at the rating point. [1]

    Parameters
    ----------
    leaving, entering : float
        Leaving chilled water, entering condenser water. [degC]

    Returns
    -------
    tuple of float
        Capacity, and electric input per cooling at full load.

    References
    ----------
    EnergyPlus Engineering Reference, Chiller:Electric:EIR, CAPFT and EIRFT; row York YT 1758 kW, COP 6.28. Valid for
    leaving 4.44..8.89 degC, entering 15.56..35 degC.

    >>> [round(share, 6) for share in fixed_speed_curves(6.67, 29.44)]
    [1.0, 1.0]
    """
    able = biquadratic(
        leaving, entering, FIXED_CAPACITY_1, FIXED_CAPACITY_2, FIXED_CAPACITY_3, FIXED_CAPACITY_4, FIXED_CAPACITY_5,
        FIXED_CAPACITY_6,
    )  # fmt: skip
    rated = biquadratic(
        RATED_LEAVING, RATED_ENTERING, FIXED_CAPACITY_1, FIXED_CAPACITY_2, FIXED_CAPACITY_3, FIXED_CAPACITY_4,
        FIXED_CAPACITY_5, FIXED_CAPACITY_6,
    )  # fmt: skip
    eir = biquadratic(leaving, entering, FIXED_EIR_1, FIXED_EIR_2, FIXED_EIR_3, FIXED_EIR_4, FIXED_EIR_5, FIXED_EIR_6)
    usual = biquadratic(
        RATED_LEAVING, RATED_ENTERING, FIXED_EIR_1, FIXED_EIR_2, FIXED_EIR_3, FIXED_EIR_4, FIXED_EIR_5, FIXED_EIR_6
    )
    return able / rated, eir / usual


def variable_speed_curves(leaving: float, entering: float) -> tuple[float, float]:
    """Capacity and EIR of a variable-speed centrifugal chiller, over those at the rating point. [1]

    Parameters
    ----------
    leaving, entering : float
        Leaving chilled water, entering condenser water. [degC]

    Returns
    -------
    tuple of float
        Capacity, and electric input per cooling at full load.

    References
    ----------
    EnergyPlus Engineering Reference, Chiller:Electric:EIR, CAPFT and EIRFT; row Trane CVHE 1442 kW. Valid for leaving
    4.44..8.89 degC, entering 12.78..35 degC.

    >>> [round(share, 6) for share in variable_speed_curves(6.67, 29.44)]
    [1.0, 1.0]
    """
    able = biquadratic(
        leaving, entering, VARIABLE_CAPACITY_1, VARIABLE_CAPACITY_2, VARIABLE_CAPACITY_3, VARIABLE_CAPACITY_4,
        VARIABLE_CAPACITY_5, VARIABLE_CAPACITY_6,
    )  # fmt: skip
    rated = biquadratic(
        RATED_LEAVING, RATED_ENTERING, VARIABLE_CAPACITY_1, VARIABLE_CAPACITY_2, VARIABLE_CAPACITY_3,
        VARIABLE_CAPACITY_4, VARIABLE_CAPACITY_5, VARIABLE_CAPACITY_6,
    )  # fmt: skip
    eir = biquadratic(
        leaving, entering, VARIABLE_EIR_1, VARIABLE_EIR_2, VARIABLE_EIR_3, VARIABLE_EIR_4, VARIABLE_EIR_5,
        VARIABLE_EIR_6,
    )  # fmt: skip
    usual = biquadratic(
        RATED_LEAVING, RATED_ENTERING, VARIABLE_EIR_1, VARIABLE_EIR_2, VARIABLE_EIR_3, VARIABLE_EIR_4, VARIABLE_EIR_5,
        VARIABLE_EIR_6,
    )  # fmt: skip
    return able / rated, eir / usual


def colder_than_curves(leaving: float, entering: float) -> tuple[float, float]:
    """Capacity and EIR over those at the coldest leaving water of the curves, for water and brine that are colder. [1]

    Parameters
    ----------
    leaving, entering : float
        Leaving chilled water, entering condenser water. [degC]

    References
    ----------
    EIR in proportion to Carnot's, with the approaches above; no machine of the data set has curves for brine below 3.3 degC. Valid
    for leaving water of -10 degC and more; ones from the edge of the curves on.

    >>> [round(share, 3) for share in colder_than_curves(-5.0, 25.0)], colder_than_curves(7.0, 25.0)
    ([0.717, 1.366], (1.0, 1.0))
    """
    if leaving >= COLDEST_LEAVING:
        return 1.0, 1.0
    hot = max(entering + CONDENSER_APPROACH, COLDEST_LEAVING + EVAPORATOR_APPROACH)
    here, edge = leaving - EVAPORATOR_APPROACH, COLDEST_LEAVING - EVAPORATOR_APPROACH
    carnot = (hot - here) / (here + ABSOLUTE_ZERO) / ((hot - edge) / (edge + ABSOLUTE_ZERO))
    return max(1.0 - CAPACITY_SLOPE * (COLDEST_LEAVING - leaving), LEAST_CAPACITY), carnot


def chiller_power(
    load: float, able: float, cop: float, eir: float, c1: float, c2: float, c3: float, smallest: float
) -> float:
    """Compressor power of a chiller that does `load`; below its smallest part load it cycles. [W]

    Parameters
    ----------
    load, able : float
        Cooling done, and the capacity at these temperatures. [W]
    cop, eir : float
        Rated COP, and EIR over the rated one at these temperatures. [1]
    c1, c2, c3 : float
        EIR over part load; divided by their sum, so that full load keeps the rated COP. [1]
    smallest : float
        Smallest part-load ratio without cycling. [1]

    References
    ----------
    EnergyPlus Engineering Reference, Chiller:Electric:EIR, power and cycling ratio. Valid for loads of 0..able.

    >>> chiller_power(1000.0, 1000.0, 5.0, 1.0, 0.2, 0.5, 0.3, 0.2)
    200.0
    """
    if load <= 0.0 or able <= 0.0:
        return 0.0
    part = load / able
    cycling = min(part / smallest, 1.0)
    return able / cop * eir * quadratic(max(part, smallest), c1, c2, c3) / (c1 + c2 + c3) * cycling


def fixed_speed_chiller(
    load: float, capacity: float, cop: float, leaving: float, entering: float
) -> tuple[float, float, float]:
    """Cooling done [W], power [W], and 1 when the water is outside the range of the curves (their edge is used then, below their
    coldest water with Carnot's correction).

    Parameters
    ----------
    load, capacity : float
        Cooling wanted, and cooling at the rating point. [W]
    cop : float
        Rated COP. [1]
    leaving, entering : float
        Leaving chilled water, entering condenser water. [degC]

    References
    ----------
    See `fixed_speed_curves` and `chiller_power`, same range; part load from 0.2 without cycling.

    >>> [round(value) for value in fixed_speed_chiller(9e6, 4.5e6, 5.9, 6.67, 29.44)]
    [4500000, 762712, 0]
    """
    cold = min(max(leaving, COLDEST_LEAVING), WARMEST_LEAVING)
    warm = min(max(entering, FIXED_COOLEST), FIXED_HOTTEST)
    share, eir = fixed_speed_curves(cold, warm)
    less, more = colder_than_curves(leaving, warm)
    able, eir = capacity * share * less, eir * more
    done = min(max(load, 0.0), able)
    power = chiller_power(done, able, cop, eir, FIXED_PART_1, FIXED_PART_2, FIXED_PART_3, FIXED_SMALLEST)
    return done, power, 0.0 if cold == leaving and warm == entering else 1.0


def variable_speed_chiller(
    load: float, capacity: float, cop: float, leaving: float, entering: float
) -> tuple[float, float, float]:
    """Cooling done [W], power [W], and 1 when the water is outside the range of the curves (their edge is used then, below their
    coldest water with Carnot's correction).

    Parameters
    ----------
    load, capacity : float
        Cooling wanted, and cooling at the rating point. [W]
    cop : float
        Rated COP. [1]
    leaving, entering : float
        Leaving chilled water, entering condenser water. [degC]

    References
    ----------
    See `variable_speed_curves` and `chiller_power`, same range; part load from 0.1 without cycling.

    >>> [round(value) for value in variable_speed_chiller(9e6, 4.5e6, 5.9, 6.67, 29.44)]
    [4500000, 762712, 0]
    """
    cold = min(max(leaving, COLDEST_LEAVING), WARMEST_LEAVING)
    warm = min(max(entering, VARIABLE_COOLEST), VARIABLE_HOTTEST)
    share, eir = variable_speed_curves(cold, warm)
    less, more = colder_than_curves(leaving, warm)
    able, eir = capacity * share * less, eir * more
    done = min(max(load, 0.0), able)
    power = chiller_power(done, able, cop, eir, VARIABLE_PART_1, VARIABLE_PART_2, VARIABLE_PART_3, VARIABLE_SMALLEST)
    return done, power, 0.0 if cold == leaving and warm == entering else 1.0
