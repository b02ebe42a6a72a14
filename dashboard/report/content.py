"""What a report says of a study, before it is drawn or written: the best scenario, the sentences of the summary, and tables of plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from twin.dashboard.amounts import NONE, percent, said, years
from twin.dashboard.language import words

Row = Mapping[str, Any]
ALL = "all_measures"
"""Name that sites give the package of all their measures; a study has no Chinese title for it."""
APART = 0.05
"""Share by which what is bought has to fall more or less than what is used, to be told of its own."""
UNCERTAIN_ENOUGH = 0.1
"""Share of the spread from which an assumption is named in the summary. Assumed."""


@dataclass(frozen=True)
class Content:
    """A kept study, read as a report needs it."""

    study: Row

    @property
    def base(self) -> Row:
        """The baseline."""
        found: Row = self.study["baseline"]
        return found

    @property
    def detail(self) -> Row:
        """Months, loads, measures and numbers."""
        found: Row = self.study["detail"]
        return found

    @cached_property
    def sound(self) -> list[Row]:
        """Scenarios that could be simulated."""
        return [each for each in self.study["scenarios"] if each["central"]]

    @cached_property
    def told(self) -> list[Row]:
        """Scenarios that could not, wholly or in part."""
        return [each for each in self.study["scenarios"] if each["problem"]]

    @cached_property
    def best(self) -> Row | None:
        """The scenario with the highest P50 of the net present value."""
        return max(self.sound, key=lambda each: each["npv"]["p50"]) if self.sound else None

    @cached_property
    def stepped(self) -> Row | None:
        """The scenario whose measures the waterfall shows one by one: the best where it has several, else the last that has."""
        several = [each for each in self.sound if self._alone(each)]
        if self.best and self.best in several:
            return self.best
        return several[-1] if several else None

    def _alone(self, scenario: Row) -> list[Row]:
        """Scenarios of each measure of a package alone; empty where one is missing or the scenario is no package."""
        alone = {each["name"]: each for each in self.sound if each["name"] in each["measures"]}
        members = scenario["measures"]
        whole = scenario["name"] not in members and len(members) > 1 and all(name in alone for name in members)
        return [alone[name] for name in members] if whole else []

    @property
    def steps(self) -> list[tuple[Row, float]]:
        """Measures of the waterfall with what each saves alone. [kWh]"""
        return [(each, each["central"]["saving_kwh"]) for each in self._alone(self.stepped)] if self.stepped else []

    @property
    def interaction(self) -> float:
        """What the waterfall's scenario saves beyond the sum of its measures alone. [kWh]"""
        return self.stepped["central"]["saving_kwh"] - sum(v for _, v in self.steps) if self.stepped else 0.0

    @cached_property
    def curve(self) -> Row | None:
        """The abatement curve: the search's, else the study's own, where it has bars."""
        found = (self.study.get("search") or {}).get("curve") or self.study.get("abatement")
        return found if found and found.get("rows") else None

    @property
    def interactions(self) -> list[Row]:
        """Measures alone beside measures that come last, where the study has them."""
        found = self.study.get("interactions") or {}
        return [
            row for row in found.get("measures", []) if row["alone_kwh"] is not None and row["last_kwh"] is not None
        ]

    @property
    def sensitivities(self) -> list[Row]:
        """Global sensitivities, the main output first, where the study has them."""
        found = self.study.get("sensitivity")
        return [found, *found.get("others", [])] if found else []

    @cached_property
    def order(self) -> list[Row]:
        """Measures of the best scenario as bars of the curve, the most worth doing first."""
        members = self.best["measures"] if self.best else []
        return [row for row in (self.curve or {}).get("rows", []) if row["name"] in members]

    def driven(self, language: str) -> str:
        """Title of the scenario whose spread the drivers explain: the last of the study."""
        return titled(self.study["scenarios"][-1], language) if self.study["scenarios"] else ""

    def title(self, name: str, language: str) -> str:
        """Title of a measure or scenario."""
        known = {**self.detail["measures"], **{each["name"]: each for each in self.study["scenarios"]}}
        return titled(known.get(name, {}), language, name)

    def numbers(self, *, uncertain: bool) -> list[Row]:
        """Stated numbers with a range, or without."""
        return [each for each in self.detail["numbers"] if (each["high"] > each["low"]) == uncertain]


def titled(row: Row, language: str, otherwise: str = "") -> str:
    """A title in a language, or in the one there is."""
    titles = row.get("title") or {}
    if language == "zh" and row.get("name") == ALL:
        return words(language)["package_of_all"]
    return str(titles.get(language) or titles.get("en") or row.get("name") or otherwise)


