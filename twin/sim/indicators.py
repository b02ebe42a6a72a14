"""Indicators of data centres from what a run booked: PUE, WUE, CUE and the share of energy reused."""

from __future__ import annotations

from collections.abc import Mapping


def indicators(ledger: Mapping[str, float]) -> dict[str, float]:
    """PUE, WUE [L/kWh], CUE [kg/kWh] and ERF [1] of a run; empty where no data centre is in the site.

    Parameters
    ----------
    ledger : sums by account: `facility` and `it` energy, `reuse` [J], `water` [kg], `scope1` and `scope2` [kg].

    References
    ----------
    ISO/IEC 30134-2 (PUE: energy of the data centre over energy of its IT), -9 (WUE: water over IT energy), -8 (CUE: carbon dioxide
    of the data centre over IT energy; here its share of the site's by energy), -6 (ERF: energy reused outside over energy of the data
    centre). Clause numbers were not read in print.

    >>> indicators({"facility": 1.3 * 3.6e6, "it": 3.6e6, "reuse": 0.0, "water": 0.5, "scope1": 0.0, "scope2": 0.7, "bought": 1.3 * 3.6e6})
    {'pue': 1.3, 'wue_l_kwh': 0.5, 'cue_kg_kwh': 0.7, 'erf': 0.0}
    """
    work, whole = ledger["it"], ledger["facility"]
    if not work or not whole:
        return {}
    bought = ledger["bought"] or whole
    return {
        "pue": whole / work,
        "wue_l_kwh": ledger["water"] / (work / 3.6e6),
        "cue_kg_kwh": (ledger["scope2"] * min(whole / bought, 1.0) + ledger["scope1"]) / (work / 3.6e6),
        "erf": ledger["reuse"] / whole,
    }
