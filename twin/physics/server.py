"""Power of servers and of the conversion path that feeds them."""


def server_power(utilisation: float, idle: float, peak: float, exponent: float) -> float:
    """Power of a server at a CPU utilisation u: idle + (peak - idle)(2u - u^r). [W]

    Parameters
    ----------
    utilisation : float
        Mean CPU utilisation, 0..1. [1]
    idle, peak : float
        Power at 0 and at 1. [W]
    exponent : float
        The paper's r: 1 is a straight line, more is steeper near idle; 1.4 was fitted to thousands of servers. [1]

    References
    ----------
    Fan, Weber and Barroso, Power provisioning for a warehouse-sized computer, ISCA 2007, section 2.4. Valid for 0..1 and
    exponents of 1..2.

    >>> round(server_power(0.5, 100.0, 300.0, 1.4), 2), server_power(0.5, 100.0, 300.0, 1.0)
    (224.21, 200.0)
    """
    bent: float = utilisation**exponent
    return idle + (peak - idle) * (2.0 * utilisation - bent)


def conversion_loss(load: float, rating: float, fixed: float, proportional: float, square: float) -> float:
    """Loss of a conversion path: one part is always there, one follows the load, one its square. [W]

    Parameters
    ----------
    load, rating : float
        Power given, and power for which the path is built. [W]
    fixed, proportional, square : float
        The three parts at full load, over the rating. [1]

    References
    ----------
    The split that makers of uninterruptible supplies use (Schneider Electric white paper 108, Making large UPS systems more
    efficient: no-load, proportional and square-law losses). Valid for 0..1 of the rating.

    >>> round(conversion_loss(50.0, 100.0, 0.008, 0.012, 0.01), 4)
    1.65
    """
    if rating <= 0.0:
        return 0.0
    share = load / rating
    return rating * (fixed + share * (proportional + share * square))
