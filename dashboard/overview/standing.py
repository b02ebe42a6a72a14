"""What stands at this moment and wants somebody's attention, from the gateway's news, the live twin's, and the limits of points."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twin.dashboard.overview.measured import missing

from twin.bacnet import points as listed
from twin.bacnet.points import Point
from twin.errors import BacnetError
from twin.historian.samples import LATEST
from twin.historian.store import open_store
from twin.live import filling, follow

GATEWAY = "gateway.json"
"""The gateway's news in the folder of a store; `twin bacnet status` reads the same."""
SILENT = 20.0
"""Age from which on the gateway's news means that it does not run. [s]"""
TWIN_SILENT = 300.0
"""Age from which on the twin's news means that it does not run. [s]"""
FEW = 3
"""Points that are named; the others are counted."""
OLD = 86_400.0
"""Age from which on a value outside its limits is no alarm any more. [s]"""
WIDE = 3.0
"""Spreads of its usual hourly means that a drifting point must be off at this moment. Without it every slow point of many counts as an alarm
at some hour: the chart of sums that finds drifts is made for one point, Montgomery, Statistical Quality Control, ch. 9."""
ORDER = ("gateway", "offline", "missing", "limit", "stale", "drift", "twin", "told")
"""Sorts of what stands, the most urgent first."""


@dataclass(frozen=True)
class Standing:
    """One thing that stands.

    Attributes
    ----------
    sort : one of ORDER; what a sentence is chosen by. since : where somebody knows.
    names : points or devices, the first few; count : of all. detail : numbers of the sentence.
    """

    sort: str
    since: datetime | None
    names: tuple[str, ...]
    count: int
    detail: str = ""


def found(where: str, site: Any, now: datetime) -> tuple[Standing, ...]:
    """All that stands, the most urgent first."""
    if missing(where) or "://" in where:
        return ()
    folder = Path(where)
    rows = [*_gateway(folder, now), *_limits(where, site, now), *_twin(folder, now)]
    return tuple(sorted(rows, key=lambda row: (ORDER.index(row.sort), -row.count)))


def origin(where: str) -> filling.Progress | None:
    """Whether a store is that of a virtual building, and how much of its past is there."""
    return None if not where or "://" in where else filling.read(Path(where))


def _read(path: Path) -> dict[str, Any]:
    """A small file of news; nothing where there is none, or it is half written by somebody else."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _moment(text: Any, now: datetime) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(now.tzinfo)
    except (TypeError, ValueError):
        return None


def _gateway(folder: Path, now: datetime) -> list[Standing]:
    """Devices that do not answer, points without news, and the gateway itself."""
    told = _read(folder / GATEWAY)
    if not told:
        return []
    at = _moment(told.get("time"), now)
    if not told.get("running") or at is None or (now - at).total_seconds() > SILENT + float(told.get("every_s") or 0.0):
        return [Standing("gateway", at, (), 1)]
    rows = [
        Standing("offline", _moment(each.get("heard"), now), (str(each["instance"]),), int(each.get("points") or 0))
        for each in told.get("devices", []) if not each.get("online", True)
    ]  # fmt: skip
    absent = [str(each) for each in told.get("missing", [])]
    if absent:
        rows.append(Standing("missing", None, tuple(absent[:FEW]), len(absent)))
    held = told.get("points", {})
    stale = [
        name
        for name, quality in zip(held.get("signal", []), held.get("quality", []), strict=False)
        if quality in ("stale", "fault", "communication_lost")
    ]
    if stale:
        ages = [
            age
            for age, quality in zip(held.get("age_s", []), held.get("quality", []), strict=False)
            if quality in ("stale", "fault", "communication_lost") and age
        ]
        since = datetime.fromtimestamp(now.timestamp() - max(ages), now.tzinfo or UTC) if ages else None
        rows.append(Standing("stale", since, tuple(stale[:FEW]), len(stale)))
    told_more = [each for each in told.get("alarms", []) if isinstance(each, dict)]
    return rows + [
        Standing("told", _moment(each.get("since"), now), (), 1, str(each.get("text", ""))) for each in told_more
    ]


def _limits(where: str, site: Any, now: datetime) -> list[Standing]:
    """Points outside the limits of their alarm."""
    try:
        points = [p for p in listed.mapped(site, site.path.parent) if p.alarm_low == p.alarm_low]
    except BacnetError:
        return []
    with open_store(where) as store:
        numbers = store.numbers([p.signal for p in points])
        newest = store.latest(list(numbers.values()), LATEST)
    value = dict(zip(newest.point.tolist(), zip(newest.value.tolist(), newest.time.tolist(), strict=True), strict=True))
    rows: dict[tuple[str, float], list[tuple[Point, float, float]]] = {}
    for point in points:
        seen, at = value.get(numbers.get(point.signal, -1), (float("nan"), 0))
        if now.timestamp() - at / 1e6 > OLD or point.alarm_low <= seen <= point.alarm_high or seen != seen:
            continue
        limit = point.alarm_high if seen > point.alarm_high else point.alarm_low
        rows.setdefault((point.unit, limit), []).append((point, seen, at / 1e6))
    return [
        Standing("limit", None, tuple(p.signal for p, _, _ in sorted(some, key=lambda row: -abs(row[1] - limit))[:FEW]), len(some), _beyond(limit, unit, [seen for _, seen, _ in some]))
        for (unit, limit), some in rows.items()
    ]  # fmt: skip


def _beyond(limit: float, unit: str, seen: list[float]) -> str:
    """The value farthest from its limit."""
    worst = max(seen, key=lambda each: abs(each - limit))
    return f"{worst:,.1f} {'>' if worst > limit else '<'} {limit:,.0f} {unit.replace('degC', '°C')}"


def _twin(folder: Path, now: datetime) -> list[Standing]:
    """What drifts from its twin, and the twin itself."""
    told = _read(folder / "live" / follow.STATUS)
    if not told:
        return []
    rows = []
    at = _moment(told.get("moment"), now)
    if at is not None and (now - at).total_seconds() > TWIN_SILENT:
        rows.append(Standing("twin", at, (), 1))
    drifting = set(told.get("drifting", []))
    off = [
        each
        for each in told.get("worst", [])
        if each.get("point") in drifting and abs(each.get("spreads", 0.0)) >= WIDE
    ]
    if off:
        unit = {"degC": " K", "1": ""}.get(off[0]["unit"], f" {off[0]['unit']}")
        detail = f"{off[0]['point']}: {off[0]['residual'] - off[0]['usual']:+,.4g}{unit}"
        rows.append(Standing("drift", None, tuple(each["point"] for each in off[:FEW]), len(off), detail))
    if told.get("alarm"):
        rows.append(Standing("told", None, (), 1, str(told["alarm"])))
    return rows
