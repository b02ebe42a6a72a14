"""The HTML report of a study: one file in Chinese and English that opens without any network and without a script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from twin.dashboard import theme
from twin.dashboard.amounts import percent, said, unit
from twin.dashboard.language import LANGUAGES, words
from twin.dashboard.report import figures, listing
from twin.dashboard.report.charts import Chart
from twin.dashboard.report.content import Content, summary, titled

HERE = Path(__file__).parent
INDICES = {"morris": ("mu_star", "sigma"), "sobol": ("ST", "S1")}
"""Bar and mark of a sensitivity chart."""
ALL_INDICES = ("mu_star", "mu_star_conf", "mu", "sigma", "S1", "S1_conf", "ST", "ST_conf")


def render(study: Mapping[str, Any], language: str = "both", whole: bool = False) -> str:
    """The report as one HTML text.

    Parameters
    ----------
    study : as `twin study --save` writes it. language : `en`, `zh` or `both`, with a switch between them.
    whole : for paper: all languages after each other, without a switch.
    """
    content = Content(study)
    chosen = LANGUAGES if language == "both" else (language,)
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.loader = jinja2.FileSystemLoader(HERE)
    return environment.get_template("report.html.j2").render(
        study=study, content=content, whole=whole, font=Markup(theme.FONT), pages=[_page(content, each) for each in chosen]
    )  # fmt: skip


def _page(content: Content, language: str) -> dict[str, Any]:
    """All that one language's part of the report shows."""
    study = content.study
    return {
        "language": language, "code": "zh-CN" if language == "zh" else "en", "say": words(language),
        "title": study["site"].get(language) or study["site"].get("en", ""),
        "sentences": summary(content, language), "cards": _cards(content, language), "listing": _listings(content, language),
        "figure": _figures(content, language), "flows": _flows(content, language), "sensitivity": _sensitivity(content, language),
        "told": [(titled(row, language), row["failed_samples"], row["problem"]) for row in content.told],
        "reported": [_reported(row, language) for row in study["reported"]],
    }  # fmt: skip


def _cards(content: Content, language: str) -> list[tuple[str, str, str, bool]]:
    """Label, figure, small print and whether it is good news."""
    say, base, best = words(language), content.base, content.best
    quarter = said("energy", language, base["fifteen_minute"]["electricity_kwh"])
    found = [
        (say["electricity"], said("energy", language, base["electricity_kwh"]), f"{say['quarter']} {quarter}", False),
        (say["peak"], f"{base['peak_kw']:,.0f} kW", f"{base['electricity_kwh_m2']:.1f} kWh/m²", False),
        (say["cost"], said("money", language, base["cost_cny"]), f"{say['carbon']} {said('carbon', language, base['co2_t'])}", False),
    ]  # fmt: skip
    if best:
        energy = unit("energy", language, [best["saving_kwh"]["p50"]])
        money = unit("money", language, [best["npv"]["p50"]])
        chance = best["money"]["probability"]
        found += [
            (say["best_saving"], f"{energy.of(best['saving_kwh']['p50'])} {energy.name}/a", f"P10–P90: {energy.range(best['saving_kwh'])}", best["saving_kwh"]["p50"] > 0.0),
            (say["npv_plain"], f"{money.of(best['npv']['p50'])} {money.name}", f"P10–P90: {money.range(best['npv'])}", best["npv"]["p50"] > 0.0),
            (say["chance_payback"].format(limit=f"{chance['payback_limit_years']:g}"), percent(chance["payback"]), f"{say['capex']} {said('money', language, best['capex'])}", chance["payback"] >= 0.5),
        ]  # fmt: skip
    return found


def _listings(content: Content, language: str) -> dict[str, listing.Listing | None]:
    study = content.study
    found: dict[str, listing.Listing | None] = {
        "compared": listing.base_and_best(content, language), "drivers": listing.drivers(content, language),
        "assumptions": listing.assumptions(content, language), "terms": listing.money_terms(content, language),
        "balance": listing.balance(content, language), "manifest": listing.manifest(content), "curve": listing.curve(content, language),
        "measures": listing.measures(content, language) if content.sound else None,
        "front": listing.front(content, language) if (study.get("search") or {}).get("front") else None,
        "conditions": listing.conditions(content, language) if study.get("conditions") else None,
        "robust": listing.robust(content, language) if study.get("robust") else None,
        "interactions": listing.interactions(content, language) if content.interactions else None,
    }  # fmt: skip
    if study["bacnet"]:
        found |= {"streams": listing.streams(content, language), "explanations": listing.explanations(content, language)}  # fmt: skip
    return found


def _figures(content: Content, language: str) -> dict[str, Chart | Markup]:
    """Charts; those without anything to show are empty."""
    best = content.best
    found: dict[str, Chart | Markup] = dict.fromkeys(
        ("waterfall", "savings", "npv", "exceedance", "histogram", "tornado", "macc"), Markup("")
    )
    found |= {
        "split": figures.end_use_split(content, language), "monthly": figures.monthly_bars(content, language),
        "duration": figures.load_duration(content, language), "day": figures.mean_days(content, language),
        "carpet": figures.carpet(content, language), "macc": figures.abatement(content, language),
    }  # fmt: skip
    if best is not None:
        found |= {
            "waterfall": figures.waterfall(content, language), "tornado": figures.tornado(content, language),
            "savings": figures.spread(content, "saving_kwh", "energy", language), "npv": figures.spread(content, "npv", "money", language),
            "exceedance": figures.exceedance(best, language), "histogram": figures.histogram(best, language),
        }  # fmt: skip
    if (content.study.get("search") or {}).get("front"):
        found["pareto"] = figures.pareto(content, language)
    if content.study["bacnet"]:
        found["measured"] = figures.measured(content, language)
    return found


def _flows(content: Content, language: str) -> list[dict[str, Any]]:
    """Cash flow of every scenario, the best first."""
    ordered = sorted(content.sound, key=lambda row: row is not content.best)
    return [
        {
            "name": titled(row, language), "chart": figures.cash_flow(row, language), "table": listing.cash_flow(row, language),
            "irr": percent(row["irr"]) if row["irr"] is not None else words(language)["no_irr"],
            "npv": said("money", language, row["cash_flow"][-1]["cumulative_discounted"]),
        }
        for row in ordered
    ]  # fmt: skip


def _sensitivity(content: Content, language: str) -> list[dict[str, Any]]:
    """Global sensitivities of each output that was asked for."""
    parts, shown = content.sensitivities, []
    method = parts[0]["method"] if parts else ""
    for part in parts:
        rows = [row for row in part["rows"] if row.get(INDICES[method][0])]
        if rows:
            title = f"{words(language)['sensitivity']} ({method}): {part['output']} [{part.get('output_unit', '')}]"
            note = part.get("note_zh" if language == "zh" else "note", "")
            shown.append({"chart": figures.sensitivity(rows, INDICES[method], title, language), "table": listing.sensitivity(rows, ALL_INDICES, language), "note": note})  # fmt: skip
    return shown


def _reported(row: Mapping[str, Any], language: str) -> dict[str, str]:
    """A reported figure, with what the twin says of it."""
    verdict = row.get("verdict", "")
    return {
        "what": row["what"], "value": f"{row['value']:,.12g} {row['unit']}", "label": row["label"], "source": row["source"],
        "explained": row.get("explained", {}).get(language, ""),
        "verdict": words(language).get("verdict_" + verdict.replace(" ", "_"), verdict),
    }  # fmt: skip
