"""Air-cooled direct expansion: cooling per power as a fixed share of Carnot's value."""

CONDENSER_APPROACH = 12.0
"""Condensing temperature over outdoor air. [K] Assumed; usual 10..15 K of air-cooled condensers."""
EVAPORATOR_APPROACH = 10.0
"""Air leaving the evaporator over the evaporating temperature. [K] Assumed; usual 7..12 K."""
LEAST_LIFT = 15.0
"""Smallest lift: head-pressure control keeps the expansion valve fed in cold weather. [K] Assumed."""
KELVIN = 273.15
"""Kelvin at 0 degC."""
RATED_FRACTION = 0.40
"""Share of Carnot's value, compressors and condenser fans. With air leaving at 17 degC it meets the defaults of REopt
(data/ashp/ashp_defaults.json, cooling 4.0, 3.5, 2.9, 2.2 at 70, 82, 95, 110 degF outdoors) within 8 %."""


def air_cooled_cop(supply: float, outdoor: float, fraction: float) -> float:
    """Cooling over power of compressors and condenser fans. [1]

    Parameters
    ----------
    supply, outdoor : float
        Air leaving the evaporator, and outdoor air. [degC]
    fraction : float
        Share of Carnot's value. [1]

    References
    ----------
    Carnot cooling cycle between evaporating and condensing temperature; see the approaches above. Valid for supply of
    10..30 degC and outdoor air up to 50 degC; colder air does not better it below the least lift.

    >>> round(air_cooled_cop(17.0, 35.0, RATED_FRACTION), 2)
    2.8
    """
    cold = supply - EVAPORATOR_APPROACH
    lift = max(outdoor + CONDENSER_APPROACH - cold, LEAST_LIFT)
    return fraction * (cold + KELVIN) / lift
