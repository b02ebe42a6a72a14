"""Polynomials in which makers and standards publish the performance of machines."""


def quadratic(x: float, c1: float, c2: float, c3: float) -> float:
    """Evaluate c1 + c2 x + c3 x^2.

    References
    ----------
    Term order of EnergyPlus Curve:Quadratic (Input Output Reference). Units and range are those of the coefficients.

    >>> quadratic(2.0, 1.0, 1.0, 1.0)
    7.0
    """
    return c1 + x * (c2 + x * c3)


def cubic(x: float, c1: float, c2: float, c3: float, c4: float) -> float:
    """Evaluate c1 + c2 x + c3 x^2 + c4 x^3.

    References
    ----------
    Term order of EnergyPlus Curve:Cubic (Input Output Reference). Units and range are those of the coefficients.

    >>> cubic(2.0, 1.0, 1.0, 1.0, 1.0)
    15.0
    """
    return c1 + x * (c2 + x * (c3 + x * c4))


def biquadratic(x: float, y: float, c1: float, c2: float, c3: float, c4: float, c5: float, c6: float) -> float:
    """Evaluate c1 + c2 x + c3 x^2 + c4 y + c5 y^2 + c6 x y.

    References
    ----------
    Term order of EnergyPlus Curve:Biquadratic (Input Output Reference). Units and range are those of the coefficients.

    >>> biquadratic(1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    11.0
    """
    return c1 + c2 * x + c3 * x * x + c4 * y + c5 * y * y + c6 * x * y
