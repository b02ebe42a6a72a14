"""What a site file says of figures somebody reported, and how the twin finds its own figure beside each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from twin.core.component import Component
from twin.errors import SiteError, UnitError
from twin.site.figure import Figure
from twin.site.form import known_fields, texts
from twin.site.problems import Problems
from twin.site.reader import Node
from twin.units import factor

UNITS = ("J", "kg", "CNY", "s", "W", "1")
"""SI units that a figure of a run may have."""
WAYS = {"with": 1.0, "change_of": 1.0, "saving_of": -1.0}
FIELDS = ("what", "value", "source", "label", "bound", "twin", "comparable", "why")
BOUNDS = ("", "at most", "at least")
"""Whether a figure is a value, a ceiling or a floor."""


@dataclass(frozen=True)
class Claim:
    """How the twin's figure is found: the figure of a scenario, or its difference from the baseline.

    Attributes
    ----------
    figure : of one run. scenario : measure or package; empty for the baseline. way : `with`, `change_of` or `saving_of`.
    scale : SI of the figure per reported unit.
    """

    figure: Figure
    scenario: str
    way: str
    scale: float

    def value(self, figures: Mapping[str, Mapping[str, float]], baseline: str) -> float:
        """The twin's figure in the reported unit, from figures by scenario and text."""
        own = figures[self.scenario or baseline][self.figure.text]
        if self.way != "with":
            own = WAYS[self.way] * (own - figures[baseline][self.figure.text])
        return own / self.scale


@dataclass(frozen=True)
class Reported:
    """A figure somebody reported; shown beside the twin's, never a target."""

    what: str
    value: float
    unit: str
    source: str
    label: str
    claim: Claim | None = None
    comparable: bool = True
    why: dict[str, str] = field(default_factory=dict)
    bound: str = ""


def read(node: Node, problems: Problems) -> Reported | None:
    """One entry of `reported:`."""
    fields, told = known_fields(node, FIELDS, problems, "reported"), texts(node)
    number, _, unit = told.get("value", "").partition(" ")
    try:
        what, source, label, value = told["what"], told["source"], told["label"], float(number.replace(",", ""))
    except (KeyError, ValueError):
        problems.add(node.place, "reported: needs what, value with unit, source and label")
        return None
    if told.get("comparable", "yes") not in ("yes", "no", "true", "false"):
        problems.add(fields["comparable"].place, f"reported.comparable: {told['comparable']!r}: must be yes or no")
    bound = told.get("bound", "")
    if bound not in BOUNDS:
        problems.add(fields["bound"].place, f"reported.bound: {bound!r}: must be at most or at least")
    claim = None
    if "twin" in fields:
        try:
            claim = _claim(fields["twin"], unit or "1")
        except SiteError as problem:
            problems.add(fields["twin"].place, f"reported.twin: {problem}")
    why = texts(fields.get("why"))
    comparable = told.get("comparable", "yes") in ("yes", "true") and "twin" in fields
    return Reported(what, value, unit or "1", source, label, claim, comparable, why, bound)


def _claim(node: Node, unit: str) -> Claim:
    told = texts(node)
    ways = [name for name in told if name in WAYS]
    if "figure" not in told or len(ways) > 1 or set(told) - {"figure", *WAYS}:
        raise SiteError(f"needs figure, and at most one of {', '.join(WAYS)}; it has {', '.join(told) or 'nothing'}")
    for each in UNITS:
        try:
            scale = factor(unit, each)[0]
        except UnitError:
            continue
        return Claim(Figure(told["figure"]), told[ways[0]] if ways else "", ways[0] if ways else "with", scale)
    raise SiteError(
        f"{unit!r} is no amount of energy, mass, money, time or power; write for instance GWh, tCO2e, CNY, h or 1"
    )


def check(each: Reported, components: Mapping[str, Component], scenarios: Mapping[str, object]) -> str:
    """What is wrong with the names an entry uses; empty where nothing is."""
    if each.claim is None:
        return ""
    for name in each.claim.figure.names:
        component, _, signal = name.rpartition(".")
        if component and component not in components:
            return f"{each.what}: there is no component {component!r}"
        if component and not recorded(components[component], signal):
            return f"{each.what}: {name} is not summed over a run; name a flow of energy, a booked or a noted signal, or a parameter"
    if each.claim.scenario and each.claim.scenario not in scenarios:
        return f"{each.what}: there is no measure or package {each.claim.scenario!r}"
    return ""


def recorded(component: Component, signal: str) -> bool:
    """Whether every run sums this signal, or it is a parameter of one number."""
    if signal in type(component).parameters():
        return isinstance(getattr(component, signal), float | int)
    return signal in type(component).summed()
