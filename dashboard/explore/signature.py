"""Energy signature: how a demand follows the outdoor temperature, as a line with one bend or two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
FEWEST = 10
"""Values that a fit needs at least. Assumed."""
BENDS = 40
"""How many places for a bend are tried."""
ENDS = (5.0, 95.0)
"""Percentiles of the temperature between which a bend may lie."""
Form = Literal["flat", "heating", "cooling", "both"]


@dataclass(frozen=True)
class Fit:
    """A demand: base + heating * max(0, cold - t) + cooling * max(0, t - warm).

    Attributes
    ----------
    cold, warm : outdoor temperature below which heating begins and above which cooling does. [degC]
    determined : share of the variance that it explains (R2). scatter : root mean square of what is left over the mean (CV(RMSE)).
    """

    form: Form
    base: float
    heating: float
    cooling: float
    cold: float
    warm: float
    determined: float
    scatter: float
    count: int

    def at(self, temperature: Floats) -> Floats:
        """Demand at some temperatures."""
        below, above = np.maximum(0.0, self.cold - temperature), np.maximum(0.0, temperature - self.warm)
        return self.base + self.heating * below + self.cooling * above


def fit(temperature: Floats, demand: Floats) -> Fit | None:
    """The form that explains best for what it needs (least Bayesian information), each by least squares; None for too few values.

    Slopes have the sign that heating and cooling have; a demand that falls with warmth and rises again has both.

    References
    ----------
    Kissock, Haberl and Claridge, "Inverse Modeling Toolkit: Numerical Algorithms", ASHRAE Transactions 109(2), 2003;
    change-point models as in ASHRAE Guideline 14-2014, Annex D.
    """
    known = np.isfinite(temperature) & np.isfinite(demand)
    x, y = temperature[known], demand[known]
    if len(y) < FEWEST or np.ptp(x) <= 0.0:
        return None
    places = np.linspace(*np.percentile(x, ENDS), BENDS)
    tried = [_tried("flat", x, y, 0.0, 0.0)]
    for at in places:
        tried += [_tried("heating", x, y, at, at), _tried("cooling", x, y, at, at), _tried("both", x, y, at, at)]
    tried += [_tried("both", x, y, cold, warm) for cold in places[::3] for warm in places[::3] if warm > cold]
    best = _best(tried)
    if best.form != "both":
        return best
    near = np.linspace(-2.0, 2.0, 5) * (places[1] - places[0])
    tried += [
        _tried("both", x, y, best.cold + a, best.warm + b) for a in near for b in near if best.warm + b > best.cold + a
    ]
    return _best(tried)


def _best(tried: Sequence[tuple[float, Fit] | None]) -> Fit:
    """What explains best for what it needs."""
    return min((each for each in tried if each is not None), key=lambda each: each[0])[1]


def _tried(form: Form, x: Floats, y: Floats, cold: float, warm: float) -> tuple[float, Fit] | None:
    """A form with its bends at some places, and its information; nothing where a slope has the wrong sign."""
    columns = [np.ones(len(x))]
    columns += [np.maximum(0.0, cold - x)] if form in ("heating", "both") else []
    columns += [np.maximum(0.0, x - warm)] if form in ("cooling", "both") else []
    table = np.column_stack(columns)
    weights = np.linalg.lstsq(table.T @ table, table.T @ y, rcond=None)[0]
    if (weights[1:] <= 0.0).any():
        return None
    rest = float(((y - table @ weights) ** 2).sum())
    spread, mean = float(((y - y.mean()) ** 2).sum()), abs(float(y.mean()))
    bends = {"flat": 0, "heating": 1, "cooling": 1, "both": 1 if cold == warm else 2}[form]
    information = len(y) * np.log(max(rest, 1e-12 * (spread + 1e-300)) / len(y)) + (len(weights) + bends) * np.log(
        len(y)
    )
    heating = float(weights[1]) if form in ("heating", "both") else 0.0
    cooling = float(weights[-1]) if form in ("cooling", "both") else 0.0
    determined = 1.0 - rest / spread if spread > 0.0 else 0.0
    scatter = (rest / len(y)) ** 0.5 / mean if mean > 0.0 else 0.0
    return float(information), Fit(
        form, float(weights[0]), heating, cooling, float(cold), float(warm), determined, scatter, len(y)
    )
