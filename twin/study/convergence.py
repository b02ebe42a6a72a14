"""What the percentiles of a study may be trusted to: their standard errors, and how likely each value is reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

PARTS = (("p10", 0.1), ("p50", 0.5), ("p90", 0.9))
STEPS = 20
"""Steps of an exceedance curve, 5 % each."""
FINE = 0.01
"""Standard error, as a share of the figure, for which the samples needed are told."""


def standard_errors(values: Sequence[float]) -> dict[str, float]:
    """Standard errors of P10, P50 and P90, as if the samples were independent.

    The bootstrap of a percentile without its noise: the weight of each ordered value is the chance that it is the percentile of
    samples drawn from these. Samples of a Latin hypercube or a Sobol' sequence cover the ranges more evenly than independent
    ones, so that their true errors are usually smaller.

    References
    ----------
    Maritz and Jarrett, A note on estimating the variance of the sample median, Journal of the American Statistical
    Association 73(361), 1978, with the place of a percentile as in NumPy.

    >>> standard_errors([7.0, 7.0, 7.0])
    {'p10': 0.0, 'p50': 0.0, 'p90': 0.0}
    """
    from scipy.special import betainc

    ordered = np.sort(np.asarray(values, dtype=np.float64))
    ordered, scale = ordered - ordered.mean(), float(np.abs(ordered).max())
    edges = np.linspace(0.0, 1.0, ordered.size + 1)
    found = {}
    for label, share in PARTS:
        place = share * (ordered.size - 1) + 1.0
        weights = np.diff(betainc(place, ordered.size + 1.0 - place, edges))
        square = float(weights @ ordered**2 - (weights @ ordered) ** 2)
        found[label] = float(np.sqrt(square)) if square > (1e-12 * scale) ** 2 else 0.0
    return found


def exceedance(values: Sequence[float]) -> list[list[float]]:
    """Values with the share of samples that reach them, from all to none, at steps of 5 %.

    >>> exceedance([0.0, 1.0])[::10]
    [[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]]
    """
    below = np.linspace(0.0, 1.0, STEPS + 1)
    reached = np.quantile(np.asarray(values, dtype=np.float64), below)
    return [[float(value), round(1.0 - float(share), 2)] for value, share in zip(reached, below, strict=True)]


def trust(figures: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Keys that a scenario of a study gets: `spread_error` of its percentiles, and `exceedance`, by figure."""
    return {
        "spread_error": {name: standard_errors(values) for name, values in figures.items()},
        "exceedance": {name: exceedance(values) for name, values in figures.items()},
    }


def relative(row: Mapping[str, Any], figure: str) -> dict[str, float] | None:
    """Standard errors of a figure's percentiles as shares of its P50; None where that is nought."""
    middle = abs(row[figure]["p50"])
    return {part: error / middle for part, error in row["spread_error"][figure].items()} if middle else None


def needed(error: float, samples: int) -> int:
    """Independent samples that bring a relative error down to 1 %, to two digits.

    >>> needed(0.03, 30)
    270
    """
    exact = samples * (error / FINE) ** 2
    digits = max(int(np.floor(np.log10(exact))) - 1, 0) if exact >= 1.0 else 0
    return int(np.ceil(exact / 10.0**digits - 1e-9) * 10.0**digits)
