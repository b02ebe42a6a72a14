"""Work out the golden figures of the shipped sites; `python -m tests.golden.figures` writes them anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from twin.site.load import load, shipped
from twin.site.site import Site
from twin.study.runner import simulate

FILE = Path(__file__).with_name("figures.json")
HOUR = 3600.0


def baseline(site: Site) -> tuple[dict[str, float], float]:
    """Figures of the year at 15 minutes, and the worst error of its balance."""
    run = simulate(site)
    found = {"electricity_kwh": run.electricity, "peak_kw": run.peak, "cost_cny": run.cost, **run.indicators}
    found |= {name: value for name, value in run.ledger.items() if value and name != "cost"}
    return found, max(run.balance.values())


def measured(site: Site) -> tuple[dict[str, dict[str, float]], float]:
    """Electricity, cost and carbon of each measure and package by the hour, and the worst error of their balances."""
    found, worst = {}, 0.0
    for name, members in {**{n: (n,) for n in site.measures}, **site.packages}.items():
        run = simulate(site.with_measures(*members), step=HOUR)
        found[name] = {"electricity_kwh": run.electricity, "cost_cny": run.cost, "co2_t": run.carbon}
        worst = max(worst, *run.balance.values())
    return found, worst


def main() -> None:
    """Write the figures of every shipped site."""
    told: dict[str, Any] = {}
    for name in shipped():
        site = load(name)
        told[name] = {"baseline": baseline(site)[0], "measures": measured(site)[0]}
    FILE.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
