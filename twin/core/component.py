"""A component is anything that converts or stores energy or makes a demand: one class in one file declares it whole."""

from __future__ import annotations

import ast
import difflib
import inspect
import itertools
import re
import textwrap
from typing import Any, ClassVar, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from twin.core.kernel import Forcing, Kernel, Preparation
from twin.core.port import Port
from twin.core.signal import ACCOUNTS, Signal
from twin.units import Unit

__all__ = ["Component", "Field"]

CLOCK = "dt"
"""Kernels that name `dt` are told the length of the tick in seconds."""
NEXT = "_next"
"""A kernel that names `<state>_next` writes the next values of a state that has many."""
PRODUCTS = {("W", "kg/J"): "kg/s", ("kg/s", "1"): "kg/s", ("1/s", "1"): "kg/s"}
"""What an activity times its factor may be booked in, by their units."""


class Component(BaseModel):
    """Base of every kind: annotated names are parameters, assigned names are signals, ports, kernels and forcing.

    Raises
    ------
    TypeError
        At import, when a kernel, forcing or port names something that the class does not declare.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        ignored_types=(Signal, Kernel, Forcing, Preparation, Port),
    )
    kind: ClassVar[str] = ""
    brick: ClassVar[str] = ""
    each_tick: ClassVar[tuple[str, ...]] = ()
    hourly: ClassVar[tuple[str, ...]] = ()
    signals: ClassVar[dict[str, Signal]] = {}
    kernels: ClassVar[dict[str, Kernel]] = {}
    forcings: ClassVar[dict[str, Forcing]] = {}
    preparations: ClassVar[dict[str, Preparation]] = {}
    ports: ClassVar[dict[str, Port]] = {}

    name: str
    """Unique path of the component in its site, such as `tower/ahu`."""
    multiplier: float = Field(1.0, ge=1.0)
    """How many identical copies this one stands for."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.kind = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        members = [(n, v) for base in reversed(cls.__mro__) for n, v in vars(base).items()]
        cls.signals = {n: v for n, v in members if isinstance(v, Signal)}
        cls.kernels = {n: v for n, v in members if isinstance(v, Kernel)}
        cls.forcings = {n: v for n, v in members if isinstance(v, Forcing)}
        cls.preparations = {n: v for n, v in members if isinstance(v, Preparation)}
        cls.ports = {n: v for n, v in members if isinstance(v, Port)}
        _check(cls)

    @classmethod
    def parameters(cls) -> dict[str, FieldInfo]:
        """Parameters by name, without the component's own name."""
        return {name: field for name, field in cls.model_fields.items() if name != "name"}

    @classmethod
    def docs(cls) -> dict[str, str]:
        """Docstrings under the parameters, read from the source when asked for: a run does not need them."""
        found: dict[str, str] = {}
        for base in reversed(cls.__mro__[: cls.__mro__.index(Component) + 1]):
            body = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0]
            assert isinstance(body, ast.ClassDef)
            for one, other in itertools.pairwise(body.body):
                if (
                    isinstance(one, ast.AnnAssign)
                    and isinstance(other, ast.Expr)
                    and isinstance(other.value, ast.Constant)
                ):
                    found[ast.unparse(one.target)] = inspect.cleandoc(str(other.value.value))
        return found

    @classmethod
    def unit(cls, parameter: str) -> str:
        """SI unit of a parameter; `1` for plain numbers, empty for words."""
        field = cls.model_fields[parameter]
        marked = [m.symbol for m in field.metadata if isinstance(m, Unit)]
        if marked:
            return marked[0]
        return "1" if field.annotation in (float, int) else ""

    @classmethod
    def words(cls, parameter: str) -> tuple[str, ...]:
        """Words that a parameter may be; empty for numbers and free text."""
        annotation = cls.model_fields[parameter].annotation
        return get_args(annotation) if get_origin(annotation) is Literal else ()

    @classmethod
    def is_series(cls, name: str) -> bool:
        """Whether a parameter, a state or a state's next values are an array of numbers, which kernels see as a view."""
        signal = cls.signals.get(name.removesuffix(NEXT))
        if signal:
            return bool(signal.length)
        return name in cls.model_fields and str(cls.model_fields[name].annotation).startswith("tuple[")

    @classmethod
    def summed(cls) -> tuple[str, ...]:
        """Signals that every run sums: flows of energy, notes, bookings with what they come from, and hours of comfort."""
        behind = {signal.trail.activity for signal in cls.signals.values() if signal.trail}
        return tuple(
            n for n, s in cls.signals.items() if s.energy or s.note or s.ledger or s.unit == "h/h" or n in behind
        )

    def size(self, name: str) -> int:
        """How many values a parameter or signal has."""
        signal = type(self).signals.get(name.removesuffix(NEXT))
        if signal and not signal.length:
            return 1
        value = getattr(self, signal.length if signal else name)
        return len(value) if isinstance(value, tuple) else int(value) if signal else 1


