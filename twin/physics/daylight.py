"""Daylight in rooms, and lamps that dim with it."""

WORKING_PLANE = 2.0
"""Light on the working plane over the mean on all surfaces for a sky seen through a wall: Crisp and Littlefair, Average
daylight factor prediction, CIBSE National Lighting Conference 1984, with the wall's illuminance theta/2 of the sky's."""


def interior_illuminance(
    vertical: float, transmittance: float, window: float, surfaces: float, reflectance: float
) -> float:
    """Mean daylight on the working plane of a room with windows in a wall. [lx]

    Diffuse light is meant; beam that falls on the working plane as a patch is spread over the room too.

    Parameters
    ----------
    vertical : float
        Illuminance on the outside of the window: solar.LUMINOUS_EFFICACY times its irradiance. [lx]
    transmittance : float
        Of the glass for visible light, with its dirt and frame share. [1]
    window, surfaces : float
        Glass, and floor, ceiling and walls with windows. [m2]
    reflectance : float
        Area-weighted mean of all surfaces, 0..1, usually 0.5. [1]

    References
    ----------
    Average daylight factor, DF = T W theta / (A (1 - R^2)) in percent and degrees: CIBSE Lighting Guide 10:2014; Tregenza and
    Sharples, Daylight Algorithms, 1993, algorithm 2.12. The sky on the wall is theta / 2 percent of that on open ground, hence
    E = WORKING_PLANE Ev T W / (A (1 - R^2)). Valid for rooms up to about 6 m deep; deeper ones are dim at the back.

    >>> round(interior_illuminance(10000.0, 0.6, 4.0, 100.0, 0.5))
    640
    """
    return WORKING_PLANE * vertical * transmittance * window / (surfaces * (1.0 - reflectance * reflectance))


def dimming(illuminance: float, target: float, minimum_power: float, minimum_light: float) -> float:
    """Power of continuously dimmed lamps as a share of full power. [1]

    Parameters
    ----------
    illuminance, target : float
        Daylight there is, and light wanted, above 0, which the lamps give at full power. [lx]
    minimum_power, minimum_light : float
        Shares of power and light at the lower end of dimming, below 1; usually 0.3 and 0.2. [1]

    References
    ----------
    EnergyPlus Engineering Reference, Time-Step Daylighting Calculation, Continuous Dimming Control. Valid for any daylight.

    >>> [round(dimming(light, 500.0, 0.3, 0.2), 4) for light in (0.0, 250.0, 500.0)]
    [1.0, 0.5625, 0.3]
    """
    light = max(target - illuminance, 0.0) / target
    if light < minimum_light:
        return minimum_power
    return (light + (1.0 - light) * minimum_power - minimum_light) / (1.0 - minimum_light)
