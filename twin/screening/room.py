"""A room as a linear network of heat capacities and conductances, with the coefficients of the full physics held fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from twin.components.enclosure import Enclosure
from twin.components.partition import Partition
from twin.components.wall import CONTACT, Wall
from twin.components.window import Window
from twin.physics.air import AIR_HEAT
from twin.physics.conduction import mesh
from twin.physics.convection import gap_conductance, natural_film, outside_film, pane_film
from twin.physics.radiation import glance
from twin.sim.constants import constants

Floats = npt.NDArray[np.float64]
CELLS = 3
"""Cells in a layer: a third of a kelvin of mesh error at most, well below that of fixed films."""
INSIDE, APART, PANE_APART = 20.0, 3.0, 7.0
"""Room temperature, and differences from it of walls and of panes for which inside films are taken. [degC, K, K]"""
OUTSIDE, OFF, SKY = 10.0, 5.0, -2.0
"""Outdoor temperature, a surface's difference from it, and the sky's for which outside films are taken. [degC, K, degC]"""
SURFACES = Wall | Window | Partition


class Network:
    """Nodes with capacity or without, conductances between them and to inputs.

    Attributes
    ----------
    inputs : name of each input; node 0 is the air, node 1 the radiant node.
    """

    def __init__(self) -> None:
        self.capacity: list[float] = []
        self.inputs: dict[object, int] = {}
        self._between: list[tuple[int, int, float]] = []
        self._fed: list[tuple[int, int, float]] = []

    def node(self, capacity: float = 0.0) -> int:
        """One more node. [J/K]"""
        self.capacity.append(capacity)
        return len(self.capacity) - 1

    def join(self, one: int, other: int, conductance: float) -> None:
        """Conductance between two nodes. [W/K]"""
        self._between.append((one, other, conductance))

    def feed(self, node: int, name: object, amount: float) -> None:
        """Heat into a node for each unit of an input. [W per unit]"""
        self._fed.append((node, self.inputs.setdefault(name, len(self.inputs)), amount))

    def tie(self, node: int, name: object, conductance: float) -> None:
        """Conductance between a node and an input that is a temperature. [W/K]"""
        self._between.append((node, -1, conductance))
        self.feed(node, name, conductance)

    def matrices(self) -> tuple[Floats, Floats, Floats]:
        """Capacities, conductances (losses on the diagonal) and inputs of the nodes with capacity; all others are eliminated."""
        count = len(self.capacity)
        loss, fed = np.zeros((count, count)), np.zeros((count, len(self.inputs)))
        for one, other, conductance in self._between:
            loss[one, one] += conductance
            if other >= 0:
                loss[other, other] += conductance
                loss[one, other] -= conductance
                loss[other, one] -= conductance
        for node, name, amount in self._fed:
            fed[node, name] += amount
        capacity = np.array(self.capacity)
        held, light = np.flatnonzero(capacity > 0.0), np.flatnonzero(capacity <= 0.0)
        solved = np.linalg.solve(loss[np.ix_(light, light)], np.hstack([loss[np.ix_(light, held)], fed[light]]))
        across = loss[np.ix_(held, light)]
        kept = loss[np.ix_(held, held)] - across @ solved[:, : len(held)]
        return capacity[held], 0.5 * (kept + kept.T), fed[held] - across @ solved[:, len(held) :]


def network(
    room: Enclosure, surfaces: Sequence[tuple[SURFACES, str]], means: Mapping[tuple[str, str], float], flow: float
) -> Network:
    """The linear network of a room.

    Parameters
    ----------
    surfaces : each with its side that looks into the room: empty, `front` or `rear`. A wall to another room is cut in its
        middle, as if that room were always as warm.
    means : mean of each forced value, (component, name).
    flow : mean outdoor air through cracks and openings. [m3/s]

    References
    ----------
    Films of `twin.physics` at fixed temperatures; Carroll's radiant star. Valid for rooms near 20 degC; what fixed films cost is told
    by `benchmarks/screening.py`.
    """
    net = Network()
    air = net.node(room.volume * room.air_density * room.furniture * AIR_HEAT)
    radiant = net.node()
    net.tie(air, "outdoor", flow * means[room.name, "outdoor_density"] * AIR_HEAT)
    net.feed(air, "draught", 1.0)
    net.feed(air, "gain", 1.0 - room.radiant_gain)
    net.feed(radiant, "gain", room.radiant_gain)
    spread = _spread([each.area for each, _ in surfaces])
    for (each, side), apart in zip(surfaces, spread, strict=True):
        if isinstance(each, Window):
            _window(net, each, apart, means)
        elif isinstance(each, Wall):
            _wall(net, each, apart, means)
        else:
            _partition(net, each, side, apart)
    return net


def _spread(areas: Sequence[float]) -> list[float]:
    """Area over area times Carroll's form factor, at rest."""
    own = np.array(areas)
    view = own.copy()
    for _ in range(50):
        view = own / np.maximum(1.0 - view / view.sum(), 0.05)
    return [float(each) for each in own / view]


