"""Order the kernels of a site: whoever tells a value in a tick runs before whoever is told it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import NoReturn

from twin.core.component import CLOCK, Component
from twin.errors import PlanError
from twin.site.wiring import Address, Source

Step = tuple[str, str, str]
"""(component, kernel, "") of a kernel, or (component, "", signal) of a join."""


def order(
    components: Sequence[Component], wires: Mapping[Address, Sequence[Source]], joined: Iterable[Address]
) -> list[list[Step]]:
    """Generations of kernels and joins; everything in one generation is independent of everything else in it.

    Parameters
    ----------
    components : in the site's order.
    wires : sources of each told signal.
    joined : told signals that need a join (several sources, a weight, or a command that can be overridden).

    Raises
    ------
    PlanError
        For a loop without storage, naming components and signals.
    """
    kinds = {each.name: type(each) for each in components}
    joins = set(joined)
    steps: dict[Step, int] = {}
    tellers: dict[Address, Step] = {}
    for each in components:
        for label, kernel in type(each).kernels.items():
            steps[each.name, label, ""] = len(steps)
            for name in kernel.tells:
                if type(each).signals[name].role != "state":
                    tellers[each.name, name] = (each.name, label, "")
    for name, signal in sorted(joins):
        steps[name, "", signal] = len(steps)

    def teller(told: Address) -> Step | None:
        if told in joins:
            return (told[0], "", told[1])
        sources = wires.get(told)
        return teller(sources[0].signal) if sources else tellers.get(told)

    names = list(steps)
    before = [{steps[b] for b in _before(step, kinds, wires, teller) if b != step} for step in names]
    groups = [(kinds[step[0]].kind if step[0] in kinds else "", *step[1:]) for step in names]
    return [[names[place] for place in level] for level in _levels(names, before, groups)]


def _levels(
    names: Sequence[Step], before: Sequence[set[int]], groups: Sequence[tuple[str, str, str]]
) -> list[list[int]]:
    """Levels in which all steps of a group stand together, so that they can run as one; groups whose steps wait for each other
    are taken apart.

    Raises
    ------
    PlanError
        When single steps wait for each other.
    """
    apart: set[object] = set()
    while True:
        own: list[object] = [place if group in apart else group for place, group in enumerate(groups)]
        members: dict[object, list[int]] = {}
        graph: dict[object, set[object]] = {}
        for place, group in enumerate(own):
            members.setdefault(group, []).append(place)
            graph.setdefault(group, set()).update(own[b] for b in before[place])
        alone = {group for group, waits in graph.items() if group in waits}
        if alone:
            apart |= alone
            continue
        sorter = TopologicalSorter(graph)
        try:
            sorter.prepare()
        except CycleError as problem:
            mixed = {group for group in problem.args[1] if isinstance(group, tuple)}
            if not mixed:
                _refuse([names[place] for place in problem.args[1]])
            apart |= mixed
            continue
        levels = []
        while sorter.is_active():
            ready = sorter.get_ready()
            levels.append(sorted(place for group in ready for place in members[group]))
            sorter.done(*ready)
        return levels


def _refuse(loop: Sequence[Step]) -> NoReturn:
    path = " -> ".join(".".join(part for part in step if part) for step in loop)
    raise PlanError(
        f"energy loop without storage: {path}; change the order of suppliers, put a storage component in it, or read a meter's "
        "last value for a decision"
    )


def _before(
    step: Step,
    kinds: Mapping[str, type[Component]],
    wires: Mapping[Address, Sequence[Source]],
    teller: Callable[[Address], Step | None],
) -> list[Step]:
    """Steps that must have run before this one."""
    name, label, signal = step
    if not label:
        sources = [source.signal for source in wires.get((name, signal), ())]
        return [found for source in sources if (found := teller(source)) is not None]
    told = [t for t in kinds[name].kernels[label].told if t != CLOCK and t in kinds[name].signals]
    return [found for t in told if (found := teller((name, t))) is not None]
