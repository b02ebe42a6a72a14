"""Flat shapes in space: their area, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
FLAT = 0.01
"""How far a corner may lie off the plane, over the shape's size. [1]"""
SMALLEST = 1e-6
"""Area below which a shape is a line. [m2]"""
Corners = Sequence[Sequence[float]] | Floats


def normal(corners: Corners) -> Floats:
    """Area vector of a polygon: along its outward normal, as long as its area. [m2]

    References
    ----------
    Newell's method, for instance Tampieri, Graphics Gems III, 1992, p. 231.

    >>> normal([[0, 0, 0], [2, 0, 0], [2, 1, 0], [0, 1, 0]]).tolist()
    [0.0, 0.0, 2.0]
    """
    points = np.asarray(corners, dtype=float)
    return np.asarray(0.5 * np.cross(points, np.roll(points, -1, axis=0)).sum(axis=0))


def fault(corners: Corners) -> str:
    """What is wrong with a shape, and the way out; empty for a sound one.

    >>> fault([[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1]])
    ''
    >>> fault([[0, 0, 0], [1, 0, 0], [2, 0, 0]])
    'has no area; give corners that are not in one line'
    """
    points = np.asarray(corners, dtype=float)
    if points.ndim != 2 or points.shape[1] != 3 or len(points) < 3:
        return f"has {len(points)} corners; a surface has three or more, each x, y and z"
    area = normal(points)
    size = float(np.linalg.norm(area))
    sides = [points[k] - points[k - 1] for k in range(len(points))]
    if _crosses(points):
        return "crosses itself; give the corners in order around it"
    if size < SMALLEST:
        return "has no area; give corners that are not in one line"
    off = np.abs((points - points.mean(axis=0)) @ (area / size))
    if off.max() > FLAT * max(float(np.linalg.norm(side)) for side in sides):
        return f"is not flat: corner {int(off.argmax()) + 1} lies {off.max():.3f} m off the plane of the others; split it or move the corner"
    return ""


def overlap(one: Corners, other: Corners) -> bool:
    """Whether two convex shapes in one plane share some area.

    References
    ----------
    Separating axes, for instance Ericson, Real-Time Collision Detection, 2005, section 5.2.1.

    >>> square = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]
    >>> overlap(square, [[0.5, 0, 0], [2, 0, 0], [2, 1, 0], [0.5, 1, 0]]), overlap(square, [[1, 0, 0], [2, 0, 0], [2, 1, 0], [1, 1, 0]])
    (True, False)
    """
    first, second = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    up = normal(first)
    up = up / np.linalg.norm(up)
    for shape in (first, second):
        for k in range(len(shape)):
            axis = np.cross(shape[k] - shape[k - 1], up)
            a, b = first @ axis, second @ axis
            least = 1e-6 * float(np.linalg.norm(axis))
            if a.max() <= b.min() + least or b.max() <= a.min() + least:
                return False
    return True


def fault_of_fours(numbers: Sequence[float], what: str, area: float = 0.0) -> str:
    """What is wrong with four-cornered shapes told as a row of numbers, twelve each; empty where nothing is.

    Parameters
    ----------
    numbers : x, y and z of each corner. [m]
    what : their name, for the message.
    area : that each must have at least, 0 for any. [m2]

    >>> fault_of_fours([0, 0, 0, 1, 0, 0, 1, 0, 1], "corners")
    'corners has 9 numbers; a four-cornered shape has twelve'
    """
    if len(numbers) % 12:
        return f"{what} has {len(numbers)} numbers; a four-cornered shape has twelve"
    for number, shape in enumerate(np.reshape(numbers, (-1, 4, 3)), 1):
        wrong = fault(shape)
        own = float(np.linalg.norm(normal(shape)))
        if not wrong and own < 0.99 * area:
            wrong = f"spans {own:.2f} m2, less than the area of {area:.2f} m2; make both agree"
        if wrong:
            return f"{what}{f' {number}' if len(numbers) > 12 else ''} {wrong}"
    return ""


def _crosses(points: Floats) -> bool:
    """Whether two sides that are not neighbours meet inside, seen along the longest axis of the normal or of the spread."""
    spread = np.ptp(points, axis=0)
    area = np.abs(normal(points))
    keep = [k for k in range(3) if k != (int(area.argmax()) if area.max() > SMALLEST else int(spread.argmin()))]
    flat = points[:, keep]
    count = len(flat)

    def turn(a: Floats, b: Floats, c: Floats) -> float:
        return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))

    for i in range(count):
        a, b = flat[i], flat[(i + 1) % count]
        for j in range(i + 2, count - (1 if i == 0 else 0)):
            c, d = flat[j], flat[(j + 1) % count]
            if turn(a, b, c) * turn(a, b, d) < 0.0 and turn(c, d, a) * turn(c, d, b) < 0.0:
                return True
    return False
