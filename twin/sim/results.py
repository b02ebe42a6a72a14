"""The results of a run: frames, totals, balance, notes and the manifest that makes it reproducible."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.core.component import Component
from twin.core.signal import ACCOUNTS
from twin.errors import RunError
from twin.sim import balance
from twin.sim.bill import demand
from twin.sim.indicators import indicators
from twin.sim.plan import SITE, Floats, Plan
from twin.sim.record import Record
from twin.sim.scene import Clock
from twin.site.site import Site
from twin.units import EXTENSIVE

if TYPE_CHECKING:
    import pandas as pd

KWH = 3.6e6
HOURS = 3600.0
BOOKED = {"W": (KWH, "kWh"), "kg/s": (1e3, "t"), "CNY/s": (1.0, "CNY")}
"""How accounts are shown."""
LEAST_SURPLUS = 1e-6
"""Market-based emission below nothing, over the location-based one, that is no more than rounding."""
VERSIONS = ("campus-twin", "numba", "numpy", "networkx", "simpy", "pandas", "pvlib", "pydantic")


@dataclass(frozen=True)
class Run:
    """One finished run.

    Attributes
    ----------
    site, plan, clock, record : what was run and what was recorded.
    weather : name and digest of the weather. wall : time it took. [s]
    """

    site: Site
    plan: Plan
    clock: Clock
    record: Record
    weather: str
    weather_digest: str
    wall: float
    remarks: tuple[str, ...] = ()

    def series(self, signal: str) -> Floats:
        """Values per tick of `component.signal`, or of an end use by its name.

        Raises
        ------
        RunError
            When it was not recorded.
        """
        name, _, member = signal.rpartition(".")
        if (name, member) not in self.record.places:
            raise RunError(f"{signal}: not recorded in every tick; ask for it with more=({signal!r},)")
        return self.record.ticks[:, self.record.places[name, member]]

    def hourly(self, signal: str) -> Floats:
        """Hourly means of a signal recorded by the hour.

        Raises
        ------
        RunError
            When it was not recorded.
        """
        name, _, member = signal.rpartition(".")
        if (name, member) not in self.record.hour_places:
            raise RunError(f"{signal}: not recorded by the hour; ask for every tick with more=({signal!r},)")
        return self.record.means[:, self.record.hour_places[name, member]].astype(np.float64)

    def times(self) -> pd.DatetimeIndex:
        """Start of every tick, local standard time."""
        import pandas as pd

        return pd.date_range(self.clock.start, periods=self.clock.ticks, freq=pd.Timedelta(seconds=self.clock.step))

    def frame(self) -> pd.DataFrame:
        """Everything recorded in every tick; columns `component.signal`, end uses by name. [SI]"""
        import pandas as pd

        names = [f"{name}.{signal}" if name != SITE else signal for name, signal in self.record.every]
        return pd.DataFrame(self.record.ticks, index=self.times(), columns=names)

    def monthly(self) -> pd.DataFrame:
        """Electricity by month and end use. [kWh]"""
        import pandas as pd

        rows = [
            {u: float(self.series(u)[a:b].sum()) * self.clock.step / KWH for u in self.plan.end_uses}
            for a, b in self.clock.months
        ]
        labels = [self.clock.at(first).strftime("%Y-%m") for first, _ in self.clock.months]
        return pd.DataFrame(rows, index=labels)

    @cached_property
    def end_uses(self) -> dict[str, float]:
        """Electricity by end use. [kWh]"""
        return {use: float(self.series(use).sum()) * self.clock.step / KWH for use in self.plan.end_uses}

    @cached_property
    def power(self) -> Floats:
        """Electric power of all end uses in every tick. [W]"""
        total: Floats = np.sum([self.series(use) for use in self.plan.end_uses], axis=0)
        return total

    @property
    def electricity(self) -> float:
        """Electricity used. [kWh]"""
        return sum(self.end_uses.values())

    @property
    def peak(self) -> float:
        """Highest mean power over a tick. [kW]"""
        return float(self.power.max()) / 1e3

    @property
    def peak_time(self) -> str:
        """When it was highest, ISO local."""
        return self.clock.at(int(self.power.argmax())).isoformat()

    @cached_property
    def ledger(self) -> dict[str, float]:
        """What components booked under each account: [J], [kg], [CNY]. Energy cost has the demand charges with it.

        Contracts for more green power than is bought make no emission negative: a connection's market-based sum ends at nothing.
        """
        found = dict.fromkeys(ACCOUNTS, 0.0)
        for each in self.plan.components:
            for name, signal in type(each).signals.items():
                if signal.ledger:
                    booked = self.total(each, name) * each.multiplier
                    found[signal.ledger] += max(booked, 0.0) if signal.ledger == "scope2_market" else booked
            if type(each).kind == "grid":
                power = self.series(f"{each.name}.power")
                peaks = [max(float(power[a:b].max()), 0.0) for a, b in self.clock.months]
                found["cost"] += demand(each, peaks) * each.multiplier
        return found

    @property
    def carbon(self) -> float:
        """Carbon dioxide of fuels and, location-based, of energy bought. [t]"""
        return (self.ledger["scope1"] + self.ledger["scope2"]) / 1e3

    @property
    def cost(self) -> float:
        """Energy and demand charges. [CNY]"""
        return self.ledger["cost"]

    @cached_property
    def indicators(self) -> dict[str, float]:
        """What a data centre is judged by, where the site has one: PUE, WUE, CUE and ERF; see `twin.sim.indicators`."""
        grids = [each for each in self.plan.components if type(each).kind == "grid"]
        return indicators(self.ledger, sum(self.total(each, "location_based") * each.multiplier for each in grids))

    def zone_hours(self, signal: str) -> float:
        """Area-weighted hours of a zone measure: `outside` the comfort band, `unmet`, or `occupied`. [h]"""
        zones = [c for c in self.site.components if (c.name, signal) in self.record.sum_places and hasattr(c, "area")]
        area = sum(c.area * c.multiplier for c in zones)
        hours = sum(self.total(c, signal) * c.area * c.multiplier for c in zones) / HOURS
        return hours / area if area else 0.0

    def figure(self, name: str) -> float:
        """What `name` means in a figure: an account, `electricity`, `peak`, an indicator, a sum of `component.signal`, or a parameter. [SI]

        Raises
        ------
        RunError
            When the site has no such thing, such as the PUE of a site without a data centre.
        """
        if "." in name:
            component, _, signal = name.rpartition(".")
            each = self.site[component]
            if signal in type(each).parameters():
                return float(getattr(each, signal)) * (each.multiplier if type(each).unit(signal) in EXTENSIVE else 1.0)
            return self.total(each, signal) * each.multiplier
        known = {**self.ledger, **self.indicators, "electricity": self.electricity * KWH, "peak": self.peak * 1e3}
        if name not in known:
            raise RunError(f"{name}: this site has none; a data centre books its load and its IT")
        return known[name]

    def total(self, each: Component, signal: str) -> float:
        """A signal summed over the run, of one copy: [J], [kg], [CNY] or, of a share, [s]."""
        return float(self.record.sums[:, self.record.sum_places[each.name, signal]].sum()) * self.clock.step

    @cached_property
    def balance(self) -> dict[str, float]:
        """Relative error of each medium and, as `components`, of the worst component's first law."""
        found = balance.media(self.plan, self.record, self.clock.step)
        found["components"] = max(balance.components(self.plan, self.record, self.clock.step).values(), default=0.0)
        return found

    @cached_property
    def notes(self) -> list[str]:
        """What the run wants to say: curves out of range, loads not carried, mended weather."""
        found = list(self.remarks)
        for each in self.plan.components:
            for name, signal in type(each).signals.items():
                if signal.note:
                    sums = float(self.record.sums[:, self.record.sum_places[each.name, name]].sum())
                    if sums > 0.0:
                        found.append(f"{each.name}: {signal.note} ({self._share(sums, signal.unit)})")
            if type(each).kind == "grid" and (over := self.total(each, "market_based")) < -LEAST_SURPLUS * self.total(each, "location_based"):  # fmt: skip
                found.append(f"{each.name}: contracts match more than is bought; {-over / 1e3:,.1f} t below nothing are not booked")  # fmt: skip
        return found

    def _booked(self, account: str) -> dict[str, Any]:
        scale, unit = BOOKED[ACCOUNTS[account]]
        return {"value": self.ledger[account] / scale, "unit": unit}

    def _share(self, sums: float, unit: str) -> str:
        if unit == "W":
            return f"{sums * self.clock.step / KWH / 1e3:,.1f} MWh in all"
        return f"{sums / self.clock.ticks:.1%} of the time"

    def manifest(self) -> dict[str, Any]:
        """Everything needed to make the same run again."""
        return {
            "site": self.site.digest(),
            "measures": list(self.site.applied),
            "weather": self.weather,
            "weather_digest": self.weather_digest,
            "start": self.clock.start.isoformat(),
            "ticks": self.clock.ticks,
            "step_s": self.clock.step,
            "python": platform.python_version(),
            "machine": platform.machine(),
            "processor": _processor(),
            "versions": {name: _version(name) for name in VERSIONS},
        }

    def summary(self) -> dict[str, Any]:
        """The run in stable keys, as `twin run --json` prints it."""
        return {
            "site": self.site.name.get("en", self.site.path.parent.name),
            "weather": self.weather,
            "start": self.clock.start.isoformat(),
            "end": self.clock.at(self.clock.ticks).isoformat(),
            "step_s": self.clock.step,
            "wall_s": round(self.wall, 3),
            "electricity_kwh": self.electricity,
            "electricity_kwh_m2": self.electricity / self.site.floor_area.value,
            "end_uses_kwh": self.end_uses,
            "peak_kw": self.peak,
            "peak_time": self.peak_time,
            "co2_t": self.carbon,
            "cost_cny": self.cost,
            "ledger": {name: self._booked(name) for name in ACCOUNTS},
            "indicators": self.indicators,
            "balance": self.balance,
            "comfort_hours_outside": self.zone_hours("outside"),
            "unmet_hours": self.zone_hours("unmet"),
            "notes": self.notes,
            "manifest": self.manifest(),
        }


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError

    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    from pathlib import Path

    lines = Path("/proc/cpuinfo")
    if lines.is_file():
        for line in lines.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
