"""The report: complete in both languages, without any outside address or plug-in, right in its figures, and really drawn by a browser."""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest
from twin.dashboard.amounts import said
from twin.dashboard.language import LANGUAGES, words
from twin.dashboard.report import figures, paper
from twin.dashboard.report.content import Content, summary
from twin.dashboard.report.page import render
from typer.testing import CliRunner

from tests.dashboard.studies import make_study
from twin.cli import app
from twin.study import kept

DASHBOARD = Path(figures.__file__).parent
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return make_study(tmp_path_factory.mktemp("site"))


@pytest.fixture
def file(study, tmp_path):
    path = tmp_path / "study.json"
    path.write_text(json.dumps(study), encoding="utf-8")
    return path


def call(*arguments):
    return CliRunner().invoke(app, ["report", *map(str, arguments)])


def test_the_page_asks_nothing_of_the_network_and_runs_nothing_inline(study):
    text = render(study)
    assert re.findall(r"""<(?:script|link|img|iframe|image)[^>]+(?:src|href)=(?!"data:)""", text) == []
    assert "http://" not in text
    assert "https://" not in text
    assert re.findall(r"<[^>]+\son\w+=", text) == []
    assert len(text) < 1_000_000


def test_both_languages_have_every_word():
    assert set(words("en")) == set(words("zh"))
    texts = "".join(
        each.read_text(encoding="utf-8") for each in (*DASHBOARD.glob("*.py"), DASHBOARD / "report.html.j2")
    )
    used = set(re.findall(r"\bw\.([a-z_0-9]+)", texts)) | set(re.findall(r'say(?:\(|\[)"([a-z_0-9]+)"', texts))
    assert used <= set(words("en")), used - set(words("en"))
    assert all(words(language).values() for language in LANGUAGES)
    holes = {key: [set(re.findall(r"{(\w+)}", words(language)[key])) for language in LANGUAGES] for key in words("en")}
    assert [key for key, (one, other) in holes.items() if one != other] == []


def test_every_end_use_of_the_catalogue_has_a_word_and_a_colour():
    from twin.dashboard.theme import USES

    from twin.core import catalogue

    shipped = [cls for cls in catalogue.kinds().values() if cls.__module__.startswith("twin.components")]
    uses = {signal.end_use for cls in shipped for signal in cls.signals.values() if signal.end_use}
    assert uses <= set(words("en")), uses - set(words("en"))
    assert uses <= set(USES), uses - set(USES)


def test_the_waterfall_ends_where_the_package_does(study):
    content = Content(study)
    steps = figures.waterfall_steps(content, "en")
    assert steps[0][2] == pytest.approx(study["baseline"]["electricity_kwh"])
    assert steps[-1][2] == pytest.approx(steps[-2][2])
    assert steps[-2][0] == "Interaction"
    assert content.interaction == pytest.approx(study["interaction_kwh"])


def test_a_manager_reads_what_to_do_what_it_saves_costs_and_how_sure_it_is(study):
    english, chinese = (" ".join(summary(Content(study), language)) for language in LANGUAGES)
    best = max(study["scenarios"], key=lambda row: row["npv"]["p50"])
    assert f"Do this: {best['title']['en']}" in english
    assert "probability that it pays back within 5 years" in english
    assert "P10 to P90" in english
    assert "建议实施" in chinese
    assert "元" in chinese


def test_what_is_bought_is_told_where_it_falls_by_more_than_what_is_used(study):
    assert "less from the grid" not in " ".join(summary(Content(study), "en"))
    sunny = copy.deepcopy(study)
    for row in sunny["scenarios"]:
        row["saving_bought_kwh"] = {key: 2.0 * value for key, value in row["saving_kwh"].items()}
    best = max(sunny["scenarios"], key=lambda row: row["npv"]["p50"])
    words = said("energy", "en", best["saving_bought_kwh"]["p50"])
    assert f"It takes {words} less from the grid a year" in " ".join(summary(Content(sunny), "en"))
    assert "从电网少购电" in " ".join(summary(Content(sunny), "zh"))


def test_where_nothing_pays_the_report_says_so(study):
    poor = copy.deepcopy(study)
    for row in poor["scenarios"]:
        row["npv"] = {"p10": -3.0, "p50": -2.0, "p90": -1.0}
        row["payback_years"] = None
    text = " ".join(summary(Content(poor), "en"))
    assert "No scenario pays" in text
    assert "never paid back" in text


