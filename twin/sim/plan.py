"""A plan lays every signal and parameter of a site into one vector and orders the kernels that work on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.core.component import CLOCK, NEXT, Component
from twin.core.kernel import Forcing
from twin.errors import PlanError
from twin.sim.order import MAXIMUM, MEAN, RESOLVE, SUM, Step, order
from twin.site.wiring import Address, Source, Wiring

Floats = npt.NDArray[np.float64]
Slots = npt.NDArray[np.int32]
_checked: set[tuple[type[Component], str]] = set()
"""Kernels whose compiled form this process has compared with plain Python."""
SITE = ""
"""The component name under which sums over the whole site are kept."""
JOINS = {"sum": SUM, "max": MAXIMUM, "mean": MEAN}


@dataclass(frozen=True)
class Column:
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
        self._values: list[float] = []
        self._lay_states()
        self._lay_rest()
        self._joined = self._lay_wires()
        self._lay_end_uses()
        self.start: Floats = np.array(self._values, dtype=np.float64)
        self.forced: Slots = np.array(list(self.columns.values()), dtype=np.int32)
        self._rows: list[tuple[Any, int, int]] = []
        self._index: list[int] = []
        self._joins: list[int] = []
        self._weights: list[float] = []
        self._order()
        self.index: Slots = np.array(self._index or [0], dtype=np.int32)
        self.joins: Slots = np.array(self._joins or [0], dtype=np.int32)
        self.weights: Floats = np.array(self._weights or [0.0], dtype=np.float64)
        del self._values, self._index, self._joins, self._weights  # a campus has millions: only the arrays are kept

    def _new(self, value: float) -> int:
        self._values.append(value)
        return len(self._values) - 1

    def _lay_states(self) -> None:
        starts: list[float] = []
        for each in self.components:
            for name, signal in type(each).signals.items():
                if signal.role == "state":
                    self.slot[each.name, name] = len(starts)
                    starts.extend(_starts(each, name))
        self.states = len(starts)
        self._values = [*starts, *starts]
        self.clock = self._new(0.0)

    def _lay_rest(self) -> None:
        """Give parameters, outputs, and every told signal that is not an alias a place."""
        for each in self.components:
            cls = type(each)
            for name in cls.parameters():
                if cls.is_series(name):
                    values = getattr(each, name)
                    self.slot[each.name, name] = len(self._values)
                    self._values.extend(values)
                elif cls.unit(name):
                    self.slot[each.name, name] = self._new(float(getattr(each, name)))
            for name, signal in cls.signals.items():
                if signal.role == "output":
                    self.slot[each.name, name] = self._new(_start(each, signal.start))
                elif signal.role == "constant":
                    self.slot[each.name, name] = len(self._values)
                    self._values.extend([0.0] * each.size(name))
            self._lay_forced(each)

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
            self.columns[column] = self._new(_start(each, type(each).signals[name].start))
        self.slot[each.name, name] = self.columns[column]

    def _lay_wires(self) -> dict[Address, tuple[int, list[Source], int]]:
        """Alias what has one plain source; list the joins (mode, sources, override slot) of all else."""
        joined: dict[Address, tuple[int, list[Source], int]] = {}
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
                    self.slot[told] = self._new(_start(each, signal.start))
                    joined[told] = (JOINS[signal.join], sources, -1)
                elif told not in self.slot:
                    self.slot[told] = self._new(_start(each, signal.start))
        for _ in range(len(aliases) + 1):
            aliases = [pair for pair in aliases if not self._alias(*pair)]
            if not aliases:
                return joined
        raise PlanError(f"{aliases[0][0]}: its source {aliases[0][1]} is told by nobody")

    def _alias(self, told: Address, source: Address) -> bool:
        if source in self.slot:
            self.slot[told] = self.slot[source]
        return source in self.slot

    def _lay_command(
        self, each: Component, name: str, sources: list[Source], joined: dict[Address, tuple[int, list[Source], int]]
    ) -> None:
        """A command takes the override if there is one, else its wire, its forcing or its start value."""
        told = (each.name, name)
        if len(sources) > 1:
            raise PlanError(f"{each.name}.{name}: a command has one source, not {len(sources)}")
        start = _start(each, type(each).signals[name].start)
        if not sources:
            base = self.slot[told] if told in self.slot else self._new(start)
            self.slot[each.name, f"{name}:base"] = base
            sources = [Source((each.name, f"{name}:base"))]
        self.override[told] = self._new(float("nan"))
        self.slot[told] = self._new(start)
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
        for level, steps in enumerate(levels):

            def group(step: Step) -> tuple[str, str]:
                return ("", "") if not step[1] else (type(by_name[step[0]]).kind, step[1])

            for (kind, label), members in groupby(sorted(steps, key=group), key=group):
                names = [(step[0], step[2]) for step in members]
                self.batches.append((level, kind or "join", label, len(names)))
                if not kind:
                    self._add_joins(names)
                else:
                    self._add_batch([by_name[name] for name, _ in names], label)

    def _add_joins(self, told: Sequence[Address]) -> None:
        self._rows.append((None, len(self._joins), len(told)))
        for address in told:
            mode, sources, override = self._joined[address]
            self._joins += [self.slot[address], mode, 2 if override >= 0 else len(sources)]
            self._joins += [self.slot[source.signal] for source in sources]
            self._weights += [0.0, 0.0, 0.0, *(source.weight for source in sources)]
            if override >= 0:
                self._joins.append(override)
                self._weights.append(1.0)

    def _add_batch(self, members: Sequence[Component], label: str) -> None:
        cls = type(members[0])
        kernel = cls.kernels[label]
        self._rows.append(((cls, label), len(self._index), len(members)))
        for each in members:
            for name in kernel.told:
                if name == CLOCK:
                    self._index.append(self.clock)
                elif cls.is_series(name):
                    here = (each.name, name.removesuffix(NEXT))
                    self._index += [self.slot[here] + (0 if here[1] == name else self.states), each.size(name)]
                else:
                    self._index.append(self.slot[each.name, name])
            for name in kernel.tells:
                ahead = self.states if cls.signals[name].role == "state" else 0
                self._index.append(self.slot[each.name, name] + ahead)

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
                return self.slot[address[0], name] + int(number)
        raise KeyError(address)

    def prepare(self, dt: float, vector: Floats) -> None:
        """Write every constant for ticks of `dt` seconds into a vector."""
        for each in self.components:
            for name, values in constants(each, dt).items():
                place = self.slot[each.name, name]
                vector[place : place + each.size(name)] = values

    def kernels(self) -> list[tuple[type[Component], str]]:
        """The kernels that the plan runs, each once."""
        return list(dict.fromkeys(key for key, _, _ in self._rows if key))

    def link(self, progress: Callable[[int, int], None] | None = None) -> npt.NDArray[np.int64]:
        """Compile or load every kernel, check each against plain Python, and return the table of batches.

        Parameters
        ----------
        progress : told (kernels done, kernels in all).
        """
        from twin.sim import compile as compiler  # loads the compiler, which laying a plan does without

        keys = self.kernels()
        addresses: dict[tuple[type[Component], str], int] = {}
        for done, (cls, label) in enumerate(keys):
            addresses[cls, label] = compiler.address(cls.kernels[label], _series(cls, label))
            if progress:
                progress(done + 1, len(keys))
        vector = self.start.copy()
        vector[self.clock] = 900.0
        self.prepare(900.0, vector)
        for key, place, _ in self._rows:
            if key and key not in _checked:
                _checked.add(key)
                cls, label = key
                kernel = cls.kernels[label]
                width = len(kernel.told) + len(_series(cls, label)) + len(kernel.tells)
                row = self.index[place : place + width]
                compiler.check(f"{cls.kind}.{label}", kernel, _series(cls, label), row, vector, addresses[key])
        return np.array([(addresses[k] if k else 0, p, n) for k, p, n in self._rows], dtype=np.int64).reshape(-1, 3)


_prepared: dict[tuple[Any, ...], dict[str, Any]] = {}
"""Constants already worked out, by preparation, tick length and parameter values."""


def constants(each: Component, dt: float) -> dict[str, Any]:
    """Constants of a component for ticks of `dt` seconds; equal components share them."""
    found: dict[str, Any] = {}
    for preparation in type(each).preparations.values():
        values = tuple(getattr(each, name) for name in preparation.parameters)
        key = (preparation, dt, values)
        if key not in _prepared:
            answer = preparation.function(dt, *values)
            answers = answer if isinstance(answer, tuple) else (answer,)
            _prepared[key] = dict(zip(preparation.tells, answers, strict=True))
        found |= _prepared[key]
    return found


def _start(each: Component, start: float | str) -> float:
    return float(getattr(each, start)) if isinstance(start, str) else start


def _starts(each: Component, state: str) -> list[float]:
    """First values of a state: one number for all, or one each from an array parameter."""
    start, size = type(each).signals[state].start, each.size(state)
    values = getattr(each, start) if isinstance(start, str) else start
    return [float(v) for v in (values if isinstance(values, tuple) else [values] * size)]


def _series(cls: type[Component], label: str) -> frozenset[str]:
    told = cls.kernels[label].told
    return frozenset(n for n in told if n != CLOCK and cls.is_series(n))


def describe(plan: Plan) -> Mapping[str, int]:
    """Size of a plan in a few numbers, for the manifest."""
    return {
        "components": len(plan.components),
        "signals_and_parameters": len(plan.start),
        "states": plan.states,
        "batches": len(plan.batches),
        "columns": len(plan.columns),
    }
