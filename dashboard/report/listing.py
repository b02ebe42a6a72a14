"""The tables of the report: headings and cells as texts, in the units of their language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twin.dashboard.amounts import NONE, percent, said, unit, years
from twin.dashboard.language import words
from twin.dashboard.report.content import Content, compared, flat, terms, titled
from twin.dashboard.report.drawing import shown

Row = Mapping[str, Any]
HOURS = {"comfort_hours_outside": "comfort", "unmet_hours": "unmet"}
LEAST = 0.005
"""Share of the spread from which an assumption has a row. Assumed."""
APART = 0.02
"""Share of the largest saving from which two accounts of carbon both get a column. Assumed."""


@dataclass(frozen=True)
class Listing:
    """A table: headings, rows of cells, and how many columns from the left hold words; the others hold numbers."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1


def base_and_best(content: Content, language: str) -> Listing:
    """The base case beside the best case."""
    say = words(language)
    return Listing(("", say["base_case"], say["best_case"], say["change"], "%"), compared(content, language))


def measures(content: Content, language: str) -> Listing:
    """Every scenario that could be simulated: what it saves, costs and is worth."""
    say, rows = words(language), content.sound
    energy = unit("energy", language, [r["saving_kwh"]["p50"] for r in rows])
    money = unit("money", language, [v for r in rows for v in (r["capex"], r["npv"]["p50"])])
    mass = unit("carbon", language, [r["saving_co2_t"]["p50"] for r in rows])
    bought = any(abs(r["saving_bought_kwh"]["p50"] - r["saving_kwh"]["p50"]) > 1.0 for r in rows)
    most = max(abs(r["saving_co2_t"]["p50"]) for r in rows)
    whole = any(abs(r["saving_inventory_t"]["p50"] - r["saving_co2_t"]["p50"]) > APART * most for r in rows)
    hours = [key for key in ("comfort_hours_outside", "unmet_hours") if any(r[key] for r in rows)]
    limit = f"{content.study['terms']['payback_limit_years']:g}"
    heads = [
        say["measure"], f"{say['saving']} {energy.name}/a P50", f"{say['range']} {energy.name}/a",
        *([f"{say['bought']} {energy.name}/a P50"] if bought else []), f"{say['co2']} {mass.name}/a P50",
        *([f"{say['inventory']} {mass.name}/a P50"] if whole else []), f"{say['saved_cost']} {money.name}/a P50",
        f"{say['capex']} {money.name}", f"{say['npv_plain']} {money.name} P50", f"{say['npv_plain']} {say['range']}", say["irr"], say["payback"],
        say["chance_payback"].format(limit=limit), *(say[HOURS[key]] for key in hours),
    ]  # fmt: skip
    cells = [
        [
            titled(r, language), energy.of(r["saving_kwh"]["p50"]), energy.range(r["saving_kwh"]),
            *([energy.of(r["saving_bought_kwh"]["p50"])] if bought else []), mass.of(r["saving_co2_t"]["p50"]),
            *([mass.of(r["saving_inventory_t"]["p50"])] if whole else []), money.of(r["saving_cost_cny"]["p50"]), money.of(r["capex"]),
            money.of(r["npv"]["p50"]), money.range(r["npv"]), percent(r["irr"]), years(r["payback_years"]),
            percent(r["money"]["probability"]["payback"]), *(f"{r[key]:.0f}" for key in hours),
        ]
        for r in rows
    ]  # fmt: skip
    return Listing(heads, cells)


def cash_flow(scenario: Row, language: str) -> Listing:
    """The cash flow of a scenario year by year."""
    say, table = words(language), scenario["cash_flow"]
    money = unit("money", language, [row["cumulative"] for row in table])
    plain = [k for k in ("capital", "replacement", "residual", "maintenance", "carbon") if any(row[k] for row in table)]
    carriers = [c for c in table[0]["energy"] if any(row["energy"][c] for row in table)]
    ends = ("net", "discounted", "cumulative", "cumulative_discounted")
    heads = [say["year"], *(say[f"flow_{k}"] for k in plain), *(say.get(f"carrier_{c}", c) for c in carriers), *(say[k] for k in ends)]  # fmt: skip
    rows = [
        [str(row["year"]), *(money.of(row[k]) for k in plain), *(money.of(row["energy"][c]) for c in carriers), *(money.of(row[k]) for k in ends)]
        for row in table
    ]  # fmt: skip
    return Listing([heads[0], *(f"{head} {money.name}" for head in heads[1:])], rows, 0)


