"""What-if without a browser: wishes, jobs that are stopped, lost, resumed and refused, studies that are not what they say, and charts of their numbers."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path

import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from twin.dashboard.address import Address, read
from twin.dashboard.app import KEYS
from twin.dashboard.pages import what_if, what_if_compare, what_if_form, what_if_list, what_if_results
from twin.dashboard.report import figures
from twin.dashboard.report.content import Content
from twin.dashboard.rights import account
from twin.dashboard.what_if import drawn
from twin.dashboard.what_if.choices import choices, setting
from twin.dashboard.what_if.job_table import Job
from twin.dashboard.what_if.studies import LARGEST, Studies
from twin.dashboard.what_if.wish import DESIGNS, MODES, prepared, told

from tests.dashboard.asking import ended, kept, texts, wished
from tests.dashboard.studies import MEASURES, SITE
from twin import simulate
from twin.errors import SiteError, StoreError, TwinError
from twin.site.load import load
from twin.site.measures import library
from twin.study.kept import KeptError

ENGINEER, VIEWER = (account.Person("wang", role) for role in ("engineer", "viewer"))


@pytest.fixture(scope="module")
def worked(site, tmp_path_factory):
    """A job that has come to its end, the shelf it stands on, and its study."""
    shelf = Studies(tmp_path_factory.mktemp("worked"))
    job = ended(shelf.jobs, shelf.jobs.start(wished(site, samples=4, curve=True), "fans", "wang").id)
    yield job, shelf, json.loads(shelf.path(job.id).read_text(encoding="utf-8"))
    shelf.close()


@pytest.fixture(scope="module")
def study(worked):
    return worked[2]


def test_a_job_is_worked_in_a_process_of_its_own_and_its_study_is_that_of_the_public_verbs(source, site, worked):
    job, shelf, study = worked
    assert (job.state, job.problem, job.author) == ("done", "", "wang")
    found = shelf.study(job.id).value
    assert [row["name"] for row in found.sound] == ["smaller", "less", "chosen_measures"]
    assert found.steps[0][1] + found.steps[1][1] + found.interaction == pytest.approx(
        found.stepped["central"]["saving_kwh"]
    )
    assert 2 < job.runs <= prepared(wished(site, samples=4, curve=True)).runs()
    run = simulate(load(site), step=3600.0)
    assert study["baseline"]["electricity_kwh"] == pytest.approx(run.electricity)
    kept(source, study)
    shown = texts(what_if.build(Address("what_if", "fans", own=(("study", "0" * 12),)), source))
    for name in (
        "what-if-waterfall",
        "what-if-monthly",
        "what-if-macc",
        "what-if-flow",
        "what-if-table",
        "what-if-comfort",
    ):
        assert name in shown


def test_wishes_that_contradict_or_make_no_sense_are_refused_with_the_reason(site, tmp_path):
    twice = tmp_path / "two"
    twice.mkdir()
    (twice / "site.yaml").write_text(SITE, encoding="utf-8")
    (twice / "measures.yaml").write_text(
        MEASURES.replace("  less:\n", "  less:\n    excludes: [smaller]\n").replace(
            "packages: {both: [smaller, less]}\n", ""
        ),
        encoding="utf-8",
    )
    with pytest.raises(SiteError, match="smaller"):
        prepared(wished(twice))
    assert prepared(wished(twice, mode="alone")).design == "alone"
    for wrong, why in (({"measures": ()}, "no measure"), ({"measures": ("smaler",)}, "smaler"), ({"measures": ("less:hue=3",)}, "hue"), ({"samples": 1}, "samples"), ({"samples": 10**6}, "samples"), ({"mode": "all"}, "no way"), ({"measures": ("less",), "mode": "one_less"}, "two or more"), ({"measures": ("photovoltaics:rating=-3",)}, "at least")):  # fmt: skip
        with pytest.raises(SiteError, match=why):
            prepared(wished(site, **wrong))


def test_every_way_to_put_measures_together_runs_what_it_says(site):
    sets = {mode: [each.kind for each in prepared(wished(site, mode=mode)).scenarios] for mode in MODES}
    assert sets["together"] == ["baseline", "alone", "alone", "package"]
    assert sets["alone"] == ["baseline", "alone", "alone"]
    assert sets["one_less"] == ["baseline", "alone", "alone", "last-in", "last-in", "package"]
    assert sets["package"] == ["baseline", "package"]
    assert set(DESIGNS) < set(MODES)


def test_costs_before_running_are_those_of_the_measures_with_their_arguments(site):
    rows = prepared(wished(site, measures=("smaller", "photovoltaics:rating=2"))).money()
    assert rows[0]["capital"] == 20000.0
    assert rows[0]["upkeep"] == pytest.approx(400.0)
    one = prepared(wished(site, measures=("photovoltaics:rating=1",))).money()
    assert rows[1]["capital"] == pytest.approx(2.0 * one[0]["capital"])


def test_choices_are_the_sites_own_and_what_changes_something_there_with_sliders_within_what_is_allowed(site):
    found = choices(load(site))
    assert [each.name for each in found if each.own] == ["smaller", "less"]
    assert "photovoltaics" in {each.name for each in found}
    assert "liquid_cooling" not in {each.name for each in found}
    for measure in library().values():
        for argument in measure.arguments.values():
            each = setting(argument)
            if each.unit:
                assert each.start < each.end, (measure.name, each)
                assert each.start <= each.default <= each.end, (measure.name, each)
                assert each.least is None or each.start >= each.least
                assert each.most is None or each.end <= each.most
                assert each.step > 0.0


def test_the_address_brings_the_form_back_and_nonsense_in_it_is_told(source):
    home = Address("overview", "fans")
    address = read(
        "/what-if",
        "?measures=photovoltaics:rating=2,tilt=10;smaller&mode=alone&samples=12&study=%3Cscript%3E",
        KEYS,
        ["fans"],
        home,
    )
    assert address.page == "what_if"
    assert told(address.get("measures")) == {"photovoltaics": {"rating": "2", "tilt": "10"}, "smaller": {}}
    assert [each.partition("=")[0] for each in address.wrong] == ["study"]
    shown = texts(what_if_form.build(address, source))
    assert '"value": 2.0' in shown
    assert '"value": 12' in shown
    odd = read("/what-if", "?measures=nothing_like_it;photovoltaics:rating=NaN", KEYS, ["fans"], home)
    shown = texts(what_if_form.build(odd, source))
    assert "nothing_like_it" in shown
    assert '"value": 1.0' in shown


def test_a_viewer_sees_everything_and_runs_nothing(source, site):
    wish = {"measures": ["smaller"], "mode": "alone", "samples": 2, "curve": False, "title": ""}
    with account.acting(VIEWER):
        refused = [what_if.started(source, wish, None)[1], what_if.brought(source, "data:,eA==", "x.json", None)[1]]
        for each in refused:
            assert "engineer" in texts(each)
        assert what_if.previewed(source, wish, None)[1] is True
        assert "what-if-act" not in texts(what_if_list.buttons(Job("a" * 12, "fans", "", "{}", "running"), "en"))
        assert "engineer" in texts(what_if.acted(source, {"what": "stop", "name": "a" * 12}, set(), None, 0)[0])
    with account.acting(ENGINEER):
        assert what_if.previewed(source, wish, None)[1] is False
    assert source.studies.jobs.table.listed() == []


def test_what_the_browser_sends_may_be_anything(source):
    with account.acting(ENGINEER):
        for wish in (
            None,
            5,
            {},
            {"measures": None},
            {"measures": ["smaller"], "mode": 7, "samples": "many", "curve": 1},
            {"measures": [{}], "mode": "alone", "samples": 2, "curve": 0},
        ):
            assert what_if.previewed(source, wish, {"site": "gone", "language": "xx"})[1] is True
            assert "state error" in texts(what_if.started(source, wish, 3)[1])
        assert "no longer possible" in texts(what_if.acted(source, {"what": "resume", "name": "gone"}, set(), {}, 0)[0])


def test_an_upload_is_kept_and_one_that_is_not_what_it_says_is_refused_with_the_reason(source, study):
    with account.acting(ENGINEER):
        octets = base64.b64encode(json.dumps(study).encode()).decode()
        link, said = what_if.brought(source, f"data:application/json;base64,{octets}", "mine.json", None)
        assert said == ""
        name = link.rpartition("study=")[2]
        assert source.studies.study(name).value.study == study
        assert "state error" in texts(what_if.brought(source, "data:;base64,***", "mine.json", None)[1])
    shelf = source.studies
    cases = [
        (b"PK\x03\x04\xff\xfe", "is no text"), (b"{", "is not JSON"), (b'{"a": NaN}', "is no number"), (b"[]", "no study"), (b'{"scenarios": [], "baseline": {}}', "schema_version"),
        (json.dumps({**study, "schema_version": 99}).encode(), "schema_version 99"), (json.dumps({k: v for k, v in study.items() if k != "terms"}).encode(), "terms"),
        (json.dumps({**study, "detail": {**study["detail"], "monthly_kwh": {"baseline": 3}}}).encode(), "not as this program writes it"),
    ]  # fmt: skip
    for octets, why in cases:
        with pytest.raises(KeptError, match=why) as refused:
            shelf.take(octets, "mine.json", "fans")
        assert "mine.json" in str(refused.value)
    with pytest.raises(StoreError, match="24 MiB"):
        shelf.take(b" " * (LARGEST + 1), "mine.json", "fans")
    assert len(shelf.jobs.table.listed()) == 1


def test_a_study_that_is_gone_spoilt_or_of_another_version_says_so_and_what_to_do(source, study):
    name = kept(source, study)
    assert source.studies.study(name).state == "ready"
    path = source.studies.path(name)
    path.write_text(json.dumps({**study, "schema_version": 7}), encoding="utf-8")
    assert "schema_version 7" in texts(what_if.build(Address("what_if", "fans", own=(("study", name),)), source))
    path.write_text("{", encoding="utf-8")
    assert "not JSON" in texts(what_if.build(Address("what_if", "fans", own=(("study", name),)), source))
    path.unlink()
    assert "its file is gone" in texts(what_if.build(Address("what_if", "fans", own=(("study", name),)), source))
    assert "There is no study" in texts(what_if.build(Address("what_if", "fans", own=(("study", "f" * 12),)), source))


def test_a_report_is_served_in_every_form_and_nonsense_is_refused(source, study):
    name = kept(source, study)
    with account.acting(ENGINEER):
        assert json.loads(what_if.report(source, name, "json", "en").body) == study
        assert b"<html" in what_if.report(source, name, "html", "en").body[:400]
        assert what_if.report(source, name, "xlsx", "zh").body[:2] == b"PK"
        assert what_if.report(source, name, "exe", "en").status_code == 404
        assert what_if.report(source, "../../etc/passwd", "json", "xx").status_code == 404
    with account.acting(VIEWER):
        refused = what_if.report(source, name, "json", "en")
        assert (refused.status_code, b"engineer" in refused.body) == (403, True)
        assert ".xlsx" not in texts(what_if.build(Address("what_if", "fans", own=(("study", name),)), source))


def test_charts_on_the_screen_have_the_studys_numbers(study):
    content = Content(study)
    for dark in (False, True):
        steps = drawn.drawn(figures.waterfall(content, "en").form, dark)["data"][0]
        base, last = study["baseline"]["electricity_kwh"], content.stepped["central"]["electricity_kwh"]
        assert steps["base"][0] + steps["x"][0] == pytest.approx(base / 1e3)
        assert steps["base"][-1] + steps["x"][-1] == pytest.approx(last / 1e3)
        months = drawn.drawn(figures.monthly_bars(content, "en").form, dark)["data"]
        uses = study["detail"]["monthly_kwh"]["baseline"]["end_uses"]
        assert sum(sum(each["y"]) for each in months if each["type"] == "bar") == pytest.approx(
            sum(map(sum, uses.values())) / 1e3
        )
        blocks = drawn.drawn(figures.abatement(content, "en").form, dark)["data"][0]
        rows = [row for row in content.curve["rows"] if row["cost_per_t"] is not None]
        assert blocks["y"] == [row["cost_per_t"] for row in rows]
        assert sum(blocks["width"]) == pytest.approx(sum(row["abated_t"] for row in rows))
        flow = drawn.drawn(figures.cash_flow(content.best, "en").form, dark)["data"]
        money = next(each for each in flow if each["name"] == "In all")["y"]
        scale = content.best["cash_flow"][-1]["cumulative"] / money[-1]
        assert [value * scale for value in money] == pytest.approx(
            [row["cumulative"] for row in content.best["cash_flow"]]
        )
    json.dumps(steps, allow_nan=False)
    assert drawn.plain("<b>&") == "&lt;b>&amp;"


def test_studies_stand_beside_each_other_with_their_own_numbers_and_what_else_differs_is_told(source, study):
    first = kept(source, study, "a" * 12, "one")
    second = kept(source, {**study, "weather": "harbin", "samples": 99}, "b" * 12, "two")
    address = Address("what_if", "fans", own=(("compare", f"{first},{second}"),))
    shown = texts(what_if.build(address, source))
    assert "weather, samples" in shown
    rows = what_if_compare.rows([source.studies.study(first).value], "en")
    best = Content(study).best
    assert any(f"{best['peak_kw']:,.0f} kW" in row for row in rows)
    lone = texts(what_if.build(Address("what_if", "fans", own=(("compare", f"{first},{'c' * 12}"),)), source))
    assert "Two studies with results are needed" in lone


def test_a_study_in_which_nothing_could_be_run_says_why(source, study):
    silent = [{**row, "central": None, "problem": "the pump ran dry"} for row in study["scenarios"]]
    name = kept(source, {**study, "scenarios": silent})
    shown = texts(what_if.build(Address("what_if", "fans", "zh", own=(("study", name),)), source))
    assert "the pump ran dry" in shown
    assert "what-if-waterfall" not in shown


def test_a_study_without_a_package_or_a_curve_says_why_there_is_no_such_chart(source, study):
    alone = [row for row in study["scenarios"] if row["name"] in row["measures"]]
    name = kept(source, {**study, "scenarios": alone, "abatement": None})
    shown = texts(what_if.build(Address("what_if", "fans", own=(("study", name),)), source))
    assert "A waterfall needs" in shown
    assert "An abatement curve needs" in shown


def test_progress_says_how_far_and_how_long(monkeypatch):
    job = Job("a" * 12, "fans", "", "{}", "running", staged=100.0, stage="comparing scenarios", done=50, total=200)
    assert job.left(150.0) == pytest.approx(150.0)
    assert Job("a" * 12, "", "", "{}", "running", staged=100.0, done=1, total=200).left(150.0) is None
    monkeypatch.setattr(time, "time", lambda: 150.0)
    shown = texts(what_if_list.progress(job, "en"))
    assert "50 of 200 runs" in shown
    assert "about 2 min left" in shown


def test_the_form_again_has_what_a_study_was_asked(source, site):
    job = Job("a" * 12, "fans", "", wished(site, mode="alone", samples=7).text(), "failed")
    link = what_if_results.again(job, Address("what_if", "fans", own=(("study", job.id),)))
    address = read(*link.split("?"), KEYS, ["fans"], Address("overview", "fans"))
    assert address.wrong == ()
    assert (
        address.get("measures"),
        address.get("mode"),
        address.get("samples"),
        address.get("curve"),
        address.get("study"),
    ) == ("smaller;less", "alone", "7", "no", "")


def test_a_folder_that_cannot_be_made_is_told(site, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(TwinError, match="--studies"):
        Studies(Path(tmp_path / "file" / "studies"))
