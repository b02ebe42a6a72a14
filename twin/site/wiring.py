"""Turn the edges between components into wires between signals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from twin.core.component import Component
from twin.core.port import Port
from twin.errors import PlanError
from twin.units import EXTENSIVE

Address = tuple[str, str]
"""Name of a component and of one of its signals."""


@dataclass(frozen=True)
class Source:
    """One teller of an inlet: whose signal, and times what (copies of the teller per copy of the told)."""

    signal: Address
    weight: float = 1.0


@dataclass
class Wiring:
    """All wires of a site, and the edges they come from."""

    wires: dict[Address, list[Source]] = field(default_factory=dict)
    edges: list[tuple[str, str, str]] = field(default_factory=list)
    """(supplier, consumer, medium) of every connection, for the graph."""
    rests: dict[tuple[str, str], tuple[Address, str]] = field(default_factory=dict)
    """(supplier, medium) -> who is told the supplier's rest and where, and the port in whose chain that happens."""


def wire(
    components: Sequence[Component],
    links: Mapping[Address, Sequence[str]],
    inputs: Mapping[Address, Sequence[str]],
) -> Wiring:
    """Join what one end of each edge tells with what the other end is told.

    Parameters
    ----------
    components : all components, in the site's order.
    links : (component, needing port) -> names of suppliers; more than one is a merit chain.
    inputs : (component, inlet or command) -> explicit sources, each `component.signal`.

    Raises
    ------
    PlanError
        For a missing supplier, a wrong medium, an unknown component or signal, and where two are told the rest of one supplier.
    """
    by_name = {each.name: each for each in components}
    wiring = Wiring()
    for consumer in components:
        for label, port in type(consumer).ports.items():
            if port.serving:
                continue
            suppliers = links.get((consumer.name, label), ())
            if not suppliers and not port.optional:
                raise PlanError(
                    f"{consumer.name}: needs a supplier of {port.medium}; name one under '{label}:' or under 'suppliers:'"
                )
            chain = [_supplier(by_name, name, consumer.name, label, port.medium) for name in suppliers]
            if consumer.name in suppliers:
                raise PlanError(f"{consumer.name}.{label}: names itself as a supplier of {port.medium}")
            _join_chain(wiring, consumer, label, chain)
    for (name, signal), sources in inputs.items():
        for text in sources:
            wiring.wires.setdefault((name, signal), []).append(_explicit(by_name, name, signal, text))
    return wiring


def _supplier(
    by_name: Mapping[str, Component], name: str, consumer: str, label: str, medium: str
) -> tuple[Component, Port]:
    if name not in by_name:
        raise PlanError(f"{consumer}.{label}: there is no component {name!r} to supply {medium}")
    supplier = by_name[name]
    serving = [port for port in type(supplier).ports.values() if port.serving]
    for port in serving:
        if port.medium == medium:
            return supplier, port
    offers = ", ".join(port.medium for port in serving) or "nothing"
    raise PlanError(f"{consumer}.{label}: {name} supplies {offers}, not {medium}")


def _join_chain(wiring: Wiring, consumer: Component, label: str, chain: list[tuple[Component, Port]]) -> None:
    """Wire one consumer to its merit chain of suppliers: an amount goes to the first that takes it and on as rests, temperatures to all."""
    own = dict(type(consumer).ports[label].channels)
    edge = f"{consumer.name}.{label}"
    for place, (supplier, serving) in enumerate(chain):
        wiring.edges.append((supplier.name, consumer.name, serving.medium))
        for channel, theirs in serving.channels:
            if channel not in own or channel == "rest":
                continue
            mine, signals = own[channel], type(supplier).signals
            if type(consumer).signals[mine].role in ("output", "state"):
                if signals[theirs].role != "inlet":
                    raise PlanError(
                        f"{consumer.name}.{mine} and {supplier.name}.{theirs}: both tell the channel {channel!r}"
                    )
                taken = any(channel in dict(earlier.channels) for _, earlier in chain[:place])
                if not taken or signals[theirs].unit not in EXTENSIVE:
                    _add(wiring, (supplier, theirs), (consumer, mine))
            else:
                _add(wiring, (consumer, mine), (supplier, theirs))
        if place:
            _pass_rest(wiring, chain[place - 1], (supplier, serving), edge, own)
    if chain and "rest" in own and "rest" in dict(chain[-1][1].channels):
        _add(wiring, (consumer, own["rest"]), (chain[-1][0], dict(chain[-1][1].channels)["rest"]))
        _count_once(wiring, chain[-1], (consumer.name, own["rest"]), edge)


def _count_once(wiring: Wiring, teller: tuple[Component, Port], told: Address, edge: str) -> None:
    """Refuse a second one that is told the rest of a supplier: each would take all of it for its own."""
    supplier, medium = teller[0].name, teller[1].medium
    first, owner = wiring.rests.setdefault((supplier, medium), (told, edge))
    if first != told:
        raise PlanError(
            f"{edge}: {owner} is told, too, what {supplier} leaves of {medium}, and it would count twice; "
            f"give each a {type(teller[0]).kind} of its own, or let both ask one loop or network in front of it"
        )


def _pass_rest(
    wiring: Wiring,
    before: tuple[Component, Port],
    after: tuple[Component, Port],
    edge: str,
    own: Mapping[str, str],
) -> None:
    """Ask the next supplier of a chain for what the one before could not give."""
    rest = dict(before[1].channels).get("rest")
    if rest is None:
        raise PlanError(f"{edge}: {before[0].name} tells no 'rest', so nothing can follow it in a chain")
    _count_once(wiring, before, (after[0].name, after[1].medium), edge)
    for channel, theirs in after[1].channels:
        asks = type(after[0]).signals[theirs].role == "inlet"
        same = type(before[0]).signals[rest].unit == type(after[0]).signals[theirs].unit
        if asks and channel in own and channel in dict(before[1].channels) and same:
            source = Source((before[0].name, rest), before[0].multiplier / after[0].multiplier)
            known = wiring.wires.setdefault((after[0].name, theirs), [])
            if source not in known:
                known.append(source)


def _add(wiring: Wiring, told: tuple[Component, str], teller: tuple[Component, str]) -> None:
    unit = type(teller[0]).signals[teller[1]].unit
    weight = teller[0].multiplier / told[0].multiplier if unit in EXTENSIVE else 1.0
    sources = wiring.wires.setdefault((told[0].name, told[1]), [])
    sources.append(Source((teller[0].name, teller[1]), weight))


def _explicit(by_name: Mapping[str, Component], name: str, signal: str, text: str) -> Source:
    source, _, told = text.rpartition(".")
    if source not in by_name or told not in type(by_name[source]).signals:
        raise PlanError(f"{name}.inputs.{signal}: {text!r} is no signal; write 'component.signal'")
    unit = type(by_name[source]).signals[told].unit
    weight = by_name[source].multiplier / by_name[name].multiplier if unit in EXTENSIVE else 1.0
    return Source((source, told), weight)
