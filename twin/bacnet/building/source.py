"""What a virtual building shows: something that has a time, values of signals, and a next tick."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import numpy as np
import numpy.typing as npt


class Source(Protocol):
    """A running simulation, or trends that are replayed.

    Attributes
    ----------
    step : seconds of the building's time between ticks.
    """

    step: float

    @property
    def moment(self) -> datetime:
        """The building's time at the end of the last tick."""

    @property
    def tick(self) -> int:
        """Ticks since the first."""

    @property
    def ticks(self) -> int:
        """Ticks that there are; 0 where they never end."""

    def places(self, signals: Sequence[str]) -> npt.NDArray[np.int64]:
        """Where signals are among the values."""

    def values(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Values at some places at the end of the last tick."""

    def post(self, signal: str, value: float | None, priority: int, source: str) -> None:
        """Command a signal from the next tick on, or take the command back."""

    def advance(self) -> None:
        """One tick."""

    def seek(self, tick: int) -> None:
        """Go to a tick; a simulation only goes forward."""
