"""A what-if in a real browser, through the clicks: chosen, run, watched, left, stopped, resumed, shared, compared, and its numbers those of its file."""

from __future__ import annotations

import json
import re

import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from twin.dashboard.data import Source
from twin.dashboard.rights import account

from tests.dashboard.asking import MANY, ended, make_site, wished
from tests.dashboard.served import Witness, served, tab


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    found = Source(
        str(make_site(tmp_path_factory.mktemp("sites") / "fans")), studies=str(tmp_path_factory.mktemp("studies"))
    )
    yield found
    found.close()


@pytest.fixture(scope="module")
def address(source):
    with pytest.MonkeyPatch.context() as patch, served(source) as found:
        patch.setattr(account, "current", lambda: account.Person("", "engineer", account.OPEN))
        yield found


@pytest.fixture(scope="module")
def done(source):
    """A study that has come to its end."""
    jobs = source.studies.jobs
    found = ended(jobs, jobs.start(wished(source.path("fans"), curve=True), "fans").id)
    assert found.state == "done"
    return found


def tick(page, text):
    page.locator(f".choice:has-text('{text}') label").first.click()


def type_into(page, place, text):
    page.fill(place, text)
    page.locator(place).blur()


def number(text):
    return float(re.sub(r"[^\d.\-]", "", text.split("\n")[0]))


def study_of(page, source):
    name = page.url.rpartition("study=")[2][:12]
    return name, json.loads(source.studies.path(name).read_text(encoding="utf-8"))


def test_a_what_if_is_run_to_the_end_through_the_clicks_and_shows_the_numbers_of_its_file(page, address, source):
    page.goto(f"{address}/what-if?lang=en")
    tick(page, "smaller fans")
    tick(page, "Fewer fans")
    page.wait_for_selector("#what-if-costs tr:has-text('Sum') >> text=80.0")
    type_into(page, "#what-if-samples", "4")
    page.wait_for_selector("#what-if-preview >> text=Scenarios beside the baseline: 3")
    assert "measures=smaller%3Bless" in page.url
    page.click("#language")
    page.wait_for_selector("h2:has-text('选择措施')")
    assert page.locator(".choice:has-text('小风机') input").is_checked()
    page.go_back()
    page.wait_for_selector("#what-if-costs tr:has-text('Sum') >> text=80.0")
    assert page.input_value("#what-if-samples") == "4"
    page.click("#what-if-run")
    page.wait_for_selector("#what-if-job")
    page.go_back()
    page.wait_for_selector("#what-if-costs tr:has-text('Sum') >> text=80.0")
    page.go_forward()
    page.reload()
    page.wait_for_selector("#what-if-table")
    name, study = study_of(page, source)
    best = max(study["scenarios"], key=lambda row: row["npv"]["p50"])
    assert study["samples"] == 4
    assert number(page.inner_text("#what-if-kpi-saving .value")) == pytest.approx(
        best["saving_kwh"]["p50"] / 1e3, rel=0.005
    )
    assert number(page.inner_text("#what-if-kpi-capital .value")) == pytest.approx(best["capex"] / 1e3, rel=0.005)
    assert number(page.inner_text("#what-if-kpi-chance .value")) == round(100 * best["money"]["probability"]["payback"])
    assert number(page.inner_text("#what-if-kpi-comfort .value")) == round(best["comfort_hours_outside"])
    row = page.locator("#what-if-table tr", has_text="All chosen measures").inner_text().split("\t")
    whole = study["scenarios"][-1]
    assert number(row[1]) == pytest.approx(whole["saving_kwh"]["p50"] / 1e3, rel=0.005)
    assert number(row[2].split("…")[0]) == pytest.approx(whole["saving_kwh"]["p10"] / 1e3, rel=0.005)
    for chart in ("waterfall", "monthly", "macc", "flow", "npv"):
        page.wait_for_selector(f"#what-if-{chart} .main-svg")
    page.click("#what-if-scenario")
    page.click("[role=option]:has-text('Fewer fans')")
    page.wait_for_selector("#what-if-flow h2:has-text('Fewer fans')")
    assert "scenario=less" in page.url
    with page.expect_download() as taken:
        page.click("a:has-text('Excel')")
    assert taken.value.suggested_filename == f"study-{name}.xlsx"
    assert page.witness.seen == []


def test_somebody_else_sees_the_same_study_by_its_link_alone(browser, address, done):
    page = tab(browser, viewport={"width": 390, "height": 844})
    witness = Witness(page, address)
    for language, theme, word in (("en", "light", "All scenarios"), ("zh", "dark", "全部情景")):
        page.goto(f"{address}/what-if?study={done.id}&lang={language}&theme={theme}")
        page.wait_for_selector(f"h2:has-text('{word}')")
        page.wait_for_selector("#what-if-flow .main-svg")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert not re.search(r"\b(NaN|None|undefined|null|Infinity)\b", page.inner_text("body"))
    assert witness.seen == []
    page.close()


def test_a_running_study_survives_its_page_is_stopped_resumed_and_removed(page, address, source):
    page.goto(f"{address}/what-if?lang=en&measures=smaller;less&samples={MANY}&curve=no")
    page.wait_for_selector("#what-if-run:not([disabled])")
    page.click("#what-if-run")
    page.wait_for_selector("#what-if-job >> text=/of [0-9,]+ runs/")
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    page.click("#what-if-job button:has-text('Stop')")
    page.wait_for_selector("#what-if-job >> text=Resume goes on where it was")
    job = source.studies.jobs.table.listed()[0]
    assert job.state == "stopped"
    page.click("#what-if-job button:has-text('Resume')")
    page.wait_for_selector("#what-if-job .progress")
    page.click("#what-if-job button:has-text('Stop')")
    page.wait_for_selector("#what-if-job button:has-text('Resume')")
    page.click("a:has-text('All studies')")
    page.wait_for_selector("#what-if-list li:has-text('stopped') button:has-text('Remove')")
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("#what-if-list li:has-text('stopped') button:has-text('Remove')")
    page.wait_for_selector("#what-if-list li:has-text('stopped')", state="detached")
    assert source.studies.jobs.table.get(job.id) is None
    assert page.witness.seen == []


def test_a_kept_file_is_brought_compared_and_another_file_is_refused(page, address, source, done, tmp_path):
    mine = tmp_path / "mine.json"
    mine.write_text("{}", encoding="utf-8")
    page.goto(f"{address}/what-if?lang=en")
    page.wait_for_selector("#what-if-upload")
    page.set_input_files("#what-if-upload input", mine)
    page.wait_for_selector("#what-if-said >> text=mine.json: is JSON, but no study")
    mine.write_text(source.studies.path(done.id).read_text(encoding="utf-8"), encoding="utf-8")
    page.goto(f"{address}/what-if?lang=en")
    page.set_input_files("#what-if-upload input", mine)
    page.wait_for_selector("h1:has-text('mine.json')")
    page.click("a:has-text('All studies')")
    page.wait_for_selector("#what-if-list li")
    for row in ("li:has-text('mine.json')", f"li:has(a[href*='{done.id}'])"):
        page.check(f"#what-if-list {row} input")
    page.click("#what-if-compare:not(.off)")
    page.wait_for_selector("#what-if-compared")
    best = max(json.loads(mine.read_text(encoding="utf-8"))["scenarios"], key=lambda row: row["npv"]["p50"])
    peaks = page.locator("#what-if-compared tr", has_text="Peak").inner_text().split("\t")[1:]
    assert [number(each) for each in peaks] == [round(best["peak_kw"])] * 2
    page.wait_for_selector("#what-if-compared-npv .main-svg")
    assert page.witness.seen == []
