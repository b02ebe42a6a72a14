"""A plan lays every signal and parameter of a site into one vector and orders the kernels that work on it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.core.component import CLOCK, Component
from twin.core.kernel import Forcing
from twin.errors import PlanError
from twin.sim.batches import Batches, follows
from twin.sim.columns import Columns
from twin.sim.constants import constants
from twin.sim.joins import RESOLVE, SUM, WEIGHTED
from twin.sim.order import Step, order
from twin.site.wiring import Address, Source, Wiring

Floats = npt.NDArray[np.float64]
Slots = npt.NDArray[np.int32]
SITE = ""
"""The component name under which sums over the whole site are kept."""


class Column(NamedTuple):
    """One forced column: a forcing of a kind for one set of parameter values, or a given series."""

    forcing: Forcing | None
    values: tuple[Any, ...]
    tell: str


@dataclass
class Plan:
    """Signals in one vector, wiring as index rows, kernels in order.

    Attributes
    ----------
    components : in the site's order.
    slot : (component, signal or parameter) -> place in the vector; series parameters give their first place.
    override : (component, command) -> place of the operator's value, NaN while nobody overrides.
    start : the vector before the first tick.
    states : number of states; they stand first, their next values right behind.
    settled : number of batches, the first ones, that depend on parameters alone.
    columns : what each forced slot is told; `forced` holds the slots.
    """

    components: list[Component]
    wiring: Wiring
    given: frozenset[Address] = frozenset()
    slot: dict[Address, int] = field(default_factory=dict)
    override: dict[Address, int] = field(default_factory=dict)
    columns: dict[Column, int] = field(default_factory=dict)
    states: int = 0
    batches: list[tuple[int, str, str, int]] = field(default_factory=list)
    """(generation, kind, kernel, instances), for people and tests."""

    def __post_init__(self) -> None:
        self._columns = Columns(self.components)
        self.slot, self.states, self._new = self._columns.slot, self._columns.states, self._columns.new
        self.clock = self._new(0.0)
        self._starts: list[tuple[int, str, str]] = []
        self._firsts: list[tuple[str, str]] = []
        for each in self.components:
            self._lay_forced(each)
        self._joined = self._lay_wires()
        self._lay_end_uses()
        self.forced = np.array(list(self.columns.values()), dtype=np.uint64)
        self._batches = Batches(self._columns, self.clock)
        self._weights: dict[float, int] = {}
        self._order()
        self.start: Floats = np.array(self._columns.values, dtype=np.float64)
        self.index: Slots = self._batches.close()
        self._table: npt.NDArray[np.int64] | None = None
        del self._new, self._columns.values  # a campus has millions: only the arrays are kept

    def renewed(self, components: Sequence[Component]) -> Plan:
        """The same plan for components that differ from these in numbers alone: not in names, kinds, copies, sizes or in who shares a
        forced column.
        """
        fresh = copy.copy(self)
        fresh.components = list(components)
        fresh.__dict__.pop("settable", None)
        by_name = {each.name: each for each in components}
        fresh.columns = {}
        for (column, place), (name, tell) in zip(self.columns.items(), self._firsts, strict=True):
            forcing = column.forcing
            values = tuple(getattr(by_name[name], p) for p in forcing.parameters) if forcing else column.values
            fresh.columns[Column(forcing, values, tell)] = place
        fresh.start = self.start.copy()
        self._columns.renew(components, fresh.start)
        for place, name, parameter in self._starts:
            fresh.start[place] = getattr(by_name[name], parameter)
        return fresh

    @cached_property
    def settable(self) -> frozenset[Address]:
        """Parameters that an event may change in mid-run: plain numbers that no forcing or preparation depends on."""
        fixed: set[tuple[str, str]] = set()
        for cls in {type(each) for each in self.components}:
            fixed |= {(cls.kind, name) for wish in cls.forcings.values() for name in wish.parameters}
            fixed |= {(cls.kind, name) for wish in cls.preparations.values() for name in wish.parameters}
        return frozenset(
            (each.name, name)
            for each in self.components
            for name in type(each).parameters()
            if type(each).unit(name)
            and not type(each).is_series(name)
            and name != "multiplier"
            and (type(each).kind, name) not in fixed
        )

    def _lay_forced(self, each: Component) -> None:
        """Share one column among all instances whose forcing parameters are equal."""
        for name in type(each).signals:
            if (each.name, name) in self.given:
                self._column(Column(None, (each.name,), name), each, name)
        for forcing in type(each).forcings.values():
            values = tuple(getattr(each, parameter) for parameter in forcing.parameters)
            for tell in forcing.tells:
                wired = (each.name, tell) in self.wiring.wires
                if not wired and (each.name, tell) not in self.given:
                    self._column(Column(forcing, values, tell), each, tell)

    def _column(self, column: Column, each: Component, name: str) -> None:
        if column not in self.columns:
            self.columns[column] = self._started(each, name)
            self._firsts.append((each.name, column.tell))
        self.slot[each.name, name] = self.columns[column]

    def _lay_wires(self) -> dict[Address, tuple[str, list[Source], int]]:
        """Alias what has one plain source; list the joins (mode, sources, override slot) of all else."""
        joined: dict[Address, tuple[str, list[Source], int]] = {}
        aliases: list[tuple[Address, Address]] = []
        for each in self.components:
            for name, signal in type(each).signals.items():
                if signal.role not in ("inlet", "command"):
                    continue
                told = (each.name, name)
                sources = [] if told in self.given else self.wiring.wires.get(told, [])
                if signal.role == "command":
                    self._lay_command(each, name, sources, joined)
                elif len(sources) == 1 and sources[0].weight == 1.0:
                    aliases.append((told, sources[0].signal))
                elif sources:
                    self.slot[told] = self._started(each, name)
                    joined[told] = (signal.join, sources, -1)
                elif told not in self.slot:
                    self.slot[told] = self._started(each, name)
        for _ in range(len(aliases) + 1):
            aliases = [pair for pair in aliases if not self._alias(*pair)]
            if not aliases:
                return joined
        raise PlanError(f"{aliases[0][0]}: its source {aliases[0][1]} is told by nobody")

    def _started(self, each: Component, name: str) -> int:
        """A place for a signal that stands in no column, with its value before the first tick."""
        start = type(each).signals[name].start
        place = self._new(float(getattr(each, start)) if isinstance(start, str) else start)
        if isinstance(start, str):
            self._starts.append((place, each.name, start))
        return place

    def _alias(self, told: Address, source: Address) -> bool:
        if source in self.slot:
            self.slot[told] = self.slot[source]
        return source in self.slot

    def _lay_command(
        self, each: Component, name: str, sources: list[Source], joined: dict[Address, tuple[str, list[Source], int]]
    ) -> None:
        """A command takes the override if there is one, else its wire, its forcing or its start value."""
        told = (each.name, name)
        if len(sources) > 1:
            raise PlanError(f"{each.name}.{name}: a command has one source, not {len(sources)}")
        if not sources:
            base = self.slot[told] if told in self.slot else self._started(each, name)
            self.slot[each.name, f"{name}:base"] = base
            sources = [Source((each.name, f"{name}:base"))]
        self.override[told] = self._new(float("nan"))
        self.slot[told] = self._started(each, name)
        joined[told] = (RESOLVE, sources, self.override[told])

    def _lay_end_uses(self) -> None:
        """Sum the electricity of every end use over the site, for the record."""
        uses: dict[str, list[Source]] = {}
        for each in self.components:
            for name, signal in type(each).signals.items():
                if signal.end_use:
                    uses.setdefault(signal.end_use, []).append(Source((each.name, name), each.multiplier))
        for use, sources in sorted(uses.items()):
            self.slot[SITE, use] = self._new(0.0)
            self._joined[SITE, use] = (SUM, sources, -1)
        self.end_uses = sorted(uses)

    def _order(self) -> None:
        wires = {told: sources for told, (_, sources, _) in self._joined.items()}
        plain = {t: s for t, s in self.wiring.wires.items() if t not in wires and t not in self.given}
        levels = order(self.components, {**plain, **wires}, self._joined)
        by_name = {each.name: each for each in self.components}
        still = self._settled(levels, by_name)
        self.settled = 0
        for settled in (True, False):
            for level, steps in enumerate(levels):

                def group(step: Step) -> tuple[str, str]:
                    return ("", "") if not step[1] else (type(by_name[step[0]]).kind, step[1])

                chosen = [step for step in steps if (step in still) == settled]
                for (kind, label), members in groupby(sorted(chosen, key=group), key=group):
                    names = [(step[0], step[2]) for step in members]
                    self.batches.append((level, kind or "join", label, len(names)))
                    if not kind:
                        self._add_joins(names)
                    else:
                        self._batches.add([by_name[name] for name, _ in names], label)
            if settled:
                self.settled = len(self._batches.rows)

    def _settled(self, levels: Sequence[Sequence[Step]], by_name: Mapping[str, Component]) -> set[Step]:
        """Steps that depend on parameters alone: they run before the first tick, and again when a parameter changes."""
        moving = set(self.columns.values())
        found: set[Step] = set()
        for steps in levels:
            for step in steps:
                name, label, signal = step
                if label:
                    cls = type(by_name[name])
                    kernel = cls.kernels[label]
                    told = [t for t in kernel.told if (t != CLOCK and t in cls.signals) or follows(cls, t)]
                    roles = {cls.signals[t].role if t in cls.signals else "state" for t in told}
                    slots = [self.slot[name, t] for t in told if t in cls.signals]
                    moved = any(slot < self.states for slot in slots) or moving.intersection(slots)
                    still = roles <= {"constant", "inlet"} and not moved
                    tells = [self.slot[name, t] for t in kernel.tells]
                else:
                    mode, sources, _ = self._joined[name, signal]
                    still = mode != RESOLVE and not any(
                        self._moves(source.signal, by_name, moving) for source in sources
                    )
                    tells = [self.slot[name, signal]]
                if still:
                    found.add(step)
                else:
                    moving.update(tells)
        return found

    def _moves(self, address: Address, by_name: Mapping[str, Component], moving: set[int]) -> bool:
        """Whether a source of a join changes from tick to tick."""
        each = by_name.get(address[0])
        signal = type(each).signals.get(address[1]) if each else None
        place = self.slot[address]
        return signal is None or signal.role == "command" or place < self.states or place in moving

    def _add_joins(self, told: Sequence[Address]) -> None:
        """Joins of one generation."""
        rows = []
        for address in told:
            mode, sources, override = self._joined[address]
            places = [self.slot[source.signal] for source in sources]
            if mode == RESOLVE:
                places.append(override)
            many = len(places)
            if mode == SUM and any(source.weight != 1.0 for source in sources):
                mode = WEIGHTED
                places += [self._weight(source.weight) for source in sources]
            rows.append((mode, many, self.slot[address], places))
        self._batches.add_joins(rows)

    def _weight(self, weight: float) -> int:
        """Place of a weight."""
        if weight not in self._weights:
            self._weights[weight] = self._new(weight)
        return self._weights[weight]

    def place(self, address: Address) -> int:
        """Place of a signal or parameter in the vector; `name[2]` is the third of many values.

        Raises
        ------
        KeyError
            When there is no such value.
        """
        if address in self.slot:
            return self.slot[address]
        name, bracket, number = address[1].removesuffix("]").partition("[")
        if bracket and number.isdecimal() and (address[0], name) in self.slot:
            each = next(c for c in self.components if c.name == address[0])
            if int(number) < each.size(name):
                at = self._columns.slots(each, name)
                return int(at.start + int(number) * at.step)
        raise KeyError(address)

    def prepare(self, dt: float, vector: Floats) -> None:
        """Write every constant for ticks of `dt` seconds into a vector, and the states that start from one."""
        for each in self.components:
            for name, values in constants(each, dt).items():
                vector[self._columns.slots(each, name)] = values
            for name, signal in type(each).signals.items():
                if signal.role == "state" and signal.start in type(each).signals:
                    vector[self._columns.slots(each, name)] = vector[self._columns.slots(each, str(signal.start))]
        self._columns.fill(vector)

    def many(self, each: Component, name: str) -> slice:
        """Places of all values of a state, constant or parameter."""
        return self._columns.slots(each, name)

    def texts(self) -> list[str]:
        """What the plan compiles to, each text once."""
        return self._batches.texts()

    def link(self, progress: Callable[[int, int], None] | None = None) -> npt.NDArray[np.int64]:
        """Compile or load every kernel, check each against plain Python, and return the table of batches.

        Parameters
        ----------
        progress : told (kernels done, kernels in all).
        """
        if self._table is None:
            vector = self.start.copy()
            vector[self.clock] = 900.0
            self.prepare(900.0, vector)
            self._table = self._batches.link(self.index, vector, progress)
        return self._table


def describe(plan: Plan) -> Mapping[str, int]:
    """Size of a plan in a few numbers, for the manifest."""
    return {
        "components": len(plan.components),
        "signals_and_parameters": len(plan.start),
        "states": plan.states,
        "batches": len(plan.batches),
        "columns": len(plan.columns),
    }
