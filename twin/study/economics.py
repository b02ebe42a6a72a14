"""What a measure costs and returns: net present value and simple payback."""

from __future__ import annotations

DISCOUNT = 0.06
"""Real discount rate; the usual social rate of Chinese project appraisal is 6..8 % (NDRC and MOHURD, Economic Evaluation
Methods and Parameters for Construction Projects, 3rd ed. 2006: 8 %, lower for long horizons). An assumption: change it freely."""


def annuity(years: float, rate: float = DISCOUNT) -> float:
    """Present value of one yuan a year, paid at each year's end.

    >>> round(annuity(10.0, 0.06), 3)
    7.36
    """
    return years if rate == 0.0 else (1.0 - (1.0 + rate) ** -years) / rate


def present_value(capital: float, saving: float, years: float, rate: float = DISCOUNT) -> float:
    """Net present value of a saving that lasts `years`, in real terms.

    >>> round(present_value(100.0, 20.0, 10.0), 1)
    47.2
    """
    return saving * annuity(years, rate) - capital


def payback(capital: float, saving: float) -> float | None:
    """Years until the savings have paid the capital; None where there is no saving.

    >>> payback(100.0, 20.0), payback(100.0, -1.0)
    (5.0, None)
    """
    return capital / saving if saving > 0.0 else None
