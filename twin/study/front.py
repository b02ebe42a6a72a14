"""Sets of measures that no other beats in cost and carbon, and the knee between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """A set of measures: what it costs a year, net of what it saves [CNY/year], and what is still emitted [t/year]."""

    measures: tuple[str, ...]
    cost: float
    tonnes: float

    @property
    def place(self) -> tuple[float, float]:
        """Cost and tonnes without what is no more than rounding."""
        return round(self.cost, 2), round(self.tonnes, 6)


def pareto(points: Iterable[Point]) -> list[Point]:
    """Points that no other beats in one and matches in the other, from the cheapest; of equal ones that with the fewest measures.

    >>> [p.cost for p in pareto([Point((), 0.0, 5.0), Point(("a",), 2.0, 3.0), Point(("b",), 3.0, 3.0)])]
    [0.0, 2.0]
    """
    found: list[Point] = []
    for each in sorted(points, key=lambda point: (*point.place, len(point.measures), point.measures)):
        if not found or each.place[1] < found[-1].place[1]:
            found.append(each)
    return found


def knee(front: Sequence[Point]) -> Point | None:
    """The point of a front farthest below the straight line between its two ends; None where no point lies below.

    References
    ----------
    Das, On characterizing the knee of the Pareto curve based on Normal-Boundary Intersection, Structural Optimization 18, 1999:
    the point where the front bulges most from the hull of the single minima; for two aims that hull is the line between the ends.

    >>> ends = [Point((), 0.0, 10.0), Point(("a", "b"), 10.0, 0.0)]
    >>> knee([ends[0], Point(("a",), 2.0, 3.0), ends[1]]).measures
    ('a',)
    """
    if len(front) < 3:
        return None
    first, last = front[0], front[-1]
    wide, high = last.cost - first.cost, first.tonnes - last.tonnes

    def below(point: Point) -> float:
        return 1.0 - (point.cost - first.cost) / wide - (point.tonnes - last.tonnes) / high

    best = max(front, key=below)
    return best if below(best) > 1e-9 else None


def spread_out(front: Sequence[Point], count: int) -> list[Point]:
    """Some points of a front: its ends, the knee, and others evenly by their order."""
    if len(front) <= count:
        return list(front)
    middle = knee(front)
    places = {0, len(front) - 1, *([front.index(middle)] if middle else [])}
    wanted = [round(k * (len(front) - 1) / (count - 1)) for k in range(count)]
    for place in wanted:
        if len(places) < count:
            places.add(place)
    return [front[place] for place in sorted(places)]