def curve(content: Content, language: str) -> Listing | None:
    """The bars of the abatement curve from left to right."""
    found = content.curve
    if not found:
        return None
    say, rows = words(language), found["rows"]
    mass = unit("carbon", language, [row["abated_t"] for row in rows])
    money = unit("money", language, [row["cost_cny"] for row in rows])
    heads = (say["measure"], f"{say['abated']} {mass.name}/a", f"{say['cumulative']} {mass.name}/a", f"{say['annual_cost']} {money.name}/a", "CNY/t", f"{say['alone']} {mass.name}/a")  # fmt: skip
    cells = [
        [
            f"{place} · {titled(row, language)}", mass.of(row["abated_t"]), mass.of(row["cumulative_t"]), money.of(row["cost_cny"]),
            NONE if row["cost_per_t"] is None else f"{row['cost_per_t']:,.0f}", mass.of(row["alone_t"]),
        ]
        for place, row in enumerate(rows, 1)
    ]  # fmt: skip
    return Listing(heads, cells)


def drivers(content: Content, language: str) -> Listing:
    """What the spread comes from."""
    say = words(language)
    heads = (say["parameter"], say["value"], say["limits"], say["kind"], say["source"], say["place"], say["share"])
    rows = [[d["parameter"], d["stated"], d["range"], d["kind"], d["source"], d["place"], percent(d["share"])] for d in content.study["drivers"] if d["share"] >= LEAST]  # fmt: skip
    return Listing(heads, rows, 6)


def assumptions(content: Content, language: str) -> Listing:
    """Numbers with a range: value, range, kind, source and place."""
    say = words(language)
    heads = (say["parameter"], say["value"], say["limits"], say["kind"], say["source"], say["place"])
    rows = [[n["what"], n["stated"], n["range"], n["kind"], n["source"] or n["note"], n["place"]] for n in content.numbers(uncertain=True)]  # fmt: skip
    return Listing(heads, rows, 6)


def money_terms(content: Content, language: str) -> Listing:
    """Terms of the appraisal."""
    say = words(language)
    return Listing(("", say["value"], say["source"]), terms(content.study, language), 3)


def front(content: Content, language: str) -> Listing:
    """The Pareto front of a search."""
    say, rows = words(language), sorted(content.study["search"]["front"], key=lambda each: each["cost_cny"])
    money, mass = unit("money", language, [r["cost_cny"] for r in rows]), unit("carbon", language, [r["co2_t"] for r in rows])  # fmt: skip
    heads = (say["measures"], f"{say['annual_cost']} {money.name}/a", f"{say['carbon_a_year']} {mass.name}/a", f"{say['npv_plain']} P50", "")  # fmt: skip
    cells = [
        [
            say["comma"].join(content.title(name, language) for name in r["measures"]) or say["baseline"],
            money.of(r["cost_cny"]), mass.of(r["co2_t"]), said("money", language, (r.get("npv") or {}).get("p50")),
            say["knee"] if r.get("knee") else "",
        ]
        for r in rows
    ]  # fmt: skip
    return Listing(heads, cells)


def conditions(content: Content, language: str) -> Listing:
    """The best row of each condition that was studied."""
    say, cells = words(language), []
    for each in content.study["conditions"]:
        sound = [row for row in each["scenarios"] if row.get("npv")]
        best = max(sound, key=lambda row: row["npv"]["p50"]) if sound else None
        base = each["baseline"]
        cells.append(
            [
                str(each.get("weather") or NONE), str(each.get("tariff") or NONE), str(each.get("carbon_year") or NONE),
                said("energy", language, base.get("electricity_kwh")), said("money", language, base.get("cost_cny")), said("carbon", language, base.get("co2_t")),
                titled(best, language) if best else NONE, said("energy", language, best["saving_kwh"]["p50"]) if best else NONE,
                said("money", language, best["npv"]["p50"]) if best else NONE,
            ]
        )  # fmt: skip
    heads = (say["weather"], say["tariff"], say["carbon_year"], say["electricity"], say["cost"], say["carbon"], say["best"], f"{say['saving']} P50", f"{say['npv_plain']} P50")  # fmt: skip
    return Listing(heads, cells, 3)