def test_a_scenario_that_cannot_be_simulated_is_told_and_nothing_else_is_lost(study):
    broken = copy.deepcopy(study)
    for row in broken["scenarios"]:
        row |= {"central": None, "problem": "rating <b>below</b> nothing"}
    text = render(broken, "en")
    assert "No scenario of this study could be simulated" in text
    assert "rating &lt;b&gt;below&lt;/b&gt; nothing" in text


def test_a_study_without_measures_says_so(study):
    assert summary(Content({**study, "scenarios": []}), "en") == ["This study has no measures to compare."]
    assert "没有可比较的措施" in render({**study, "scenarios": [], "abatement": None}, "zh")


def test_parts_that_a_study_lacks_leave_no_empty_section(study):
    plain = {**study, "reported": [], "drivers": [], "notes": [], "abatement": None}
    text = render(plain, "en")
    titles = re.findall(r"<h2>(.*?)</h2>", text)
    for absent in ("search", "conditions", "interactions", "reported"):
        assert words("en")[absent] not in titles
    assert words("en")["macc"] not in text
    assert re.findall(r"<section[^>]*>\s*</section>", text) == []


def test_search_conditions_interactions_and_sensitivities_have_their_sections(study):
    name = study["scenarios"][0]["name"]
    more = {
        **study,
        "search": {"method": "exact", "curve": study["abatement"], "front": [
            {"measures": [name], "cost_cny": -1e5, "co2_t": 20.0, "npv": {"p50": 5e5}, "knee": True},
            {"measures": [], "cost_cny": 0.0, "co2_t": 25.0},
        ]},
        "conditions": [{"weather": "beijing", "tariff": None, "carbon_year": 2023, "baseline": study["baseline"], "scenarios": study["scenarios"]}],
        "robust": {"definition": {"en": "Regret is lost worth.", "zh": "后悔值"}, "scenarios": [{"name": name, "npv": {"worst": 1.0, "best": 2.0}, "regret_cny": 3.0, "regret_condition": None}]},
        "interactions": {"package": "both", "measures": [{"measure": name, "alone_kwh": 1e3, "last_kwh": 8e2, "alone_t": 1.0, "last_t": 0.9}], "totals": {}},
        "sensitivity": {"method": "sobol", "output": "npv", "note": "Mind this.", "rows": [{"parameter": "fans.rating", "place": "site.yaml:9:3", "S1": 0.5, "ST": 0.6}], "others": []},
    }  # fmt: skip
    text = render(more, "en")
    for key in ("search", "conditions", "interactions", "sensitivity"):
        assert words("en")[key] in text
    assert "beijing" in text
    assert "fans.rating" in text
    assert "Mind this." in text
    assert "Regret is lost worth." in text


def test_one_language_alone_has_no_switch(study):
    chinese = render(study, "zh")
    assert '<html lang="zh-CN">' in chinese
    assert words("en")["summary"] not in chinese
    assert '<button type="button"' not in chinese


def test_the_command_writes_what_is_asked_for(file, tmp_path):
    done = call(file, "--html", tmp_path / "a" / "r.html", "--xlsx", tmp_path / "r.xlsx", "--language", "zh")
    assert done.exit_code == 0, done.output
    assert words("zh")["summary"] in (tmp_path / "a" / "r.html").read_text(encoding="utf-8")
    assert (tmp_path / "r.xlsx").read_bytes()[:2] == b"PK"
    assert call(file).exit_code == 0
    assert file.with_suffix(".html").is_file()


