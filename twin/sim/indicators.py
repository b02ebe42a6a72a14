"""Indicators of data centres from what a run booked: PUE, WUE, CUE and the share of energy reused."""

from __future__ import annotations

from collections.abc import Mapping


def indicators(ledger: Mapping[str, float], grid_carbon: float) -> dict[str, float]:
    """PUE, WUE [L/kWh], CUE [kg/kWh] and ERF [1] of a run; empty where no data centre is in the site.

    Parameters
    ----------
    ledger : sums by account: `facility` and `it` energy, `reuse`, `bought`, `sold` and `generation` [J], `water` [kg].
    grid_carbon : carbon dioxide of the power bought, location-based. [kg]

    References
    ----------
    ISO/IEC 30134-2 (PUE: energy of the data centre over energy of its IT), -9 (WUE: water over IT energy; here all water of the
    site), -8 (CUE: carbon dioxide over IT energy; here that of the power bought, by the data centre's share of the power used;
    fuels burnt on the site stand in scope 1), -6 (ERF: energy reused outside over energy of the data centre). Clause numbers
    were not read in print.

    >>> kwh = 3.6e6
    >>> books = {"facility": 1.3 * kwh, "it": kwh, "reuse": 0.0, "water": 0.5, "bought": 2.6 * kwh, "sold": 0.0, "generation": 0.0}
    >>> indicators(books, 1.4)
    {'pue': 1.3, 'wue_l_kwh': 0.5, 'cue_kg_kwh': 0.7, 'erf': 0.0}
    """
    work, whole = ledger["it"], ledger["facility"]
    if not work or not whole:
        return {}
    used = max(ledger["bought"] + ledger["generation"] - ledger["sold"], whole)
    return {
        "pue": whole / work,
        "wue_l_kwh": ledger["water"] / (work / 3.6e6),
        "cue_kg_kwh": grid_carbon * whole / used / (work / 3.6e6),
        "erf": ledger["reuse"] / whole,
    }