def interactions(content: Content, language: str) -> Listing:
    """What each measure saves alone, and what it adds when it comes last."""
    say, rows = words(language), content.interactions
    energy = unit("energy", language, [row["alone_kwh"] for row in rows])
    money = unit("money", language, [row.get("alone_cost_cny") for row in rows])
    mass = unit("carbon", language, [row.get("alone_t") for row in rows])
    heads, kinds = [say["measure"]], ((energy, "kwh", ""), (money, "cost_cny", say["annual_cost"]), (mass, "t", "CO2e"))
    for one, _, label in kinds:
        heads += [f"{label} {say[way].lower()} {one.name}/a".strip() for way in ("alone", "last")]
    cells = [
        [content.title(r["measure"], language), *(one.of(r.get(f"{way}_{key}")) for one, key, _ in kinds for way in ("alone", "last"))]
        for r in rows
    ]  # fmt: skip
    return Listing(heads, cells)


def robust(content: Content, language: str) -> Listing:
    """Worst and best of each scenario over the conditions, and its regret."""
    say, rows = words(language), content.study["robust"]["scenarios"]
    money = unit("money", language, [value for r in rows for value in (r["npv"]["worst"], r["npv"]["best"])])
    name = f"{say['npv_plain']} {money.name}"
    heads = (say["measure"], f"{name}, {say['worst']}", f"{name}, {say['highest']}", f"{say['regret']} {money.name}", say["regret_under"])  # fmt: skip
    cells = [
        [titled(r, language), money.of(r["npv"]["worst"]), money.of(r["npv"]["best"]), money.of(r["regret_cny"]), r["regret_condition"] or NONE]
        for r in rows
    ]  # fmt: skip
    return Listing(heads, cells)


def sensitivity(rows: Sequence[Row], keys: Sequence[str], language: str) -> Listing:
    """Sensitivity indices of one output."""
    say, used = words(language), [key for key in keys if any(key in row for row in rows)]
    cells = [[str(row["parameter"]), str(row.get("place", "")).rpartition("/")[2], *(shown(row[k], 3) if row.get(k) is not None else NONE for k in used)] for row in rows]  # fmt: skip
    return Listing((say["parameter"], say["place"], *used), cells, 2)


def streams(content: Content, language: str) -> Listing:
    """How far each measured stream is from the twin."""
    say = words(language)
    rows = [
        [
            s["point"], {"W": "kW", "1": NONE}.get(s["unit"], s["unit"]), percent(s["cv_rmse"]), f"{s['nmbe']:+.1%}",
            f"{s['bias'] / 1e3 if s['unit'] == 'W' else s['bias']:+,.3g}", str(s["n"]),
        ]
        for s in content.study["bacnet"]["streams"]
    ]  # fmt: skip
    return Listing((say["point"], say["unit"], "CV(RMSE)", "NMBE", say["bias"], "n"), rows, 2)


def explanations(content: Content, language: str) -> Listing:
    """Parameters that explain the difference equally well."""
    say = words(language)
    rows = [[e["parameter"], e["change"], f"{e['misfit_before']:.3f}", f"{e['misfit_after']:.3f}"] for e in content.study["bacnet"]["explanations"]]  # fmt: skip
    return Listing((say["parameter"], say["change"], say["before"], say["afterwards"]), rows, 2)


def balance(content: Content, language: str) -> Listing:
    """Relative error of each medium."""
    say = words(language)
    return Listing((say["medium"], say["error"]), [[m, f"{error:.1e}"] for m, error in content.study["balance"].items()])  # fmt: skip


def manifest(content: Content) -> Listing:
    """The manifest as lines."""
    return Listing(("", ""), flat(content.study["manifest"]), 2)
