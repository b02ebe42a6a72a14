"""How well a scenario does under every condition: its worst and best case, and what is lost by having chosen it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

DEFINITION = {
    "en": "Regret: under a condition, the highest net present value of all scenarios and of doing nothing, less that of the scenario "
    "(P50 each); told is the largest over the conditions (Savage, Journal of the American Statistical Association 46, 1951).",
    "zh": "后悔值：某一条件下，所有方案及不采取措施中的最高净现值减去该方案的净现值（均取P50）；表中为各条件下的最大值（Savage，1951）。",
}
SHOWN = ("npv", "saving_kwh", "saving_co2_t", "saving_cost_cny")


def robust(conditions: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Worst and best of each scenario over the conditions, and its regret; None where the conditions have different scenarios.

    A scenario that cannot be simulated under some condition is listed under `left_out`, and sets no standard for others there.
    """
    names = [row["name"] for row in conditions[0]["scenarios"]]
    if len(conditions) < 2 or any([row["name"] for row in each["scenarios"]] != names for each in conditions):
        return None
    labels = [each["label"] for each in conditions]
    columns = {name: [each["scenarios"][place] for each in conditions] for place, name in enumerate(names)}
    sound = {name: rows for name, rows in columns.items() if all(row["central"] for row in rows)}
    best = [max([0.0, *(row["npv"]["p50"] for row in each["scenarios"] if row["central"])]) for each in conditions]
    found = []
    for name, rows in sound.items():
        lost = [top - row["npv"]["p50"] for top, row in zip(best, rows, strict=True)]
        ends = {key: _ends([row[key]["p50"] for row in rows], labels) for key in SHOWN}
        regret = max(lost)
        told = {"regret_cny": regret, "regret_condition": labels[lost.index(regret)] if regret > 0.0 else None}
        found.append({"name": name, "title": rows[0]["title"], **ends, **told})
    return {
        "definition": DEFINITION,
        "scenarios": found,
        "nothing_regret_cny": max(best),
        "least_regret": min(found, key=lambda row: row["regret_cny"])["name"] if found else None,
        "best_worst_case": max(found, key=lambda row: row["npv"]["worst"])["name"] if found else None,
        "left_out": [name for name in names if name not in sound],
    }


def _ends(values: Sequence[float], labels: Sequence[str]) -> dict[str, Any]:
    worst, best = min(values), max(values)
    return {
        "worst": worst, "worst_condition": labels[values.index(worst)],
        "best": best, "best_condition": labels[values.index(best)],
    }  # fmt: skip
