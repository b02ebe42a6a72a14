"""Which object of a foreign building is which signal of a site: names, units, types and places compared, and each given to one at most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from twin.bacnet import engineering_units
from twin.bacnet.inventory import words
from twin.bacnet.inventory.inventory import Device, Item
from twin.bacnet.points import INPUTS, KINDS, STATION, Point
from twin.site.site import Site

Floats = npt.NDArray[np.float64]
WHAT, WHERE, UNIT, KIND = 0.45, 0.30, 0.15, 0.10
"""Shares of what a name says, of the place, of the unit and of the object's type in a score of 0 to 1."""
REGRET = 0.10
"""Score that the second best way must lose by, for the best one to count as certain."""
LEAST = 0.3
"""Confidence below which nothing is proposed."""
WEIGHTS = {"quantity": 3.0, "side": 2.0, "mode": 2.0, "role": 2.0, "part": 2.0, "medium": 1.0}
WORDING = 1.5
"""Weight of the words themselves beside those of the facets."""
UNSAID, ELSEWHERE, MISSING = 0.4, 0.5, 0.3
"""Worth of a facet that only one of the two tells, of a place where the object's name tells none, and weight of what a name leaves out of a
place beside what it says otherwise."""
VETO = {"quantity": 0.1, "side": 0.3, "mode": 0.3, "role": 0.3, "part": 0.5, "medium": 0.7}
"""What is left of the score where both tell a facet and nothing of it agrees."""
OF_UNIT = {
    "degC": "temperature", "W": "power", "J": "energy", "kg/s": "flow", "m3/s": "flow", "Pa": "pressure", "ppm": "carbon_dioxide",
    "kg/kg": "humidity", "person": "count", "W/m2": "irradiance", "m/s": "wind", "lx": "illuminance",
}  # fmt: skip
"""Quantity that a unit tells."""
OF_TYPE = {"AI": "sensor", "AO": "command", "BO": "command", "MSO": "command", "BI": "status"}
ROLES = (*words.ROLES, "sensor")


@dataclass(frozen=True)
class Named:
    """What is known of one side of a pair: facets of what it is, the words themselves, and those of where it is in their order."""

    facets: Mapping[str, frozenset[str]]
    said: frozenset[str]
    place: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """One object, and the signal it probably is; without one, `signal` is empty and `why` says what stood in the way."""

    device: int
    item: Item
    signal: str = ""
    confidence: float = 0.0
    why: str = ""


def facets_of(item: Item) -> dict[str, frozenset[str]]:
    """What an object's name, description and unit say that it is."""
    told = words.facets(words.split(item.name))
    described = words.facets(words.split(item.description))
    found = {facet: told[facet] or described[facet] for facet in words.FACETS}
    known = engineering_units.TABLE.get(item.units)
    of_unit = OF_UNIT.get(known.unit, "") if known and known.unit != "ppm" else ""
    of_unit = "relative_humidity" if item.units == "percent-relative-humidity" else of_unit
    if of_unit and (
        not found["quantity"] or of_unit in found["quantity"] or of_unit in ("temperature", "carbon_dioxide")
    ):
        found["quantity"] = frozenset({of_unit})
    if not found["role"] and item.object in OF_TYPE:
        found["role"] = frozenset({OF_TYPE[item.object]})
    return found


def named(device: Device, item: Item) -> Named:
    """What an object tells of itself."""
    told = words.split(item.name)
    place = words.place(
        [
            *(word for word in words.split(device.name) if word not in words.NOWHERE),
            *told,
            *(word for word in words.split(item.description) if word not in told),
        ]
    )
    said = words.spelled(words.split(f"{item.name} {item.description}"))
    return Named(facets_of(item), frozenset(said), tuple(place))


def targets(site: Site, points: Sequence[Point]) -> list[Named]:
    """What the points of a site are, by the words of their components and signals."""
    components = {each.name: type(each) for each in site.components}
    found = []
    for point in points:
        name, _, last = point.signal.rpartition(".")
        cls = components.get(name)
        signal = cls.signals[last] if cls else None
        told = [*words.split(last.replace("_", " ")), last, *words.split(point.description.split(" in ")[0])]
        told += words.split((signal.brick if signal else "").replace("_", " "))
        held = words.facets([*told, cls.kind if cls else "", *(["outdoor", "station"] if name == STATION else [])])
        if cls and cls.kind in words.FACETS["part"]["meter"].split():
            held["part"] = held["part"] | {"meter"}
        quantity = OF_UNIT.get(point.unit)
        if quantity:
            held["quantity"] = frozenset({quantity})
        command = signal is not None and signal.role == "command"
        role = {"setpoint" if "setpoint" in last else "command"} if command else {"sensor"}
        held["role"] = frozenset(role | ({"command", "status"} if point.object == "AO" else set()))
        found.append(
            Named(
                held,
                frozenset(words.spelled(words.split(f"{last} {point.description}"))),
                tuple(words.place(words.split(name))),
            )
        )
    return found


