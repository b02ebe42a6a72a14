"""A signal is one live value of a component: a state, a command, an inlet or an output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["state", "command", "inlet", "output", "constant"]
Join = Literal["sum", "max", "mean"]
Energy = Literal["in", "out", ""]
ACCOUNTS = {
    "cost": "CNY/s", "scope1": "kg/s", "scope2": "kg/s", "scope2_market": "kg/s", "scope3": "kg/s", "avoided": "kg/s",
    "water": "kg/s", "mains_water": "kg/s", "bought": "W", "sold": "W", "generation": "W", "it": "W", "facility": "W",
    "reuse": "W", "heat": "W", "fuel": "W", "matched": "W",
}  # fmt: skip
"""Accounts that a run sums over the site, and the unit of what is booked there."""


@dataclass(frozen=True, slots=True)
class Trail:
    """How a booked amount of carbon dioxide came about: an activity times a factor, as an auditor asks for it.

    Texts in braces stand for words of the component: `ndrc/{fuel}`.

    Attributes
    ----------
    activity : the component's own signal that the factor is for; every run sums it.
    factor : parameter or constant it is multiplied with; of several, parted by `or`, the first above 0. Empty where it is nought.
    row : of the library's table of factors, from which the component's default is.
    category : of scope 3, or what else the amount belongs to. method : `activity`, `spend` or `average`.
    unit : of the activity where the signal itself is without one. stated : parameters, parted by `or`, that state the activity.
    """

    activity: str
    factor: str = ""
    row: str = ""
    category: str = ""
    method: str = "activity"
    unit: str = ""
    stated: str = ""

    @property
    def factors(self) -> tuple[str, ...]:
        """Names that the factor may have."""
        return tuple(self.factor.split(" or ")) if self.factor else ()


@dataclass(frozen=True, slots=True)
class Signal:
    """What a component declares of one of its live values.

    Attributes
    ----------
    role : who tells it: `constant` (a preparation, once before the first tick), `state` (own kernel, kept over ticks), `command` (schedules, operators, BACnet),
        `inlet` (another component or the weather), `output` (own kernel, for this tick).
    unit : SI unit.
    doc : one line for the catalogue.
    start : value before the first tick, or the name of the parameter (of a state: or the constant) that holds it.
    join : how several sources become one value: `sum`, `max` or plain `mean`.
    medium : what flows, where the signal is a flow that a balance must account for.
    energy : `in` when a positive value brings energy into the component, `out` when it takes energy away.
    store : J held per unit of this state, written with parameters (`capacity * area`); `1` for a state in J.
    note : sentence for the run's notes when the recorded value is ever above zero (a curve that left its range).
    length : parameter that says how many values a state or constant has, a whole number or an array of that length; empty for one value.
        Kernels see such a state as a view and write its next values into the view `<name>_next`.
    end_use : word under which this electric power is summed over the site.
    ledger : account under which this rate is summed over the site and the run, one of `ACCOUNTS`.
    trail : which activity and factor a booked amount of carbon dioxide comes from.
    point, card, brick : hints for BACnet, the dashboard and Brick.
    """

    role: Role
    unit: str
    doc: str
    start: float | str = 0.0
    join: Join = "sum"
    medium: str = ""
    energy: Energy = ""
    store: str = ""
    point: str = ""
    card: str = ""
    brick: str = ""
    note: str = ""
    end_use: str = ""
    length: str = ""
    ledger: str = ""
    trail: Trail | None = None


def state(unit: str, doc: str, *, start: float | str = 0.0, medium: str = "", store: str = "",
          point: str = "", card: str = "", brick: str = "", length: str = "") -> Signal:  # fmt: skip
    """Declare a value that the component keeps from one tick to the next; everybody reads its value at the tick's start."""
    return Signal("state", unit, doc, start, "sum", medium, "", store, point, card, brick, length=length)


def constant(unit: str, doc: str, *, length: str = "") -> Signal:
    """Declare a value that a preparation works out from parameters and the tick's length, once before the first tick."""
    return Signal("constant", unit, doc, length=length)


def command(unit: str, doc: str, *, start: float | str = 0.0, point: str = "", card: str = "",
            brick: str = "") -> Signal:  # fmt: skip
    """Declare a value that schedules, operators, BACnet or optimisers set."""
    return Signal("command", unit, doc, start, "sum", "", "", "", point, card, brick)


def inlet(unit: str, doc: str, *, start: float | str = 0.0, join: Join = "sum", medium: str = "", energy: Energy = "",
          point: str = "", card: str = "", brick: str = "") -> Signal:  # fmt: skip
    """Declare a value that other components or the weather tell."""
    return Signal("inlet", unit, doc, start, join, medium, energy, "", point, card, brick)


def output(unit: str, doc: str, *, start: float | str = 0.0, medium: str = "", energy: Energy = "", point: str = "",
           card: str = "", brick: str = "", note: str = "", end_use: str = "", ledger: str = "",
           trail: Trail | None = None) -> Signal:  # fmt: skip
    """Declare a value that one of the component's kernels tells in every tick."""
    return Signal(
        "output",
        unit,
        doc,
        start,
        "sum",
        medium,
        energy,
        "",
        point,
        card,
        brick,
        note,
        end_use,
        ledger=ledger,
        trail=trail,
    )
