"""What a card is given: a value, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Value = TypeVar("Value")
State = Literal["ready", "loading", "empty", "stale", "error"]


@dataclass(frozen=True)
class Reading(Generic[Value]):
    """A value with the state it is in.

    Attributes
    ----------
    state : `ready` and `stale` have a value; `loading`, `empty` and `error` have none.
    why : key of the sentence that says what is the matter and what to do.
    detail : what stands in the sentence's braces; a line each where it has several.
    """

    state: State
    value: Value | None = None
    why: str = ""
    detail: str = ""


def ready(value: Value) -> Reading[Value]:
    """A value that is as it should be."""
    return Reading("ready", value)
