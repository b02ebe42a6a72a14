"""What is wrong with measured series: gaps, spikes, stuck values, zeros that mean missing, unit slips, clock shifts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

PAUSE = 3.0
"""A gap is longer than so many usual pauses."""
WINDOW, FAR = 7, 12.0
"""Samples around a spike, and how many of their spreads it stands away. Hampel's filter (Pearson 2002) with a wide margin."""
STUCK = 24
"""Equal samples in a row, and hours, from which on a varying point counts as stuck."""
ZEROS = 3
"""Zeros in a row that count as missing where the point otherwise never comes near zero."""
BASE = 0.15
"""Share of the usual value that a point never falls below if it has a base load."""
DAYS = 7
"""Days on each side of a unit slip."""
FACTORS = {
    1000.0: "k -> 1", 0.001: "1 -> k", 1e6: "M -> 1", 1e-6: "1 -> M", 100.0: "share -> %", 0.01: "% -> share",
    3.6: "kWh -> MJ", 1 / 3.6: "MJ -> kWh", 3.412: "kW -> kBtu/h", 1 / 3.412: "kBtu/h -> kW",
}  # fmt: skip
NEAR = 0.06
"""How far a step may be from a unit's factor."""
STEADY = 0.35
"""Largest relative spread of daily medians on each side of a unit slip; more is weather or use."""
WEEKS, AGREE = 3, 0.5
"""Weeks on each side of a clock change, and the share of a point's clock changes that must agree: terms begin in autumn, too."""
KINDS = ("gap", "spike", "stuck", "zeros", "unit slip", "clock shift")
Floats = npt.NDArray[Any]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: kind (see KINDS), first and last moment, how many samples, and what it looks like."""

    kind: str
    start: pd.Timestamp
    end: pd.Timestamp
    samples: int
    detail: str


def examine(series: pd.Series[float], zone: str = "UTC") -> list[Finding]:
    """Everything that is wrong with one point.

    Parameters
    ----------
    series : values with an aware, increasing index; NaN is missing.
    zone : where people use the building; its clock changes are looked at.
    """
    held = series.dropna()
    if len(held) < 3:
        return []
    times = pd.DatetimeIndex(held.index)
    values = held.to_numpy(dtype=float)
    usual = pd.Timedelta(np.median(np.diff(times.as_unit("us").asi8)), unit="us")
    found = [*_gaps(times, usual), *_zeros(times, values), *_stuck(times, values, usual)]
    good = np.ones(len(values), dtype=bool)
    for each in found:
        if each.kind != "gap":
            good &= ~((times >= each.start) & (times <= each.end))
    found += [*_spikes(times[good], values[good]), *_slips(times[good], values[good])]
    found += _shifts(pd.Series(values[good], times[good]), zone, usual)
    return sorted(found, key=lambda each: (each.start, KINDS.index(each.kind)))


def report(frame: pd.DataFrame, zone: str = "UTC") -> pd.DataFrame:
    """Findings of every column of a wide frame: point, kind, start, end, samples, detail."""
    rows: list[dict[str, Any]] = [
        {"point": str(name), **vars(each)} for name in frame.columns for each in examine(frame[name], zone)
    ]
    return pd.DataFrame(rows, columns=["point", "kind", "start", "end", "samples", "detail"])


def _runs(marks: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """First place of each run of marks, and the place behind its last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marks, [False]]).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _gaps(times: pd.DatetimeIndex, usual: pd.Timedelta) -> list[Finding]:
    pauses = np.diff(times.as_unit("us").asi8)
    step = usual / pd.Timedelta("1us")
    found = []
    for at in np.flatnonzero(pauses > PAUSE * step).tolist():
        missing = round(pauses[at] / step) - 1
        found.append(Finding("gap", times[at], times[at + 1], missing, f"{pauses[at] / 3.6e9:.1f} h without samples"))
    return found


def _zeros(times: pd.DatetimeIndex, values: Floats) -> list[Finding]:
    alive = np.abs(values[values != 0.0])
    if not len(alive) or len(alive) < 0.5 * len(values) or np.percentile(alive, 2) < BASE * np.median(alive):
        return []  # it comes near zero by itself
    return [
        Finding(
            "zeros", times[a], times[b - 1], b - a, f"zero, but otherwise never below {np.percentile(alive, 2):.3g}"
        )
        for a, b in _runs(values == 0.0)
        if b - a >= ZEROS
    ]


def _stuck(times: pd.DatetimeIndex, values: Floats, usual: pd.Timedelta) -> list[Finding]:
    changes = np.mean(np.diff(values) != 0.0)
    if changes < 0.5:
        return []  # set-points and states stand still by nature
    found = []
    for a, b in _runs(np.append(np.diff(values) == 0.0, False)):
        span = times[b] - times[a]
        if b - a + 1 >= STUCK and span >= max(STUCK * usual, pd.Timedelta("6h")) and values[a] != 0.0:
            found.append(
                Finding(
                    "stuck", times[a], times[b], b - a + 1, f"{values[a]:.6g} for {span / pd.Timedelta('1h'):.0f} h"
                )
            )
    return found


