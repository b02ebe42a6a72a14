"""The HTML report of a study: one file in Chinese and English that opens without any network."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pandas as pd
import plotly.graph_objects as go
from markupsafe import Markup
from plotly.offline import get_plotlyjs
from twin.dashboard import figures, theme

LANGUAGES = ("en", "zh")
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Series:
    """What the charts draw: power per tick of the baseline and the package [W], and months x end uses [kWh]."""

    start: pd.Timestamp
    step: float
    baseline: np.ndarray
    package: np.ndarray
    monthly: pd.DataFrame
    compared: pd.DataFrame | None = None


@cache
def words(language: str) -> dict[str, str]:
    """All texts of a language."""
    found: dict[str, str] = json.loads((HERE / "locale" / f"{language}.json").read_text(encoding="utf-8"))
    return found


def render(study: dict[str, Any], series: Series) -> str:
    """The report as one HTML text.

    Parameters
    ----------
    study : as from `twin.compare`, with `balance`, `notes`, `manifest` and optionally `bacnet` added.
    series : what the charts draw.
    """
    told = [each for each in study["scenarios"] if each["problem"]]
    study = {**study, "scenarios": [each for each in study["scenarios"] if each["central"]], "told": told}
    package = study["scenarios"][-1] if len(study["scenarios"][-1]["measures"]) > 1 else None
    template = jinja2.Environment(autoescape=True).from_string((HERE / "report.html.j2").read_text(encoding="utf-8"))
    return template.render(
        study=study,
        package=package,
        bought=any(abs(s["saving_bought_kwh"]["p50"] - s["saving_kwh"]["p50"]) > 1.0 for s in study["scenarios"]),
        languages=LANGUAGES,
        words={language: words(language) for language in LANGUAGES},
        figures={language: _figures(study, series, language) for language in LANGUAGES},
        plotly=Markup(get_plotlyjs()),
        font=Markup(theme.FONT),
        manifest=json.dumps(study["manifest"], indent=2),
    )


def _figures(study: dict[str, Any], series: Series, language: str) -> dict[str, Markup]:
    said = words(language)
    members = study["scenarios"][-1]["measures"]
    singles = [s for s in study["scenarios"] if len(s["measures"]) == 1 and s["measures"][0] in members]
    steps = [(s["title"].get(language, s["name"]), s["central"]["saving_kwh"]) for s in singles]
    loads = {said["baseline"]: series.baseline, said["after"]: series.package}
    drawn = {
        "split": figures.end_use_split(study["baseline"]["end_uses_kwh"], said),
        "monthly": figures.monthly_bars(series.monthly, said),
        "duration": figures.load_duration(loads, series.step, said),
        "carpet": figures.carpet(series.baseline, series.start, series.step, said),
        "waterfall": figures.savings_waterfall(
            study["baseline"]["electricity_kwh"], steps, study["interaction_kwh"], said
        ),
        "spread": figures.spread(study["scenarios"], language, said),
    }
    if series.compared is not None:
        point = str(series.compared.columns[0]).removesuffix(" measured")
        drawn["bacnet"] = figures.compared(series.compared, point, said)
    return {name: _div(figure) for name, figure in drawn.items()}


def _div(figure: go.Figure) -> Markup:
    return Markup(figure.to_html(full_html=False, include_plotlyjs=False, config=theme.GRAPH))