def test_the_folder_gets_everything_but_the_pdf_where_there_is_no_chromium(file, tmp_path, monkeypatch):
    monkeypatch.setattr(paper, "BROWSERS", ("no-such-browser",))
    done = call(file, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == ["study.html", "study.xlsx"]
    assert "needs Chromium" in done.output


def test_without_chromium_a_pdf_is_refused_with_the_way_out(file, tmp_path, monkeypatch):
    monkeypatch.setattr(paper, "BROWSERS", ("no-such-browser",))
    found = call(file, "--pdf", tmp_path / "r.pdf").exception
    assert "needs Chromium" in str(found)
    assert "apt-get install chromium" in str(found)
    assert not (tmp_path / "r.pdf").exists()


@pytest.mark.parametrize("script", ["exit 3", "exit 0"])
def test_a_chromium_that_fails_is_told(study, tmp_path, monkeypatch, script):
    program = tmp_path / "browser"
    program.write_text(f"#!/bin/sh\necho 'no display' >&2\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(paper, "BROWSERS", (str(program),))
    with pytest.raises(paper.PaperError, match="Chromium failed \\(no display\\)"):
        paper.write_pdf(study, tmp_path / "r.pdf", "en")


def test_a_chromium_that_hangs_is_given_up(study, tmp_path, monkeypatch):
    program = tmp_path / "browser"
    program.write_text("#!/bin/sh\nexec sleep 20\n")
    program.chmod(0o755)
    monkeypatch.setattr(paper, "BROWSERS", (str(program),))
    monkeypatch.setattr(paper, "PATIENCE", 0.2)
    with pytest.raises(paper.PaperError, match="did not finish"):
        paper.write_pdf(study, tmp_path / "r.pdf", "en")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: "not json {", "is not JSON"),
        (lambda s: "[1, 2]", "is JSON, but no study"),
        (lambda s: '{"rows": []}', "is JSON, but no study"),
        (lambda s: json.dumps({k: v for k, v in s.items() if k != "schema_version"}), "has no schema_version"),
        (lambda s: json.dumps({**s, "schema_version": 99}), "is of schema_version 99"),
        (lambda s: json.dumps({k: v for k, v in s.items() if k != "terms"}), "lacks or misstates terms"),
        (lambda s: json.dumps({**s, "scenarios": [{"name": "x"}]}), "scenarios\\[0\\].title"),
        (lambda s: json.dumps({**s, "scenarios": [3]}), "scenarios\\[0\\]"),
        (lambda s: json.dumps({**s, "floor_area_m2": float("nan")}), "NaN is no number"),
    ],
)
def test_a_file_that_is_no_study_of_this_version_is_refused(study, tmp_path, change, said):
    path = tmp_path / "study.json"
    path.write_text(change(study), encoding="utf-8")
    with pytest.raises(kept.KeptError, match=said) as found:
        kept.read_study(path)
    assert found.value.exit_code == 2
    assert "twin study" in str(found.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(kept.KeptError, match="cannot be read"):
        kept.read_study(tmp_path / "absent.json")
    (tmp_path / "picture").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(kept.KeptError, match="is no text"):
        kept.read_study(tmp_path / "picture")


def test_a_damaged_part_is_told_without_a_traceback(study, tmp_path):
    path = tmp_path / "study.json"
    path.write_text(json.dumps({**study, "detail": {**study["detail"], "hour_kw": [3]}}), encoding="utf-8")
    found = call(path, "--html", tmp_path / "r.html").exception
    assert isinstance(found, kept.KeptError)
    assert "a part is not as this program writes it" in str(found)
    assert not (tmp_path / "r.html").exists()


def test_a_full_disk_leaves_the_old_report_whole(file, tmp_path, monkeypatch):
    page = tmp_path / "r.html"
    page.write_text("old")

    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    found = call(file, "--html", page).exception
    assert "cannot be written (No space left on device)" in str(found)
    monkeypatch.undo()
    assert page.read_text() == "old"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["r.html", "study.json"]


def test_a_browser_draws_the_report(study, tmp_path):
    browser = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    assert browser, "a Chromium browser is needed; `make test` installs it"
    page, picture = tmp_path / "page.html", tmp_path / "page.png"
    page.write_text(render(study), encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--hide-scrollbars"]  # fmt: skip
    command = [browser, *flags, f"--user-data-dir={tmp_path}", "--virtual-time-budget=1000", "--window-size=1280,1600"]
    subprocess.run([*command, f"--screenshot={picture}", page.as_uri()], capture_output=True, check=True, timeout=120)
    assert len(colours(picture)) > 40


def test_chromium_prints_both_languages_on_a4(study, tmp_path):
    paper.write_pdf(study, tmp_path / "r.pdf")
    content = (tmp_path / "r.pdf").read_bytes()
    assert content[:5] == b"%PDF-"
    boxes = set(re.findall(rb"/MediaBox \[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", content))
    assert [(round(float(w)), round(float(h))) for w, h in boxes] == [(595, 842)]


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