def what(objects: Sequence[Named], signals: Sequence[Named]) -> Floats:
    """How far what is said of objects and of signals agrees, 0 to 1: facets weighted, less where a facet contradicts."""
    total = np.zeros((len(objects), len(signals)))
    weight = np.zeros_like(total)
    left = np.ones_like(total)
    for facet, share in WEIGHTS.items():
        values = ROLES if facet == "role" else tuple(words.FACETS[facet])
        ours, theirs = (
            np.array([[value in each.facets[facet] for value in values] for each in side], dtype=np.float64).reshape(
                -1, len(values)
            )
            for side in (objects, signals)
        )
        n, m = ours.sum(1)[:, None], theirs.sum(1)[None, :]
        both, either = (n > 0) & (m > 0), (n > 0) | (m > 0)
        common = ours @ theirs.T
        total += share * np.where(both, 2.0 * common / np.maximum(n + m, 1.0), np.where(either, UNSAID, 0.0))
        weight += share * either
        left *= np.where(both & (common == 0.0), VETO[facet], 1.0)
    vocabulary = sorted(set().union(*(each.said for each in signals)))
    ours, theirs = (
        np.array([[word in each.said for word in vocabulary] for each in side], dtype=np.float64).reshape(
            -1, len(vocabulary)
        )
        for side in (objects, signals)
    )
    common = ours @ theirs.T
    total += WORDING * np.where(common > 0.0, common / np.maximum(theirs.sum(1)[None, :], 1.0), UNSAID)
    return left * total / (weight + WORDING)


def where(objects: Sequence[Named], signals: Sequence[Named]) -> Floats:
    """How far places agree, 0 to 1: words that few components have count most, and two in their order count again."""

    def features(place: Sequence[str]) -> Counter[str]:
        return Counter(place) + Counter(f"{a} {b}" for a, b in zip(place, place[1:], strict=False))

    paths = {each.place for each in signals}
    spread = Counter(feature for path in paths for feature in set(features(path)))
    rare = {feature: float(np.log((1 + len(paths)) / n)) for feature, n in spread.items()}
    ours = [features([word for word in each.place if word in rare]) for each in objects]
    theirs = [features(each.place) for each in signals]
    shape = (len(objects), len(signals))
    common, extra, missing = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for feature, worth in rare.items():
        n = np.array([each[feature] for each in ours])[:, None]
        m = np.array([each[feature] for each in theirs])[None, :]
        common += worth * np.minimum(n, m)
        extra += worth * np.maximum(n - m, 0)
        missing += worth * np.maximum(m - n, 0)
    silent = np.array([not each for each in ours], dtype=bool)[:, None]
    return np.where(silent, ELSEWHERE, common / np.maximum(common + extra + MISSING * missing, 1e-9))


def unit_worth(item: Item, point: Point) -> float:
    """1 where a device's unit becomes the signal's, less where none is told, 0 where it cannot."""
    if not item.object.startswith("A"):
        return 0.6 if point.unit in ("1", *engineering_units.COUNTS) else 0.0
    if item.units in ("", "no-units") or item.units not in engineering_units.TABLE:
        return 0.9 if point.unit in ("1", *engineering_units.COUNTS) else 0.5
    return float(engineering_units.fits(item.units, point.unit))


def kind_worth(item: Item, point: Point) -> float:
    """1 for the object type that the signal declares, less for others, 0 for one that cannot do what the signal needs."""
    if item.object == point.object:
        return 1.0
    if point.writable and item.object in INPUTS:
        return 0.0
    if item.object[0] != point.object[0]:
        return 0.3
    return 0.8 if "AV" in (item.object, point.object) else 0.5


def propose(site: Site, points: Sequence[Point], devices: Iterable[Device]) -> list[Match]:
    """The most likely signal of every object that can be a point, in the order of the devices.

    The confidence is the score, 0.45 what + 0.30 where + 0.15 unit + 0.10 type, lessened by up to half where another way of giving
    signals to objects is within 0.10 of it; an object that has the signal's own name is 1.

    Parameters
    ----------
    points : of the site, with the object type that each signal declares.
    """
    listed = [(device, item) for device in devices for item in device.items if item.object in KINDS]
    matches = _same_names(listed, points)
    taken = {match.signal for match in matches.values()}
    rest = [place for place in range(len(listed)) if place not in matches]
    open_points = [point for point in points if point.signal not in taken]
    if rest and open_points:
        matches |= _likely(site, [(place, *listed[place]) for place in rest], open_points)
    return [
        matches.get(place, Match(device.instance, item, why="every signal has its object"))
        for place, (device, item) in enumerate(listed)
    ]


