"""The report: complete in both languages, without any outside address, and really drawn by a browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zlib
from pathlib import Path

import pandas as pd
import pytest
from twin.dashboard import figures
from twin.dashboard.report import LANGUAGES, Series, render, words

from twin.site.load import load
from twin.study.compare import compare
from twin.study.task import run

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    site = load("binhai")
    measures = {name: site.measures[name] for name in ("chilled_water_reset", "lighting_control")}
    object.__setattr__(site, "measures", measures)
    object.__setattr__(site, "packages", {"all_measures": tuple(measures)})
    study = compare(site, samples=2, workers=2, swing=False)
    central = run(site, "shenzhen", 3600.0, {}, ())
    study |= {"balance": central.balance, "notes": central.notes, "manifest": central.manifest(), "bacnet": None}
    series = Series(pd.Timestamp(central.clock.start), 3600.0, central.power, central.power * 0.9, central.monthly())
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render(study, series), encoding="utf-8")
    return path, study


def test_the_report_asks_nothing_of_the_network(page):
    text = page[0].read_text(encoding="utf-8")
    assert re.findall(r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=["']?https?:""", text) == []
    assert text.count("showSendToCloud") >= 12


def test_both_languages_have_every_word():
    assert set(words("en")) == set(words("zh"))
    template = (Path(figures.__file__).parent / "report.html.j2").read_text(encoding="utf-8")
    used = set(re.findall(r"\bw\.([a-z_0-9]+)", template))
    assert used <= set(words("en"))
    assert all(words(language).values() for language in LANGUAGES)


def test_the_waterfall_ends_where_the_package_does_and_savings_are_green(page):
    study = page[1]
    singles = [(s["name"], s["central"]["saving_kwh"]) for s in study["scenarios"][:-1]]
    figure = figures.savings_waterfall(
        study["baseline"]["electricity_kwh"], singles, study["interaction_kwh"], words("en")
    )
    bars = figure.data[0]
    assert bars.y[-1] * 1e6 == pytest.approx(study["scenarios"][-1]["central"]["electricity_kwh"])
    assert sum(bars.y[:-1]) == pytest.approx(bars.y[-1])
    assert bars.decreasing.marker.color == "#1a7f4b"


def test_reported_figures_keep_their_label(page):
    text = page[0].read_text(encoding="utf-8")
    assert text.count("reported, not normalised") >= 4
    assert "-5.98 GWh" in text


def test_a_browser_draws_the_report(page, tmp_path):
    browser = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    assert browser, "a Chromium browser is needed; `make test` installs it"
    picture = tmp_path / "page.png"
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--no-first-run",
        "--hide-scrollbars",
    ]
    command = [browser, *flags, f"--user-data-dir={tmp_path}", "--virtual-time-budget=8000", "--window-size=1280,1600"]
    subprocess.run(
        [*command, f"--screenshot={picture}", page[0].as_uri()], capture_output=True, check=True, timeout=120
    )
    assert len(colours(picture)) > 40


def colours(path: Path) -> set[bytes]:
    """Distinct bytes-triples of a PNG's unfiltered-or-not scan lines: a blank page has a handful."""
    data = path.read_bytes()
    packed, place = b"", 8
    while place < len(data):
        length = int.from_bytes(data[place : place + 4])
        if data[place + 4 : place + 8] == b"IDAT":
            packed += data[place + 8 : place + 8 + length]
        place += 12 + length
    raw = zlib.decompress(packed)
    return {raw[i : i + 3] for i in range(0, len(raw) - 3, 97)}


def test_the_study_in_the_report_is_plain_json(page):
    assert json.loads(json.dumps(page[1]))["samples"] == 2
