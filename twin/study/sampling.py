"""Draw the uncertain numbers of a site: Latin hypercube samples of triangular distributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from twin.site.provenance import Quantity

Floats = npt.NDArray[np.float64]


def triangular(share: Floats, low: float, mode: float, high: float) -> Floats:
    """Inverse distribution function of a triangular distribution.

    Parameters
    ----------
    share : probabilities, 0..1.
    low, mode, high : ends and most likely value.

    >>> triangular(np.array([0.0, 0.5, 1.0]), 0.0, 1.0, 2.0).tolist()
    [0.0, 1.0, 2.0]
    """
    if high <= low:
        return np.full(share.shape, mode)
    turn = (mode - low) / (high - low)
    left = low + np.sqrt(share * (high - low) * (mode - low))
    right = high - np.sqrt((1.0 - share) * (high - low) * (high - mode))
    return np.where(share < turn, left, right)


def draw(quantities: Sequence[Quantity], count: int, seed: int) -> list[dict[str, float]]:
    """Values by place for each of `count` samples; the same seed gives the same samples.

    References
    ----------
    McKay, Beckman and Conover, Technometrics 21(2), 1979 (Latin hypercube), by scipy.stats.qmc.
    """
    return valued(quantities, shares([q.place for q in quantities], count, seed), count)


def shares(places: Sequence[str], count: int, *seed: int) -> dict[str, Floats]:
    """Shares of the distributions by place, 0..1, for each of `count` samples."""
    from scipy.stats import qmc

    if not places:
        return {}
    rng = np.random.default_rng(seed if len(seed) > 1 else seed[0])
    drawn = qmc.LatinHypercube(d=len(places), rng=rng).random(count)
    return {place: drawn[:, column] for column, place in enumerate(places)}


def valued(quantities: Sequence[Quantity], drawn: Mapping[str, Floats], count: int) -> list[dict[str, float]]:
    """Values by place for each sample, from the shares of their distributions."""
    columns = {q.place: triangular(drawn[q.place], q.low, q.value, q.high) for q in quantities}
    return [{place: float(column[i]) for place, column in columns.items()} for i in range(count)]


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """P10, P50 and P90."""
    low, middle, high = np.percentile(np.array(values, dtype=float), [10, 50, 90])
    return {"p10": float(low), "p50": float(middle), "p90": float(high)}
