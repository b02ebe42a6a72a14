"""What a surface of a room looks like from the room: conductances to air and radiant node, and loads at 0 degC."""


def seen_from_room(
    area: float, still: float, exchange: float, weight: float, drive: float
) -> tuple[float, float, float, float, float]:
    """Eliminate an inside surface.

    Parameters
    ----------
    area : float
        Of the surface. [m2]
    still, exchange : float
        Convection to the air and long-wave exchange with the radiant node. [W/m2K]
    weight : float
        Sum of all conductances at the surface, above 0. [W/m2K]
    drive : float
        Heat to the surface from behind it and from light, were it at 0 degC. [W/m2]

    Returns
    -------
    heat the air loses per kelvin of its own, heat between air and radiant node, heat the radiant node loses per kelvin of its own
    [W/K]; heat to the air and to the radiant node at 0 degC [W].

    References
    ----------
    Norton's theorem on the star of one surface. Valid for any linear surface balance.

    >>> [round(part, 3) for part in seen_from_room(10.0, 2.0, 5.0, 10.0, 30.0)]
    [16.0, 10.0, 25.0, 60.0, 150.0]
    """
    share = area / weight
    to_air, to_star = still * share, exchange * share
    return (
        still * (area - to_air), to_air * exchange, exchange * (area - to_star), to_air * drive, to_star * drive,
    )  # fmt: skip
