"""Read a kept study: the file that `twin study --save` wrote, or what `--json` printed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from twin.errors import TwinError
from twin.study.detail import SCHEMA_VERSION

AGAIN = "make it again: twin study SITE --save FILE"
SHAPE: dict[str, type | tuple[type, ...]] = {
    "site": dict, "floor_area_m2": (int, float), "weather": str, "period": str, "step_s": (int, float), "samples": int, "seed": int,
    "discount_rate": (int, float), "terms": dict, "baseline": dict, "scenarios": list, "interaction_kwh": (int, float),
    "reported": list, "drivers": list, "balance": dict, "notes": list, "manifest": dict, "detail": dict, "bacnet": (dict, type(None)),
}  # fmt: skip
BASELINE = ("electricity_kwh", "electricity_kwh_m2", "peak_kw", "co2_t", "cost_cny", "inventory", "energy", "costs", "emissions", "end_uses_kwh", "fifteen_minute", "comfort_hours_outside", "unmet_hours")  # fmt: skip
DETAIL = ("best", "monthly_kwh", "duration_kw", "duration_share", "day_kw", "hour_kw", "first_day", "measures", "numbers")  # fmt: skip
SCENARIO = ("name", "title", "measures", "central", "problem", "failed_samples")
SOUND = ("saving_kwh", "saving_bought_kwh", "saving_cost_cny", "saving_co2_t", "saving_inventory_t", "capex", "npv", "irr", "irr_why", "payback_years", "discounted_payback_years", "lcc", "lcc_baseline", "cost_of_saved_energy", "horizon_years", "cash_flow", "money", "samples", "comfort_hours_outside", "unmet_hours", "peak_kw")  # fmt: skip
MONEY = ("npv", "probability", "samples")


class KeptError(TwinError):
    """A file is no kept study that this program can read."""

    exit_code = 2


def read_study(path: Path) -> dict[str, Any]:
    """A kept study, whole and of this program's version.

    Raises
    ------
    KeptError
        Where it cannot be read, is not JSON, is of another version, or lacks something.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        why = getattr(problem, "strerror", None) or "is no text"
        raise KeptError(f"{path}: cannot be read ({why}); name a file that `twin study --save` wrote") from problem
    try:
        found = json.loads(text, parse_constant=_refuse)
    except ValueError as problem:
        raise KeptError(f"{path}: is not JSON ({problem}); name a file that `twin study --save` wrote") from problem
    if not isinstance(found, dict) or "scenarios" not in found or "baseline" not in found:
        raise KeptError(f"{path}: is JSON, but no study; name a file that `twin study --save` wrote")
    version = found.get("schema_version")
    if version != SCHEMA_VERSION:
        said = "has no schema_version, so an older program wrote it" if version is None else f"is of schema_version {version}"  # fmt: skip
        raise KeptError(f"{path}: {said}; this program reads version {SCHEMA_VERSION}; {AGAIN}")
    missing = lacking(found)
    if missing:
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise KeptError(f"{path}: lacks or misstates {', '.join(missing[:5])}{more}; {AGAIN}")
    return found


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number")


def lacking(study: Mapping[str, Any]) -> list[str]:
    """What a study lacks, as paths of keys."""
    found = [name for name, kind in SHAPE.items() if name not in study or not isinstance(study[name], kind)]
    if found:
        return found
    found = _without(study["baseline"], BASELINE, "baseline") + _without(study["detail"], DETAIL, "detail")
    for place, each in enumerate(study["scenarios"]):
        here = f"scenarios[{place}]"
        lacks = _without(each, SCENARIO, here)
        if not lacks and each["central"]:
            lacks = _without(each, SOUND, here) or _without(each["money"], MONEY, f"{here}.money")
            lacks += _without(each["central"], ("costs", "emissions", "saving_kwh"), f"{here}.central")
            lacks += [f"{here}.cash_flow"] if not each.get("cash_flow") else []
        found += lacks
    return found


def _without(row: Any, names: Sequence[str], where: str) -> list[str]:
    """Names that a row lacks; the row itself where it is none."""
    if not isinstance(row, Mapping):
        return [where]
    return [f"{where}.{name}" for name in names if name not in row]