def _layers(net: Network, each: Wall | Partition, outside: int | None, inside: int, flip: bool = False) -> None:
    """Cells between two surfaces; without an outside only the half of the wall next to the inside."""
    layers = [v[::-1] if flip else v for v in (each.thickness, each.conductivity, each.density, each.specific_heat)]
    capacity, between = mesh(layers[0], layers[1], layers[2], layers[3], CELLS)
    first = len(capacity) // 2 if outside is None else 0
    chain = [
        *([] if outside is None else [outside]),
        *(net.node(each.area * float(c)) for c in capacity[first:]),
        inside,
    ]
    joints = between if outside is not None else between[first + 1 :]
    for one, other, resistance in zip(chain[:-1], chain[1:], joints, strict=True):
        net.join(one, other, each.area / float(resistance))


def _inside(net: Network, each: SURFACES, surface: int, film: float, exchange: float, side: str = "") -> None:
    """Convection to the air, long-wave to the radiant node, and light."""
    tail = f"_{side}" if side else ""
    net.join(surface, 0, each.area * film)
    net.join(surface, 1, each.area * exchange)
    if not isinstance(each, Window):
        dark = each.area * float(getattr(each, f"absorptance{tail or '_inside'}"))
        net.feed(surface, "glow", dark)
        net.feed(surface, "beam", dark * float(getattr(each, f"catches{tail}")))
        net.feed(surface, "far", dark * float(getattr(each, f"faces{tail}")))


def _wall(net: Network, each: Wall, apart: float, means: Mapping[tuple[str, str], float]) -> None:
    told = constants(each, 900.0)
    outside, inside = net.node(), net.node()
    if each.ground:
        net.tie(outside, (each.name, "beneath"), CONTACT * each.area)
    else:
        film = each.film_outside or outside_film(
            OUTSIDE + OFF, OUTSIDE, told["warm"], told["cold"], means[each.name, "driven"], each.roughness
        )
        to_air = film + (1.0 - told["open_sky"]) * each.emittance * glance(OUTSIDE, OUTSIDE)
        net.tie(outside, "outdoor", each.area * to_air)
        net.tie(outside, "sky", each.area * told["open_sky"] * each.emittance * glance(OUTSIDE, SKY))
        net.feed(outside, (each.name, "sun"), each.area * each.absorptance)
    _layers(net, each, outside, inside)
    still = each.film_inside or natural_film(INSIDE - APART, INSIDE, told["cold"], told["warm"])
    _inside(net, each, inside, still, glance(INSIDE, INSIDE) / (apart + told["veil"]))


def _partition(net: Network, each: Partition, side: str, apart: float) -> None:
    told = constants(each, 900.0)
    surface = net.node()
    factors = (told["cold"], told["warm"]) if side == "front" else (told["warm"], told["cold"])
    veil = (1.0 - getattr(each, f"emittance_{side}")) / getattr(each, f"emittance_{side}")
    _layers(net, each, None, surface, flip=side == "rear")
    _inside(
        net,
        each,
        surface,
        natural_film(INSIDE - APART, INSIDE, *factors),
        glance(INSIDE, INSIDE) / (apart + veil),
        side,
    )


def _window(net: Network, each: Window, apart: float, means: Mapping[tuple[str, str], float]) -> None:
    told = constants(each, 900.0)
    face = net.node()
    film = each.film_outside or outside_film(
        OUTSIDE + OFF, OUTSIDE, told["warm"], told["cold"], means[each.name, "driven"], 1.0
    )
    emits = each.emittance_front[0]
    net.tie(face, "outdoor", each.area * (film + (1.0 - told["open_sky"]) * emits * glance(OUTSIDE, OUTSIDE)))
    net.tie(face, "sky", each.area * told["open_sky"] * emits * glance(OUTSIDE, SKY))
    for pane, half in enumerate(told["half"]):
        if pane:
            laws = [float(value) for value in told["gas_laws"]]
            exchange, wide = float(told["exchange"][pane - 1]), each.gaps[pane - 1]
            gap = gap_conductance(
                INSIDE, OUTSIDE, wide, each.tall, laws[0], laws[1], laws[2], laws[3], laws[4], laws[5], exchange, each.pressure
            )  # fmt: skip
            behind = net.node()
            net.join(face, behind, each.area * gap)
            face = behind
        middle, back = net.node(), net.node()
        net.join(face, middle, each.area / half)
        net.join(middle, back, each.area / half)
        net.feed(middle, (each.name, ("first", "second", "third")[pane]), each.area)
        net.feed(middle, "glow", each.area * float(told["taken_back"][pane]))
        face = back
    still = each.film_inside or pane_film(
        INSIDE - PANE_APART, INSIDE, each.tilt, each.tall, each.pressure, told["sine"], told["turn"]
    )
    _inside(net, each, face, still, glance(INSIDE, INSIDE) / (apart + told["veil"]))
