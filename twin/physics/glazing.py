"""Optics of windows pane by pane: what passes and what each pane absorbs, by angle and for diffuse light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
COSINES = np.cos(np.radians(np.arange(0.0, 90.5, 1.0)))
"""Cosines of incidence at which a window is worked out: every degree."""
CLEAR_TRANSMITTANCE = (-0.0015, 3.355, -3.840, 1.460, 0.0288)
CLEAR_REFLECTANCE = (0.999, -0.563, 2.043, -2.532, 1.054)
BRONZE_TRANSMITTANCE = (-0.002, 2.813, -2.341, -0.05725, 0.599)
BRONZE_REFLECTANCE = (0.997, -1.868, 6.513, -7.862, 3.225)
"""Angular curves of coated glass, powers of the cosine from 0 to 4. EnergyPlus Engineering Reference, Window Calculation
Module, Angular Properties for Coated Glass (after WINDOW 4)."""
GASES = {
    "air": (2.873e-3, 7.760e-5, 3.723e-6, 4.940e-8, 1006.1, 28.97),
    "argon": (2.285e-3, 5.149e-5, 3.379e-6, 6.451e-8, 521.9, 39.948),
    "krypton": (9.443e-4, 2.826e-5, 2.213e-6, 7.777e-8, 248.1, 83.80),
    "xenon": (4.538e-4, 1.723e-5, 1.069e-6, 7.414e-8, 158.3, 131.30),
}
"""Conductivity [W/mK] and viscosity [Pa s], each constant and per kelvin, specific heat [J/kgK] and molar mass [kg/kmol].
ISO 15099:2003, annex B."""
CLEAR_FROM = 0.645
"""Coated panes that transmit more than this follow the clear curve, others the bronze one. Same source."""


@dataclass(frozen=True)
class Optics:
    """Shares of the light that falls on a window: at COSINES (passed, and (panes, cosines) absorbed) and for diffuse light.

    `back` is for diffuse light from the room: what passes out, and what each pane absorbs of it.
    """

    passed: Floats
    absorbed: Floats
    passed_diffuse: float
    absorbed_diffuse: Floats
    passed_back: float
    absorbed_back: Floats


def pane(transmittance: float, front: float, back: float) -> tuple[Floats, Floats, Floats]:
    """Transmittance and both reflectances of one pane at COSINES from those at normal incidence.

    Parameters
    ----------
    transmittance, front, back : of the solar spectrum at normal incidence; equal reflectances mean plain glass. [1]

    References
    ----------
    Plain glass: refractive index and extinction from the normal properties, then Fresnel's equations for both polarisations
    (EnergyPlus Engineering Reference, Window Calculation Module, uncoated glass). Coated glass: the curves above.

    >>> passed, front, back = pane(0.834, 0.075, 0.075)
    >>> [round(float(each[60]), 3) for each in (passed, front)]
    [0.748, 0.143]
    """
    if abs(front - back) > 1e-6:
        clear = transmittance > CLEAR_FROM
        shape = np.polynomial.polynomial.polyval(COSINES, CLEAR_TRANSMITTANCE if clear else BRONZE_TRANSMITTANCE)
        mirror = np.polynomial.polynomial.polyval(COSINES, CLEAR_REFLECTANCE if clear else BRONZE_REFLECTANCE) - shape
        passed = np.clip(transmittance * shape, 0.0, 1.0)
        mirrored = [np.clip(each * (1.0 - mirror) + mirror, 0.0, 1.0 - passed) for each in (front, back)]
        return passed, mirrored[0], mirrored[1]
    beta = transmittance**2 - front**2 + 2.0 * front + 1.0
    face = (beta - np.sqrt(beta**2 - 4.0 * (2.0 - front) * front)) / (2.0 * (2.0 - front))
    index = (1.0 + np.sqrt(face)) / (1.0 - np.sqrt(face))
    depth = -np.log((front - face) / (face * transmittance))
    inside = np.sqrt(1.0 - (1.0 - COSINES**2) / index**2)
    dim = np.exp(-depth / inside)
    passed, mirrored = np.zeros_like(COSINES), np.zeros_like(COSINES)
    for one, other in ((COSINES, inside), (inside, COSINES)):
        bounce = ((one - index * other) / (one + index * other)) ** 2
        passed += 0.5 * (1.0 - bounce) ** 2 * dim / (1.0 - (bounce * dim) ** 2)
        mirrored += 0.5 * bounce * (1.0 + (1.0 - bounce) ** 2 * dim**2 / (1.0 - (bounce * dim) ** 2))
    return passed, mirrored, mirrored


def window(transmittance: Sequence[float], front: Sequence[float], back: Sequence[float]) -> Optics:
    """Optics of panes from outside to inside, with all reflections between them.

    >>> glass = window([0.834, 0.834], [0.075, 0.075], [0.075, 0.075])
    >>> round(float(glass.passed[0]), 3), round(float(glass.passed[60]), 3), round(glass.passed_diffuse, 3)
    (0.699, 0.572, 0.6)
    """
    panes = [pane(*each) for each in zip(transmittance, front, back, strict=True)]
    passed, absorbed = _stack(panes)
    out, taken = _stack([(t, b, f) for t, f, b in reversed(panes)])
    weights = _hemisphere()
    return Optics(
        passed,
        absorbed,
        float(passed @ weights),
        absorbed @ weights,
        float(out @ weights),
        (taken @ weights)[::-1],
    )


def _hemisphere() -> Floats:
    """Weights that average over diffuse light: twice cosine times sine, by the trapezoidal rule over the angle."""
    weights = 2.0 * COSINES * np.sqrt(np.maximum(1.0 - COSINES**2, 0.0))
    weights[[0, -1]] *= 0.5
    return np.asarray(weights / weights.sum())


def _stack(panes: Sequence[tuple[Floats, Floats, Floats]]) -> tuple[Floats, Floats]:
    """What passes a stack of panes and what each absorbs, for light on the first.

    The net of both directions between panes: up going inwards, down going back; solved from the last pane outwards.
    """
    count = len(panes)
    behind = [np.zeros_like(COSINES)] * (count + 1)
    ahead = [np.zeros_like(COSINES)] * count
    for place in range(count - 1, -1, -1):
        passed, front, back = panes[place]
        ahead[place] = passed / np.maximum(1.0 - back * behind[place + 1], 1e-12)
        behind[place] = front + passed * behind[place + 1] * ahead[place]
    falling = np.ones_like(COSINES)
    absorbed = []
    for place in range(count):
        passed, front, back = panes[place]
        going = falling * ahead[place]
        returning = going * behind[place + 1]
        absorbed.append(falling * (1.0 - passed - front) + returning * (1.0 - passed - back))
        falling = going
    return falling, np.array(absorbed)
