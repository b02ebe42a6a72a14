"""Draw the uncertain numbers of a site: Latin hypercube or Sobol' samples of triangular distributions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from twin.errors import SiteError
from twin.site.provenance import Quantity

Floats = npt.NDArray[np.float64]
Sampling = Literal["lhs", "sobol"]


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


def variance(quantity: Quantity) -> float:
    """Variance of the triangular distribution of a number.

    References
    ----------
    Kotz and van Dorp, Beyond Beta, World Scientific 2004, chapter 1.
    """
    width, left = quantity.high - quantity.low, quantity.value - quantity.low
    return (width * width - width * left + left * left) / 18.0


def placed(quantities: Sequence[Quantity], shares: Floats) -> list[dict[str, float]]:
    """Values by place for each row of shares of the distributions, one column a number."""
    columns = [triangular(shares[:, i], q.low, q.value, q.high) for i, q in enumerate(quantities)]
    return [
        {q.place: float(column[i]) for q, column in zip(quantities, columns, strict=True)} for i in range(len(shares))
    ]


def draw(quantities: Sequence[Quantity], count: int, seed: int, sampling: Sampling = "lhs") -> list[dict[str, float]]:
    """Values by place for each of `count` samples; the same seed gives the same samples.

    Parameters
    ----------
    sampling : `lhs`, a Latin hypercube, or `sobol`, a scrambled Sobol' sequence, whose first samples do not change when
        there are more of them.

    Raises
    ------
    SiteError
        For another word.

    References
    ----------
    McKay, Beckman and Conover, Technometrics 21(2), 1979 (Latin hypercube); Owen, Journal of Complexity 14(4), 1998
    (scrambling); both by scipy.stats.qmc.
    """
    from scipy.stats import qmc

    if sampling not in get_args(Sampling):
        raise SiteError(f"--sampling {sampling}: must be {' or '.join(get_args(Sampling))}")
    if not quantities:
        return [{} for _ in range(count)]
    rng = np.random.default_rng(seed)
    if sampling == "sobol":
        shares = qmc.Sobol(d=len(quantities), rng=rng).random_base2(max(count - 1, 0).bit_length())[:count]
    else:
        shares = qmc.LatinHypercube(d=len(quantities), rng=rng).random(count)
    return placed(quantities, shares)


def advice(sampling: Sampling, count: int) -> dict[str, str]:
    """What to know of a number of samples, by language; empty where there is nothing.

    >>> advice("sobol", 30)["en"]
    "Sobol' samples balance at powers of two: 32 would serve better than 30"
    """
    if sampling == "lhs" or count & (count - 1) == 0:
        return {}
    better = 1 << round(float(np.log2(count)))
    return {
        "en": f"Sobol' samples balance at powers of two: {better} would serve better than {count}",
        "zh": f"Sobol样本数宜取2的幂：取{better}优于{count}",
    }


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """P10, P50 and P90."""
    low, middle, high = np.percentile(np.array(values, dtype=float), [10, 50, 90])
    return {"p10": float(low), "p50": float(middle), "p90": float(high)}
