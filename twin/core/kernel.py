"""Kernels, forcing and preparations: the argument is what you were told, the return value is what you tell."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Kernel:
    """A scalar function run for every instance in every tick; its argument names are declared names of the component."""

    function: Callable[..., Any]
    tells: tuple[str, ...]

    @cached_property
    def told(self) -> tuple[str, ...]:
        """Names of what the kernel is told, in order."""
        return tuple(inspect.signature(self.function).parameters)

    def __call__(self, *told: Any, **named: Any) -> Any:
        """Run the equation as plain Python."""
        return self.function(*told, **named)


@dataclass(frozen=True)
class Wish:
    """A function whose first argument is given to it and whose others are parameters; instances that share these values share
    its answer.
    """

    function: Callable[..., Any]
    tells: tuple[str, ...]

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters it depends on."""
        return tuple(inspect.signature(self.function).parameters)[1:]

    def __call__(self, *told: Any, **named: Any) -> Any:
        """Run it as plain Python."""
        return self.function(*told, **named)


class Forcing(Wish):
    """A vectorised function run once per stretch of weather; its first argument is the weather grid."""


class Preparation(Wish):
    """A function run once before the first tick; its first argument is the tick's length."""


def kernel(*, tells: tuple[str, ...]) -> Callable[[Callable[..., Any]], Kernel]:
    """Mark a function in a component's body as a kernel that tells the named states and outputs."""
    return lambda function: Kernel(function, tells)


def forcing(*, tells: tuple[str, ...]) -> Callable[[Callable[..., Any]], Forcing]:
    """Mark a function in a component's body as forcing: weather and parameters in, columns for the named inlets out."""
    return lambda function: Forcing(function, tells)


def prepared(*, tells: tuple[str, ...]) -> Callable[[Callable[..., Any]], Preparation]:
    """Mark a function in a component's body as a preparation: tick length and parameters in, the named constants out."""
    return lambda function: Preparation(function, tells)
