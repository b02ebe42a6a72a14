"""The screen without a browser: addresses, words, headers, and every state a card can be in."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from twin.dashboard import app as program
from twin.dashboard import cards, shell, theme
from twin.dashboard.address import Address, read
from twin.dashboard.data import Source
from twin.dashboard.guard import policy
from twin.dashboard.language import own, say, words
from twin.dashboard.page import Page
from typer.testing import CliRunner

from tests.dashboard.studies import MEASURES, SITE
from tests.dashboard.waiting import settled
from twin.cli import app
from twin.historian.store import open_store

FOLDER = Path(shell.__file__).parent
ZONE = timezone(timedelta(hours=8))
NOON = datetime(2026, 3, 4, 12, tzinfo=ZONE)


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "fans"
    folder.mkdir()
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    (folder / "measures.yaml").write_text(MEASURES, encoding="utf-8")
    return folder


def at_work(site, store="", now=NOON):
    """A source whose runs are done."""
    source = Source(str(site), str(store), now=lambda: now)
    settled(*(partial(ask, source.home) for ask in (source.site, source.year, source.day)))
    return source


def texts(part):
    """All words of a screen."""
    return json.dumps(part, default=lambda each: each.to_plotly_json(), ensure_ascii=False)


def kept(folder, until, power=7000.0):
    with open_store(folder) as store:
        times = pd.date_range("2026-03-04", until, freq="1min", tz=ZONE, inclusive="left")
        store.append(pd.DataFrame({"grid.power": np.full(len(times), power)}, index=times))
    return folder


def test_both_languages_have_the_same_words_and_braces_and_lack_none_that_is_used():
    assert set(own("en")) == set(own("zh"))
    assert not set(own("en")) & set(words("en"))
    for key, text in own("en").items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", own("zh")[key])), key
    sources = "".join(each.read_text(encoding="utf-8") for each in FOLDER.rglob("*.py"))
    used = set(re.findall(r'\bwords\["([a-z_]+)"\]', sources)) | {f"page_{key}" for key in shell.MENU}
    used |= set(re.findall(r'why="([a-z_]+)"', sources))
    assert used - set(say("zh")) == set()


def test_an_address_says_everything_and_nonsense_is_told_and_harmless(site):
    home = Address("overview", "fans")
    address = read("/carbon", "?site=fans&lang=zh&theme=dark", program.KEYS, ["fans"], home)
    assert address == Address("carbon", "fans", "zh", "dark")
    assert read(*address.to().split("?"), program.KEYS, ["fans"], home) == address
    wrong = read("/../etc", "?site=<script>&lang=&x=1&theme=dark%00", program.KEYS, ["fans"], home)
    assert wrong.page == "overview"
    assert {each.partition("=")[0] for each in wrong.wrong} >= {"site", "x", "theme"}
    built, *_ = program.screen(at_work(site), "/nowhere", "?site=gone")
    assert "/nowhere" in texts(built)
    assert "site=gone" in texts(built)


def test_a_site_without_a_historian_says_so_and_what_to_do(site):
    built, again, rest = program.screen(at_work(site), "/overview", "?lang=zh")
    assert "未指定 fans 的历史库" in texts(built)
    assert (again, rest) == (program.LATER, False)


def test_measurements_stand_beside_the_expectation(site, tmp_path):
    source = at_work(site, kept(tmp_path / "store", "2026-03-04 12:00"))
    load = source.load("fans")
    assert load.state == "ready"
    assert load.value.power == pytest.approx([7.0] * 48)
    assert load.value.energy == pytest.approx(84.0)
    assert "measured: 7 kW" in texts(program.screen(source, "/overview", "?lang=en")[0])


def test_notes_of_the_last_week_are_shown_with_their_point(site, tmp_path):
    folder = kept(tmp_path / "store", "2026-03-04 12:00")
    with open_store(folder) as store:
        store.annotate("drifts from its twin", NOON - timedelta(hours=2), point="grid.power", author="twin")
        store.annotate("filters changed", NOON - timedelta(days=2))
        store.annotate("long ago", NOON - timedelta(days=30))
    source = at_work(site, folder)
    assert [(alarm.point, alarm.text) for alarm in source.alarms("fans").value] == [
        ("grid.power", "drifts from its twin"),
        ("", "filters changed"),
    ]
    assert "2026-03-04 10:00" in texts(program.screen(source, "/overview", "?lang=en")[0])


def test_old_measurements_are_called_old_with_the_moment_of_the_last(site, tmp_path):
    source = at_work(site, kept(tmp_path / "store", "2026-03-04 10:00"))
    assert source.load("fans").state == "stale"
    assert "No data since 2026-03-04 09:59" in texts(program.screen(source, "/overview", "?lang=en")[0])


def test_a_historian_that_is_missing_empty_or_broken_is_told_and_none_is_made(site, tmp_path):
    assert at_work(site, tmp_path / "none").load("fans").why == "store_missing"
    assert not (tmp_path / "none").exists()
    open_store(tmp_path / "bare").close()
    assert at_work(site, tmp_path / "bare").load("fans").why == "no_samples"
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "tail.sqlite").write_bytes(b"this is no database" * 99)
    source = at_work(site, broken)
    assert source.load("fans").state == "error"
    assert "cannot be read" in texts(program.screen(source, "/overview", "?lang=en")[0])


def test_a_site_that_vanished_is_told_and_the_program_goes_on(site):
    source = Source(str(site), now=lambda: NOON)
    (site / "site.yaml").unlink()
    assert settled(lambda: source.year("fans")).state == "error"
    assert "twin check" in texts(program.screen(source, "/overview", "?lang=en")[0])


def test_a_page_that_breaks_is_told_and_the_frame_stays(site, monkeypatch):
    monkeypatch.setitem(program.PAGES, "overview", Page(lambda address, source: {}["gone"]))
    built, *_ = program.screen(at_work(site), "/overview", "")
    assert "could not be built" in texts(built)
    assert "switches" in texts(built)


def test_the_day_of_the_twin_has_the_band_of_days_like_it(site):
    day = at_work(site).day("fans").value
    assert day.date == date(2026, 3, 4)
    assert day.workday
    assert len(day.expected) == len(day.low) == len(day.high) == 96
    assert all(low <= high for low, high in zip(day.low, day.high, strict=True))
    assert day.until(timedelta(days=1)) == pytest.approx(day.energy)
    assert day.until(timedelta(hours=6)) == pytest.approx(sum(day.expected[:24]) / 4.0)


def test_the_flows_of_a_year_close_to_the_meter(site):
    year = at_work(site).year("fans").value
    assert sum(flow.energy for flow in year.sources) == pytest.approx(year.electricity)
    assert abs(year.rest) < 1e-6 * year.electricity


def test_every_screen_is_strict_json(site):
    source = at_work(site)
    for key in shell.MENU:
        built, *_ = program.screen(source, f"/{key}", "?site=fans")
        json.dumps(built, default=lambda each: each.to_plotly_json(), allow_nan=False)


def test_nothing_but_hashed_scripts_may_run_and_no_chart_is_sent_anywhere():
    told = policy(["'sha256-abc'"])
    assert "script-src 'self' 'sha256-abc'" in told
    assert "unsafe-eval" not in told
    assert "http" not in told
    assert cards.GRAPH["showSendToCloud"] is False
    assert theme.LIGHT.first in (FOLDER / "report" / "report.css.j2").read_text(encoding="utf-8")


def test_charts_have_the_colours_and_the_letters_of_the_page():
    style = (FOLDER / "assets" / "style.css").read_text(encoding="utf-8")
    assert f"font-family: {theme.FONT};" in style
    for ground, colours in ((":root {", theme.LIGHT), (':root[data-mantine-color-scheme="dark"] {', theme.DARK)):
        told = style.split(ground)[1].split("}")[0]
        for name, colour in {
            "ink": colours.ink,
            "quiet": colours.quiet,
            "line": colours.line,
            "card": colours.paper,
        }.items():
            assert f"--{name}: {colour};" in told, name


def test_a_port_that_is_taken_is_told(site):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        found = CliRunner().invoke(app, ["serve", str(site), "--port", str(taken.getsockname()[1])])
    assert found.exit_code != 0
    assert "--port" in str(found.exception)