def _check(cls: type[Component]) -> None:
    """Refuse names that are not declared, values told twice and values nobody tells."""
    numbers = {n for n in cls.parameters() if cls.unit(n) or cls.is_series(n)}
    many = {name for name, signal in cls.signals.items() if signal.length}
    known = numbers | set(cls.signals) | {name + NEXT for name in many} | {CLOCK}
    tellers: dict[str, str] = {}
    for label, each in cls.kernels.items():
        for name in each.told:
            _known(cls, label, name, known)
        for name in (
            *each.tells,
            *(n.removesuffix(NEXT) for n in each.told if n not in cls.signals and n.endswith(NEXT)),
        ):
            _known(cls, label, name, set(cls.signals))
            _tellable(cls, label, name, ("state", "output"))
            if name in many and name in each.tells:
                raise TypeError(f"{cls.__name__}.{label}: {name!r} has many values; write them into '{name}{NEXT}'")
            if name in tellers:
                raise TypeError(f"{cls.__name__}: {name!r} is told by both {tellers[name]!r} and {label!r}")
            tellers[name] = label
    for label, wish in cls.forcings.items():
        for name in wish.parameters:
            _known(cls, label, name, set(cls.parameters()))
        for name in wish.tells:
            _known(cls, label, name, set(cls.signals))
            _tellable(cls, label, name, ("inlet", "command"))
    _check_preparations(cls)
    _check_trails(cls)
    for label, port in cls.ports.items():
        for _, name in port.channels:
            _known(cls, label, name, set(cls.signals))
    for name in (*cls.each_tick, *cls.hourly):
        _known(cls, "record", name, set(cls.signals))
    for name, signal in cls.signals.items():
        if signal.store:
            for word in re.findall(r"[a-z_]+", signal.store):
                _known(cls, name, word, numbers | {n for n, s in cls.signals.items() if s.role == "constant"})
        if signal.ledger and ACCOUNTS.get(signal.ledger) != signal.unit:
            books = (
                f"{signal.ledger!r}, which is in {ACCOUNTS[signal.ledger]}"
                if signal.ledger in ACCOUNTS
                else f"the unknown {signal.ledger!r}"
            )
            raise TypeError(f"{cls.__name__}: books {name!r} in {signal.unit} under {books}")
        if signal.role == "output" and name not in tellers:
            raise TypeError(f"{cls.__name__}: nobody tells the output {name!r}; name it in a kernel's tells")
        constants = {n for n, s in cls.signals.items() if s.role == "constant"} if signal.role == "state" else set()
        for word, known in ((signal.start, numbers | constants), (signal.length, numbers)):
            if isinstance(word, str) and word:
                _known(cls, name, word, known)
        if signal.length and signal.role not in ("state", "constant"):
            raise TypeError(f"{cls.__name__}: {name!r} is an {signal.role}; only states and constants have many values")


def _check_preparations(cls: type[Component]) -> None:
    """Every constant is told by just one preparation, from parameters alone."""
    told: list[str] = []
    for label, each in cls.preparations.items():
        for name in each.parameters:
            _known(cls, label, name, set(cls.parameters()))
        for name in each.tells:
            _known(cls, label, name, set(cls.signals))
            _tellable(cls, label, name, ("constant",))
        told += each.tells
    for name, signal in cls.signals.items():
        if signal.role == "constant" and told.count(name) != 1:
            raise TypeError(
                f"{cls.__name__}: the constant {name!r} is told by {told.count(name)} preparations, not one"
            )


def _check_trails(cls: type[Component]) -> None:
    """Every trail names an activity, factors and words of its own component, and their units give what is booked."""
    for name, signal in cls.signals.items():
        if not signal.trail:
            continue
        trail = signal.trail
        _known(cls, f"{name}.trail", trail.activity, set(cls.signals))
        for each in trail.factors:
            if not each.isdigit():
                constants = {n for n, s in cls.signals.items() if s.role == "constant"}
                _known(cls, f"{name}.trail", each, set(cls.parameters()) | constants)
                unit = cls.signals[each].unit if each in cls.signals else cls.unit(each)
                if PRODUCTS.get((cls.signals[trail.activity].unit, unit)) != signal.unit:
                    raise TypeError(
                        f"{cls.__name__}: {trail.activity!r} in {cls.signals[trail.activity].unit} times {each!r} in {unit} "
                        f"is not what {name!r} books in {signal.unit}"
                    )
        for each in trail.stated.split(" or ") if trail.stated else ():
            _known(cls, f"{name}.trail", each, set(cls.parameters()))
        for word in re.findall(r"{(\w+)}", " ".join((trail.row, trail.category, trail.method, trail.unit))):
            _known(cls, f"{name}.trail", word, {n for n in cls.parameters() if not cls.unit(n)})


def _known(cls: type[Component], where: str, name: str, known: set[str]) -> None:
    if name not in known:
        near = difflib.get_close_matches(name, sorted(known), 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise TypeError(f"{cls.__name__}.{where}: {name!r} is not declared{hint}")


def _tellable(cls: type[Component], where: str, name: str, roles: tuple[str, ...]) -> None:
    role = cls.signals[name].role
    if role not in roles:
        raise TypeError(
            f"{cls.__name__}.{where}: tells {name!r}, which is a {role}; only {' and '.join(roles)} can be told"
        )
