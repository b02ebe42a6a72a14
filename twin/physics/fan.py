"""Power of fans and pumps at part flow, as shares of their design power."""

from twin.physics.curve import cubic


def vav_fan_power_share(flow_share: float) -> float:
    """Power of a variable-speed VAV fan as a share of its design power. [1]

    Parameters
    ----------
    flow_share : float
        Air flow over design flow, 0..1. Below 0.1 the power of 0.1 is used, as fans do not run slower. [1]

    References
    ----------
    ANSI/ASHRAE/IES 90.1-2019, G3.1.3.15, method 2 (equation with 0.0013, 0.1470, 0.9506, -0.0998). Valid for 0.1..1.

    >>> round(vav_fan_power_share(1.0), 4)
    0.9991
    """
    share = max(flow_share, 0.1)
    return cubic(share, 0.0013, 0.1470, 0.9506, -0.0998)


def variable_pump_power_share(flow_share: float) -> float:
    """Power of a variable-speed pump on a loop with differential-pressure reset, as a share of design power. [1]

    Parameters
    ----------
    flow_share : float
        Water flow over design flow, 0..1. [1]

    References
    ----------
    PNNL and OpenStudio prototype buildings for ANSI/ASHRAE/IES 90.1, pump with pressure reset: 0, 0.0205, 0.4101, 0.5753.
    Valid for 0..1.

    >>> round(variable_pump_power_share(1.0), 4)
    1.0059
    """
    return cubic(flow_share, 0.0, 0.0205, 0.4101, 0.5753)


def affinity_power_share(speed_share: float) -> float:
    """Power of a fan or pump on a fixed system, with the cube of its speed, as a share of design power. [1]

    Parameters
    ----------
    speed_share : float
        Speed, and so flow, over its design value, 0..1. [1]

    References
    ----------
    Affinity laws, ASHRAE Handbook HVAC Systems and Equipment 2020, ch. 21 (fans) and 44 (pumps). Valid for 0.2..1.

    >>> affinity_power_share(0.5)
    0.125
    """
    return speed_share * speed_share * speed_share