def _spikes(times: pd.DatetimeIndex, values: Floats) -> list[Finding]:
    if len(values) < 4 * WINDOW:
        return []
    series = pd.Series(values)
    middle = series.rolling(WINDOW, center=True, min_periods=WINDOW).median()
    away = (series - middle).abs()
    local = away.rolling(4 * WINDOW + 1, center=True, min_periods=WINDOW).median() * 1.4826
    low, high = np.percentile(values, [1.0, 99.0])
    beyond = (values > 2.0 * high - low) | (values < 2.0 * low - high)
    marks = (away > FAR * local).to_numpy() & beyond & (high > low)
    return [
        Finding("spike", times[a], times[b - 1], b - a, f"{values[a]:.4g} among {middle.iloc[a]:.4g}")
        for a, b in _runs(marks)
        if b - a <= WINDOW // 2
    ]


def _slips(times: pd.DatetimeIndex, values: Floats) -> list[Finding]:
    days = pd.Series(np.abs(values), times).resample("1D").median().dropna()
    level = days.to_numpy()
    found: list[Finding] = []
    at = DAYS
    while at <= len(level) - DAYS:
        before, after = level[at - DAYS : at], level[at : at + DAYS]
        low, high = np.median(before), np.median(after)
        steady = all(np.median(np.abs(each - np.median(each))) < STEADY * np.median(each) for each in (before, after))
        sharp = min(level[at - 1], level[at]) > 0.0 and low > 0.0 and high > 0.0 and steady
        ratio = float(high / low) if sharp else 1.0
        jump = float(level[at] / level[at - 1]) if sharp else 1.0
        name = next(
            (text for f, text in FACTORS.items() if abs(ratio / f - 1.0) < 4 * NEAR and abs(jump / f - 1.0) < 4 * NEAR),
            "",
        )
        if name and _exact(before, after):
            found.append(
                Finding("unit slip", days.index[at], days.index[-1], len(level) - at, f"{ratio:.4g} times: {name}?")
            )
            at += DAYS
        at += 1
    return found


def _exact(before: Floats, after: Floats) -> bool:
    """Whether a step by more than ten is beyond what use does, or one by less is as sharp as a factor is."""
    ratio = float(np.median(after) / np.median(before))
    big = max(ratio, 1.0 / ratio) > 10.0
    near = min(abs(ratio / factor - 1.0) for factor in FACTORS)
    spread = max(float(np.ptp(each) / np.median(each)) for each in (before, after))
    return big or (near < NEAR and spread < 4 * NEAR)


def _shifts(series: pd.Series[float], zone: str, usual: pd.Timedelta) -> list[Finding]:
    """Clock changes of a zone at which the working day's profile moves by the hour that the clock should have hidden."""
    if usual > pd.Timedelta("1h") or len(series) < 24:
        return []
    hours = series.resample("1h").mean()
    local = pd.DatetimeIndex(hours.index).tz_convert(zone)
    span, seen = pd.Timedelta(weeks=WEEKS), []
    for change, hidden in _changes(local):
        before, after = _profile(hours, local, change - span, change), _profile(hours, local, change, change + span)
        if before is not None and after is not None:
            seen.append((change, _lag(before, after) * hidden))
    found = []
    for way, why in (
        (1, "are a local clock's, taken for another zone's"),
        (-1, "come from a clock without summer time"),
    ):
        agree = [change for change, moved in seen if moved == way]
        if agree and len(agree) >= AGREE * len(seen):
            found += [
                Finding("clock shift", change, change, 0, f"the day moves by an hour: the times {why}")
                for change in agree
            ]
    return found


def _changes(local: pd.DatetimeIndex) -> Iterator[tuple[pd.Timestamp, int]]:
    """Hours at which the offset from UTC changes, and by how many hours."""
    ahead = (local.tz_localize(None) - local.tz_convert("UTC").tz_localize(None)) / pd.Timedelta("1h")
    for at in np.flatnonzero(np.diff(ahead)).tolist():
        yield local[at + 1], round(ahead[at + 1] - ahead[at])


def _profile(hours: pd.Series[float], local: pd.DatetimeIndex, start: pd.Timestamp, end: pd.Timestamp) -> Floats | None:
    """Mean working day, hour by hour of the local clock, without its mean; nothing where it is flat or has holes."""
    chosen = (local >= start) & (local < end) & (local.day_of_week < 5)
    some = hours[chosen]
    mean = some.groupby(local[chosen].hour).mean()
    if len(mean) < 24 or mean.isna().any() or len(some.dropna()) < 24 * 8:
        return None
    values = mean.to_numpy(dtype=float)
    spread = float(np.std(values))
    return (values - values.mean()) / spread if spread > 0.05 * abs(values.mean()) else None


def _lag(before: Floats, after: Floats) -> int:
    """Hours by which a daily profile moved, if it fits clearly better than standing still."""
    fits = {lag: float(np.mean(np.roll(before, lag) * after)) for lag in (-2, -1, 0, 1, 2)}
    best = max(fits, key=lambda lag: fits[lag])
    return best if fits[best] > 0.9 and fits[best] - fits[0] > 0.02 else 0