def summary(content: Content, language: str) -> list[str]:
    """What a manager reads in one minute, sentence by sentence."""
    say, best = words(language), content.best
    if best is None:
        return [say["say_nothing" if content.study["scenarios"] else "say_no_measures"]]
    base, saving, money = content.base, best["saving_kwh"], best["money"]
    pays = best["npv"]["p50"] > 0.0
    found = [say["say_do" if pays else "say_none_pays"].format(title=titled(best, language))]
    firsts = [titled(row, language) for row in content.order[:3]]
    if len(best["measures"]) > 1 and firsts:
        found.append(say["say_start"].format(titles=say["comma"].join(firsts)))

    def spread(kind: str, values: Row) -> dict[str, str]:
        return {key: said(kind, language, values[key]) for key in ("p10", "p50", "p90")}

    used = base["electricity_kwh"]
    share = percent(saving["p50"] / used) if used else NONE
    found.append(say["say_energy"].format(**spread("energy", saving), share=share))
    bought = best["saving_bought_kwh"]
    if abs(bought["p50"] - saving["p50"]) > APART * abs(saving["p50"]):
        found.append(say["say_bought"].format(**spread("energy", bought)))
    found.append(say["say_money"].format(**spread("money", best["saving_cost_cny"])))
    found.append(say["say_carbon"].format(**spread("carbon", best["saving_co2_t"])))
    paid, chance = best["payback_years"], money["probability"]
    back = say["say_payback"].format(years=years(paid)) if paid is not None else say["say_no_payback"]
    found.append(say["say_cost"].format(capital=said("money", language, best["capex"]), payback=back))
    found.append(say["say_npv"].format(**spread("money", best["npv"]), discount=percent(content.study["discount_rate"]), years=years(best["horizon_years"])))  # fmt: skip
    found.append(say["say_chance"].format(limit=f"{chance['payback_limit_years']:g}", payback=percent(chance["payback"]), npv=percent(chance["npv_positive"])))  # fmt: skip
    drivers = [d for d in content.study["drivers"] if d["share"] >= UNCERTAIN_ENOUGH][:3]
    if drivers:
        named = say["comma"].join(f"{d['parameter']} ({percent(d['share'])})" for d in drivers)
        found.append(say["say_drivers"].format(names=named, title=content.driven(language)))
    outside = best["comfort_hours_outside"] - base["comfort_hours_outside"]
    if abs(outside) >= 1.0:
        found.append(say["say_comfort_worse" if outside > 0.0 else "say_comfort_better"].format(hours=f"{abs(outside):,.0f}"))  # fmt: skip
    if content.told:
        found.append(say["say_told"].format(count=len(content.told)))
    return found


def compared(content: Content, language: str) -> list[tuple[str, str, str, str, str]]:
    """The base case beside the best case: what, base, best, change, change in percent."""
    best, base, say = content.best, content.base, words(language)
    if best is None:
        return []
    own, rows = best["central"], []

    def add(key: str, kind: str, before: float, after: float, unit: str = "") -> None:
        if not before and not after:
            return
        show = (
            (lambda v: said(kind, language, v)) if kind else (lambda v: f"{v:,.{0 if abs(v) >= 1000.0 else 1}f} {unit}")
        )
        change = percent(after / before - 1.0) if before else NONE
        rows.append((say[key], show(before), show(after), show(after - before), change))

    area = content.study["floor_area_m2"]
    add("electricity", "energy", base["electricity_kwh"], own["electricity_kwh"])
    add("intensity", "", base["electricity_kwh"] / area, own["electricity_kwh"] / area, "kWh/m²")
    add("bought_energy", "energy", base["energy"], own["energy"])
    add("peak", "", base["peak_kw"], best["peak_kw"], "kW")
    add("cost", "money", base["cost_cny"], own["cost"])
    add("carbon", "carbon", base["co2_t"], own["emissions"]["scope1"] + own["emissions"]["scope2"])
    add(
        "inventory",
        "carbon",
        base["inventory"],
        sum(own["emissions"][s] for s in ("scope1", "scope2_market", "scope3")),
    )
    add("lcc", "money", best["lcc_baseline"], best["lcc"])
    add("comfort", "", base["comfort_hours_outside"], best["comfort_hours_outside"], "h")
    add("unmet", "", base["unmet_hours"], best["unmet_hours"], "h")
    return rows


def terms(study: Row, language: str) -> list[tuple[str, str, str]]:
    """Terms of the appraisal: what, value, source."""
    say, found = words(language), study["terms"]
    sources = found["sources"]
    horizon = f"{found['horizon_years']} a" if found["horizon_years"] else say["own_life"]
    rows = [
        ("horizon", say["horizon"], horizon), ("discount", say["discount"], percent(found["discount"])),
        ("basis", say["basis"], say[found["basis"]]), ("inflation", say["inflation"], percent(found["inflation"])),
        ("payback_limit", say["payback_limit"], f"{found['payback_limit_years']:g} a"), ("scope2", say["scope2"], say[found["scope2"]]),
    ]  # fmt: skip
    rows += [(f"escalation.{c}", f"{say['escalation']}: {say.get('carrier_' + c, c)}", percent(v)) for c, v in found["escalation"].items()]  # fmt: skip
    rows += [(f"carbon_price.{s}", f"{say['carbon_price']}: {s}", f"{v:g} CNY/t") for s, v in found["carbon_price_cny_t"].items()]  # fmt: skip
    return [(label, value, sources.get(name, say["default"])) for name, label, value in rows]


def flat(manifest: Row) -> list[tuple[str, str]]:
    """The manifest as lines of name and value."""
    rows: list[tuple[str, str]] = []
    for name, value in manifest.items():
        if isinstance(value, Mapping):
            rows += [(f"{name}: {each}", str(one)) for each, one in value.items()]
        elif isinstance(value, Sequence) and not isinstance(value, str):
            rows.append((name, ", ".join(map(str, value)) or NONE))
        else:
            rows.append((name, str(value)))
    return rows
