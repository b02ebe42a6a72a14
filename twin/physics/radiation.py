"""Long-wave exchange between surfaces, made linear at their temperatures."""

from twin.physics.convection import STEFAN


def glance(first: float, second: float) -> float:
    """Conductance of long-wave exchange between two black surfaces: exact for the temperatures given. [W/m2K]

    Parameters
    ----------
    first, second : float
        Temperatures. [degC]

    References
    ----------
    Factors of the difference of fourth powers, for instance Incropera et al., 7th ed., eq. 1.9. Valid for any temperatures.

    >>> round(glance(20.0, 20.0), 3)
    5.714
    """
    one, two = first + 273.15, second + 273.15
    return STEFAN * (one * one + two * two) * (one + two)
