"""Typed arguments of measures: a unit, a range and a default, written `$name` where the measure uses them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from twin.errors import SiteError, UnitError
from twin.site.form import known_fields, texts
from twin.site.problems import Problems
from twin.site.provenance import quantity
from twin.site.reader import Node

FIELDS = ("title", "unit", "default", "least", "most", "words", "whole")
HOLE = re.compile(r"\$([a-z][a-z0-9_]*)")
TIMES = re.compile(r"(?P<factor>\d*\.?\d+) \* \$(?P<name>[a-z][a-z0-9_]*)(?P<tail>.*)")
"""A share of an argument, such as `0.6 * $rating`."""
BARE = re.compile(r"\s*[+-]?[\d_,]*\.?\d+(?:[eE][+-]?\d+)?\s*")

ROUNDING = 1e-12
"""A value this share beyond an end is the end, converted from another unit."""


@dataclass(frozen=True)
class Argument:
    """What a measure may be told.

    Attributes
    ----------
    default : as the file states it. unit : of numbers, empty for words and names.
    least, most : ends of what is allowed, in `unit`; None has no end. words : allowed words; none allows any.
    whole : only whole numbers.
    """

    name: str
    title: dict[str, str]
    default: Node
    unit: str
    least: float | None
    most: float | None
    words: tuple[str, ...]
    whole: bool

    def read(self, text: str, place: str) -> Node:
        """What somebody wrote for this argument, checked; a bare number is in the argument's unit.

        Raises
        ------
        SiteError
            When it is no number of the unit, out of range, or no allowed word.
        """
        bare = bool(self.unit) and self.unit != "1" and BARE.fullmatch(text)
        node = Node(place, text=f"{text.strip()} {self.unit}" if bare else text.strip())
        self.check(node)
        return node

    def check(self, node: Node) -> None:
        """Refuse what is not allowed; see `read`."""
        if not self.unit:
            if self.words and node.text not in self.words:
                raise SiteError(f"{node.place}: {self.name}: {node.words()}: must be one of {', '.join(self.words)}")
            return
        try:
            found = quantity(node, self.unit, "")
        except UnitError as problem:
            raise SiteError(f"{node.place}: {self.name}: {problem}") from problem
        value = found.value
        if self.least is not None and value < self.least - ROUNDING * abs(self.least):
            raise SiteError(f"{node.place}: {self.name}: {found.text}: must be at least {self.least:g} {self.unit}")
        if self.most is not None and value > self.most + ROUNDING * abs(self.most):
            raise SiteError(f"{node.place}: {self.name}: {found.text}: must be at most {self.most:g} {self.unit}")
        if self.whole and value != round(value):
            raise SiteError(f"{node.place}: {self.name}: {found.text}: must be a whole number")


def read_arguments(measure: str, node: Node | None, problems: Problems) -> dict[str, Argument]:
    """The `arguments:` of a measure."""
    found = {}
    for name, each in (node.fields or {}).items() if node else ():
        where = f"{measure}.arguments.{name}"
        fields, told = known_fields(each, FIELDS, problems, where), texts(each)
        if "default" not in fields:
            problems.add(each.place, f"{where}.default: is missing; write for instance 'default: 2 MW'")
            continue
        words = tuple(w.text or "" for w in fields["words"].items or []) if "words" in fields else ()
        try:
            least, most = (float(told[k].split()[0].replace(",", "")) if k in told else None for k in ("least", "most"))
            argument = Argument(
                name, texts(fields.get("title")), fields["default"], told.get("unit", ""), least, most, words,
                told.get("whole", "no") in ("yes", "true"),
            )  # fmt: skip
            argument.check(fields["default"])
        except (ValueError, IndexError, SiteError) as problem:
            problems.add(each.place, f"{where}: {problem}")
            continue
        found[name] = argument
    return found


def split(text: str) -> tuple[str, dict[str, str]]:
    """Name and arguments of a measure as the command line has them.

    Raises
    ------
    SiteError
        When an argument has no value.

    >>> split("photovoltaics:rating=8 MW,tilt=10")
    ('photovoltaics', {'rating': '8 MW', 'tilt': '10'})
    >>> split("led")
    ('led', {})
    """
    name, _, rest = text.partition(":")
    given: dict[str, str] = {}
    for each in re.split(r",(?=\s*[a-z][a-z0-9_]*\s*=)", rest) if rest.strip() else ():
        label, sign, value = each.partition("=")
        if not sign or not label.strip() or not value.strip():
            raise SiteError(f"measure {text!r}: {each!r} is no argument; write {name}:argument=value")
        given[label.strip()] = value.strip()
    return name.strip(), given


def joined(name: str, given: Mapping[str, object]) -> str:
    """The opposite of `split`.

    >>> joined("photovoltaics", {"rating": "8 MW"})
    'photovoltaics:rating=8 MW'
    """
    return f"{name}:{','.join(f'{k}={v}' for k, v in given.items())}" if given else name


def bind(measure: str, arguments: Mapping[str, Argument], given: Mapping[str, str]) -> dict[str, Node]:
    """Values of all arguments: what is given, else the default.

    Raises
    ------
    SiteError
        For an unknown argument and a value that is not allowed.
    """
    problems = Problems()
    for name in given:
        if name not in arguments:
            if not arguments:
                problems.add(f"measure {measure!r}", f"{name}: takes no arguments")
            else:
                problems.unknown(f"measure {measure!r}", f"argument {name!r}", name, arguments)
    problems.check()
    return {
        name: each.read(given[name], f"measure {measure}:{name}") if name in given else each.default
        for name, each in arguments.items()
    }


def fill(node: Node, values: Mapping[str, Node], problems: Problems) -> Node:
    """A node with the arguments in place; a lone `$name` brings the argument's range and source along."""
    if node.fields is not None:
        return Node(node.place, fields={k: fill(v, values, problems) for k, v in node.fields.items()}, keys=node.keys)
    if node.items is not None:
        return Node(node.place, items=[fill(each, values, problems) for each in node.items])
    text = node.text or ""
    for name in HOLE.findall(text):
        if name not in values:
            problems.unknown(node.place, f"${name}", name, values or ("none; declare it under arguments:",))
            return node
    whole, times = HOLE.fullmatch(text), TIMES.fullmatch(text)
    if whole:
        return values[whole[1]]
    if times:
        number, _, unit = _plain(values[times["name"]]).partition(" ")
        product = float(times["factor"]) * float(number.replace(",", ""))
        return Node(node.place, text=f"{product:.12g} {unit} {times['tail']}".strip())
    return Node(node.place, text=HOLE.sub(lambda hole: _plain(values[hole[1]]), text))


def _plain(node: Node) -> str:
    """The value of an argument without its range and source."""
    if node.text is None:
        return (node.fields or {})["value"].text or ""
    return re.split(r"\s*\[|\s+(?:published|derived|typical|assumed)\b", node.text)[0]
