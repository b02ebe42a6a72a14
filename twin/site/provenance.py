"""A number with its range and where it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from twin.errors import UnitError
from twin.site.reader import Node
from twin.units import parse, show

KINDS = ("published", "derived", "typical", "assumed")
SHORT = re.compile(r"^(?P<value>[^\[]*?)\s*(?:\[(?P<low>.+?)\s*\.\.\s*(?P<high>.+?)\]\s*)?(?:\b(?P<kind>published|derived|typical|assumed)\b\s*(?P<source>.*))?$")  # fmt: skip
FIELDS = ("value", "low", "high", "kind", "source", "note")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in SI with range, kind of provenance, source and the place in the file that states it.

    Two parameters that take their number from the same place share one assumption.
    """

    value: float
    unit: str
    low: float
    high: float
    kind: str
    source: str
    note: str
    place: str
    text: str

    @property
    def uncertain(self) -> bool:
        """Whether a study samples it."""
        return self.high > self.low

    def show(self, value: float) -> str:
        """A value of this number in the unit its file uses."""
        return show(value, self.unit, self.text)

    def moved(self, value: float) -> Quantity:
        """The same assumption with another value."""
        return replace(self, value=value)


def quantity(node: Node, unit: str, inherited: str) -> Quantity:
    """Read a number from its short or long form.

    Parameters
    ----------
    node : a text such as `22.5 MW [18 .. 27] derived P2-26`, or a mapping of value, low, high, kind, source, note.
    unit : SI unit wanted.
    inherited : `kind source` of the nearest block that has a `from:`, or empty.

    Raises
    ------
    UnitError
        When it is no such number, or its value is outside its own range.
    """
    parts = _parts(node)
    text = (parts["value"] or "").strip()
    value = parse(text, unit)
    symbol = re.sub(r"^\s*[+-]?[\d_,.]+(?:[eE][+-]?\d+)?\s*", "", text)
    ends = [_end(parts[side], symbol, unit, value) for side in ("low", "high")]
    kind, source = parts["kind"] or "", (parts["source"] or "").strip()
    if not kind and inherited:
        kind, _, source = inherited.partition(" ")
    if kind and kind not in KINDS:
        raise UnitError(f"{kind!r} is no kind of provenance; write one of {', '.join(KINDS)}")
    if not ends[0] <= value <= ends[1]:
        raise UnitError(f"{text!r} is outside its own range {parts['low']} .. {parts['high']}")
    return Quantity(value, unit, ends[0], ends[1], kind, source, parts["note"] or "", node.place, text)


def _parts(node: Node) -> dict[str, str | None]:
    if node.fields is not None:
        unknown = sorted(set(node.fields) - set(FIELDS))
        if unknown:
            raise UnitError(f"{unknown[0]!r} is not part of a number; a number has {', '.join(FIELDS)}")
        if "value" not in node.fields:
            raise UnitError("the long form of a number needs 'value'")
        return {name: node.fields[name].text if name in node.fields else None for name in FIELDS}
    if node.text is None:
        raise UnitError("is a list; a number is wanted")
    found = SHORT.match(node.text.strip())
    if not found:
        raise UnitError(f"{node.text!r} is not a number; write '22.5 MW [18 .. 27] derived SOURCE'")
    return {**found.groupdict(), "note": None}


def _end(text: str | None, symbol: str, unit: str, value: float) -> float:
    """One end of a range; it has the value's unit unless it names its own."""
    if text is None:
        return value
    bare = re.fullmatch(r"\s*[+-]?[\d_,.]+(?:[eE][+-]?\d+)?\s*", text)
    return parse(f"{text.strip()} {symbol}" if bare else text, unit)