def _same_names(listed: Sequence[tuple[Device, Item]], points: Sequence[Point]) -> dict[int, Match]:
    """Objects whose name is that of one point or signal, and of no other object."""
    by_name = {name.lower(): point for point in points for name in (point.name, point.signal)}
    often = Counter(item.name.lower() for _, item in listed)
    return {
        place: Match(device.instance, item, by_name[item.name.lower()].signal, 1.0, "has the signal's name")
        for place, (device, item) in enumerate(listed)
        if often[item.name.lower()] == 1
        and item.name.lower() in by_name
        and _possible(item, by_name[item.name.lower()])
    }


def _possible(item: Item, point: Point) -> bool:
    return unit_worth(item, point) > 0.0 and kind_worth(item, point) > 0.0


def _likely(site: Site, listed: Sequence[tuple[int, Device, Item]], points: Sequence[Point]) -> dict[int, Match]:
    objects, signals = [named(device, item) for _, device, item in listed], targets(site, points)
    units, kinds = (_table(worth, [item for _, _, item in listed], points) for worth in (unit_worth, kind_worth))
    said, placed = what(objects, signals), where(objects, signals)
    score = WHAT * said + WHERE * placed + UNIT * units + KIND * kinds
    score = np.where((units > 0.0) & (kinds > 0.0), score * np.where(said < LEAST, said, 1.0), 0.0)
    rows, columns = linear_sum_assignment(score, maximize=True)
    regret = _regret(score, rows, columns)
    found = {}
    for row, column, lost in zip(rows.tolist(), columns.tolist(), regret.tolist(), strict=True):
        sure = 0.5 + 0.5 * min(1.0, max(0.0, lost) / REGRET)
        confidence = float(score[row, column]) * sure
        place, device, item = listed[row]
        if confidence >= LEAST:
            why = _why(objects[row], signals[column], item, points[column], float(placed[row, column]), sure)
            found[place] = Match(device.instance, item, points[column].signal, round(confidence, 3), why)
    for row, (place, device, item) in enumerate(listed):
        fits = units[row].max() > 0.0 and (units[row] * kinds[row]).max() > 0.0
        found.setdefault(
            place,
            Match(device.instance, item, why="no name fits" if fits else f"no signal is in {item.units or 'states'}"),
        )
    return found


def _table(worth: object, items: Sequence[Item], points: Sequence[Point]) -> Floats:
    """Worth of every pair, worked out once for each kind of pair."""
    assert callable(worth)
    ours = [(each.object, each.units) for each in items]
    theirs = [(each.object, each.unit, each.writable) for each in points]
    first, second = (
        {key: n for n, key in enumerate(dict.fromkeys(ours))},
        {key: n for n, key in enumerate(dict.fromkeys(theirs))},
    )
    of_ours = dict(zip(ours, items, strict=True))
    of_theirs = dict(zip(theirs, points, strict=True))
    small = np.array([[worth(of_ours[a], of_theirs[b]) for b in second] for a in first])
    return np.asarray(small[np.ix_([first[key] for key in ours], [second[key] for key in theirs])], dtype=np.float64)


def _regret(score: Floats, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> Floats:
    """What the sum of scores loses by the best exchange that parts each pair: with another pair, a free signal, or a free object."""
    held = score[rows, columns]
    swapped = held[:, None] + held[None, :] - score[np.ix_(rows, columns)] - score[np.ix_(rows, columns)].T
    np.fill_diagonal(swapped, np.inf)
    least = swapped.min(1, initial=np.inf)
    free_columns = np.setdiff1d(np.arange(score.shape[1]), columns)
    free_rows = np.setdiff1d(np.arange(score.shape[0]), rows)
    if len(free_columns):
        least = np.minimum(least, held - score[np.ix_(rows, free_columns)].max(1))
    if len(free_rows):
        least = np.minimum(least, held - score[np.ix_(free_rows, columns)].max(0))
    return np.asarray(least, dtype=np.float64)


def _why(ours: Named, theirs: Named, item: Item, point: Point, placed: float, sure: float) -> str:
    """The reasons in words."""
    told = []
    for facet in words.FACETS:
        common = ours.facets[facet] & theirs.facets[facet]
        if common:
            told.append(f"{facet} {' '.join(sorted(common))}")
        elif ours.facets[facet] and theirs.facets[facet]:
            told.append(f"{facet} differs ({' '.join(sorted(ours.facets[facet]))})")
    if item.object.startswith("A"):
        silent = item.units in ("", "no-units") and engineering_units.NAMES.get(point.unit) != "no-units"
        unit = item.units or "no unit"
        told.append(f"tells no unit, taken for {point.unit}" if silent else f"{unit} becomes {point.unit}")
    common_words = [word for word in dict.fromkeys(theirs.place) if word in ours.place]
    told.append(f"place {' '.join(common_words)} ({placed:.0%})" if common_words else "tells no place")
    if sure < 1.0:
        told.append("others fit nearly as well")
    return "; ".join(told)
