"""Batches of kernels and joins: where each instance finds its values, and the compiled loops that work on them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from twin import stock
from twin.core.component import CLOCK, NEXT, Component
from twin.core.kernel import Kernel
from twin.sim.columns import LANES, Columns, Slots
from twin.sim.emit import batch_text
from twin.sim.joins import groups, join_text
from twin.sim.lanes import Told, fits, lane_text

FEWEST = 3
"""Instances from which on working on four at a time is faster than one after the other."""
Place = int | tuple[int, int, int]
"""Of one value, or first place, length and stride of an array."""
Sizes = tuple[tuple[str, int], ...]
_texts: dict[str, bytes] = {}
_checked: set[str] = set()
"""Texts whose compiled form this process has compared with plain Python."""


class Batches:
    """Rows of the plan's table in the order they run.

    Attributes
    ----------
    rows : (text, place in the index, count, first instance and its kernel's name or None for joins).
    """

    def __init__(self, columns: Columns, clock: int) -> None:
        self.columns, self.clock = columns, clock
        self.rows: list[tuple[str, int, int, tuple[Component, str] | None]] = []
        self._index = array("i")

    def add_joins(self, joins: Iterable[tuple[str, int, int, list[int]]]) -> None:
        """Add joins that are independent of each other: (mode, number of sources, place to write, places told)."""
        alike: dict[tuple[str, int], list[tuple[int, list[int]]]] = {}
        for mode, many, place, told in joins:
            alike.setdefault((mode, many), []).append((place, told))
        for mode in dict.fromkeys(mode for mode, _ in alike):
            first, count = len(self._index), 0
            for (own, many), members in alike.items():
                for group in groups(members) if own == mode else ():
                    self._index.extend((many, *group))
                    count += 1
            self.rows.append((join_text(mode), first, count, None))

    def add(self, members: Sequence[Component], label: str) -> None:
        """Add a kernel for instances of one kind."""
        cls = type(members[0])
        kernel, series = cls.kernels[label], _series(cls, label)
        rows = [self._places(each, label) for each in members]
        sizes = {tuple((name, each.size(name)) for name in sorted(series)) for each in members}
        lengths = sizes.pop() if len(sizes) == 1 else None
        told = self._told(members, label, [row for row, _ in rows], lengths)
        lanes, text = _text(kernel, series, lengths or (), told)
        told = told if lanes else None
        self.rows.append((text, len(self._index), len(members), (members[0], label)))
        if told is None:
            for row, tells in rows:
                for at in row:
                    self._index.extend(at if isinstance(at, tuple) else (at,))
                self._index.extend(tells)
            return
        first = {name: at[0] if isinstance(at, tuple) else at for name, at in zip(kernel.told, rows[0][0], strict=True)}
        self._index.append(self.columns.stride[cls.kind])
        self._index.extend(first[name] for name in kernel.told if name in told.own and name not in told.following)
        self._index.extend(rows[0][1])
        self._index.extend(first[name] for name in sorted(told.following))
        self._index.extend(first[name] for name in kernel.told if name in told.shared)
        spare = [rows[-1]] * (-len(rows) % LANES)
        for place, name in enumerate(kernel.told):
            if name not in told.own | told.shared:
                self._index.extend(int(row[place]) for row, _ in rows + spare)  # type: ignore[arg-type]  # a single value

    def _told(
        self, members: Sequence[Component], label: str, rows: Sequence[Sequence[Place]], lengths: Sizes | None
    ) -> Told | None:
        """How this kernel works on four instances at a time, where it can: on all of a kind, alike in size."""
        cls = type(members[0])
        kernel, series = cls.kernels[label], _series(cls, label)
        whole = len(members) >= FEWEST and list(members) == self.columns.members[cls.kind]
        if lengths is None or not whole:
            return None
        own = frozenset(name for name in kernel.told if _is_own(cls, name))
        shared = (n for place, n in enumerate(kernel.told) if n not in own and len({row[place] for row in rows}) == 1)
        return Told(own, frozenset(shared), lengths, frozenset(name for name in series if follows(cls, name)))

    def _places(self, each: Component, label: str) -> tuple[list[Place], list[int]]:
        """Place of each argument and of each answer."""
        cls, slot, states = type(each), self.columns.slot, self.columns.states
        kernel = cls.kernels[label]
        told: list[Place] = []
        for name in kernel.told:
            if name == CLOCK:
                told.append(self.clock)
            elif cls.is_series(name):
                at = self.columns.slots(each, name)
                told.append((at.start + (states if follows(cls, name) else 0), each.size(name), at.step))
            else:
                told.append(slot[each.name, name])
        ahead = {name: states if cls.signals[name].role == "state" else 0 for name in kernel.tells}
        return told, [slot[each.name, name] + ahead[name] for name in kernel.tells]

    def close(self) -> Slots:
        """The index; nothing can be added any more."""
        index: Slots = np.array(self._index or [0], dtype=np.int32)
        del self._index
        return index

    def texts(self) -> list[str]:
        """What the batches compile to, each text once."""
        return list(dict.fromkeys(text for text, *_ in self.rows))

    def link(
        self, index: Slots, vector: npt.NDArray[np.float64], progress: Callable[[int, int], None] | None = None
    ) -> npt.NDArray[np.int64]:
        """Compile or load every text, check each against plain Python on a vector, and return the table for the tick loop."""
        from twin.sim import link, selfcheck  # load the linker, which laying a plan does without

        texts = self.texts()
        link.compile_new(texts, progress)
        addresses = {text: link.address(text) for text in texts}
        for text, place, count, first in self.rows:
            if first and text not in _checked:
                _checked.add(text)
                each, label = first
                told, tells = self._places(each, label)
                call = link.caller(addresses[text], index, place, count)
                selfcheck.check(f"{each.kind}.{label}", type(each).kernels[label], told, tells, vector, call)
        table = [(addresses[text], place, count) for text, place, count, _ in self.rows]
        return np.array(table, dtype=np.int64).reshape(-1, 3)


def _text(kernel: Kernel, series: frozenset[str], lengths: Sizes, told: Told | None) -> tuple[bool, str]:
    """Whether a kernel works on four instances at a time, and the text of its loop; of our own kernels from this process or one before."""
    name = f"{kernel.function.__module__}.{kernel.function.__qualname__}"
    ours = name.startswith("twin.")  # a plug-in's code may change under its name
    key = stock.key(name, sorted(series), lengths, told and told.key)
    held = (_texts.get(key) or stock.take_octets("texts", key)) if ours else None
    if held is None:
        lanes = told is not None and fits(kernel, series)
        text = lane_text(kernel, told) if told and lanes else batch_text(kernel, series, lengths)
        held = f"{lanes:d}{text}".encode()
        if ours:
            stock.keep_octets("texts", key, held)
    if ours:
        _texts[key] = held
    return held[:1] == b"1", held[1:].decode()


def follows(cls: type[Component], name: str) -> bool:
    """Whether a name means the next values of a state that has many."""
    return name not in cls.signals and name.endswith(NEXT) and name.removesuffix(NEXT) in cls.signals


def _is_own(cls: type[Component], name: str) -> bool:
    """Whether a value stands in a column of its kind: told signals may stand anywhere."""
    signal = cls.signals.get(name.removesuffix(NEXT))
    return name != CLOCK and (signal is None or signal.role in ("state", "constant"))


def _series(cls: type[Component], label: str) -> frozenset[str]:
    told = cls.kernels[label].told
    return frozenset(n for n in told if n != CLOCK and cls.is_series(n))
