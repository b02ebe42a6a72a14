"""A study goes on where it was stopped, with the same bits, and one scenario that fails stops nothing."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path

import pytest

from tests.study.fans import MEASURES, fans
from twin.errors import RunError
from twin.historian.tail import StoreFullError
from twin.site.load import load
from twin.study import engine, task
from twin.study.batch import Context
from twin.study.compare import compare
from twin.study.crew import Processes, StudyError
from twin.study.engine import Means, StoppedError, work_study
from twin.study.manifest import Keys, canonical, differences
from twin.study.store import FILE
from twin.study.task import BASELINE, Task

FAILING = MEASURES.replace("[-3 .. -1]", "[-13 .. -1]")
"""Fewer fans than there are, in some samples."""


@pytest.fixture
def folder(tmp_path):
    fans(tmp_path, measures=FAILING)
    return tmp_path


def command(folder, store, samples=60):
    return [
        sys.executable, "-m", "twin", "study", str(folder), "--samples", str(samples), "--store", str(store),
        "--workers", "2", "--json",
    ]  # fmt: skip


def answered(text):
    """A study but for the command that asked for it."""
    study = json.loads(text)
    del study["manifest"]["command"]
    return study


def survives(folder, times, seed):
    """A study killed so many times ends as one that nobody disturbs."""
    whole = subprocess.run(command(folder, folder / "whole"), capture_output=True, text=True, check=True)
    chance = random.Random(seed)
    for _ in range(times):
        study = subprocess.Popen(
            command(folder, folder / "killed"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            study.wait(chance.uniform(1.0, 7.0))
        except subprocess.TimeoutExpired:
            study.send_signal(signal.SIGKILL)
        study.communicate()
    last = subprocess.run(command(folder, folder / "killed"), capture_output=True, text=True, check=True)
    assert answered(last.stdout) == answered(whole.stdout)
    counts = []
    for name in ("whole", "killed"):
        with sqlite3.connect(folder / name / FILE) as tables:
            counts.append(tables.execute("select key, body, proof from runs order by key").fetchall())
        tables.close()
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("times", "seed"), [(1, 1), pytest.param(10, 2, marks=pytest.mark.nightly)])
def test_a_study_that_is_killed_ends_with_identical_results(folder, times, seed):
    survives(folder, times, seed)


def test_two_studies_on_one_store_end_alike(folder):
    both = [
        subprocess.Popen(command(folder, folder / "one"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    first, second = (each.communicate() for each in both)
    assert [each.returncode for each in both] == [0, 0], (first[1], second[1])
    assert first[0] == second[0]
    again = subprocess.run(command(folder, folder / "one"), capture_output=True, text=True, check=True)
    assert again.stdout == first[0]
    assert "0 to do" in again.stderr


def test_control_c_stops_the_study_and_says_how_to_go_on(folder):
    study = subprocess.Popen(
        command(folder, folder / "store", 3000), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not (folder / "store" / FILE).exists() and study.poll() is None:
        time.sleep(0.1)
    time.sleep(3.0)
    study.send_signal(signal.SIGINT)
    told = study.communicate(timeout=30)[1]
    assert study.returncode == 130
    assert "Traceback" not in told
    assert "run the same command again and it goes on there" in " ".join(told.split())


def test_processes_end_with_a_killed_study(folder):
    study = subprocess.Popen(
        command(folder, folder / "store", 3000), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline, below = time.monotonic() + 60.0, []
    while len(below) < 3 and time.monotonic() < deadline:  # two workers and the one that tracks their resources
        time.sleep(0.2)
        text = Path(f"/proc/{study.pid}/task/{study.pid}/children").read_text()
        below = [int(each) for each in text.split()]
    study.kill()
    study.wait()
    while any(alive(each) for each in below) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert len(below) >= 3
    assert not [each for each in below if alive(each)]


def alive(process):
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_finished_scenarios_are_never_run_again_and_a_spoilt_one_is_told(folder, monkeypatch):
    told, ran = [], []
    own = task.outcome
    monkeypatch.setattr(task, "outcome", lambda *given: ran.append(given) or own(*given))
    means = Means(1, folder / "store", tell=told.append)
    first = compare(load(folder), samples=5, means=means)
    count = len(ran)
    assert compare(load(folder), samples=5, means=means) == first
    assert len(ran) == count
    assert f"{count} of {count} runs were found in {folder / 'store'}; 0 to do" in told[-1]
    with sqlite3.connect(folder / "store" / FILE) as tables:
        tables.execute("update runs set body = '2' || body where key in (select key from runs limit 2)")
    tables.close()
    assert compare(load(folder), samples=5, means=means) == first
    assert len(ran) == count + 2
    assert any("2 runs are spoilt; they are worked out again" in line for line in told)
    (folder / "store" / FILE).write_bytes(b"nothing" * 1000)
    for ending in ("-wal", "-shm"):
        (folder / "store" / f"{FILE}{ending}").unlink(missing_ok=True)
    assert compare(load(folder), samples=5, means=means) == first
    assert any("set aside as spoilt-" in line for line in told)
    more = FAILING + "".join(line.replace("smaller", "smallest") for line in FAILING.splitlines(True)[2:7])
    (folder / "measures.yaml").write_text(more.replace("packages: {both: [smaller, less]}\n", ""))
    ran.clear()
    work_study([Task(load(folder), "shenzhen", 3600.0, {}, [(BASELINE, ()), ("smaller", ("smaller",)), ("smallest", ("smallest",))])], means)  # fmt: skip
    assert [given[4] for given in ran] == [("smallest",)]


def test_a_scenario_that_cannot_be_simulated_says_why_and_the_study_goes_on(folder, monkeypatch):
    answer = compare(load(folder), samples=30, means=Means(1))
    rows = {row["name"]: row for row in answer["scenarios"]}
    assert rows["smaller"]["problem"] == ""
    assert 0 < rows["less"]["failed_samples"] < 30
    assert "fans.rating" in rows["less"]["problem"]
    assert rows["less"]["saving_kwh"]["p50"] > 0.0
    own = task.outcome

    def broken(site, weather, step, values, measures):
        if measures == ("less",):
            raise RunError("fans.power: not a number")
        if measures == ("smaller",):
            raise ZeroDivisionError("by nothing")
        return own(site, weather, step, values, measures)

    monkeypatch.setattr(task, "outcome", broken)
    means = Means(1, folder / "store")
    rows = {row["name"]: row for row in compare(load(folder), samples=3, means=means)["scenarios"]}
    assert rows["less"]["central"] is None
    assert rows["less"]["problem"] == "fans.power: not a number"
    assert rows["less"]["failed_samples"] == 3
    assert rows["smaller"]["problem"] == "ZeroDivisionError: by nothing"
    assert rows["both"]["central"]["saving_kwh"] > 0.0
    json.dumps(rows, allow_nan=False)
    monkeypatch.setattr(task, "outcome", own)
    rows = {row["name"]: row for row in compare(load(folder), samples=3, means=means)["scenarios"]}
    assert rows["smaller"]["problem"] == ""  # what broke by accident is tried again, what cannot be simulated is not
    assert rows["less"]["problem"] == "fans.power: not a number"


def test_a_failed_row_is_shown_in_the_table_and_the_report(folder):
    (folder / "measures.yaml").write_text(FAILING.replace("packages: {both: [smaller, less]}\n", ""))
    done = subprocess.run(
        [*command(folder, folder / "store", 30)[:-1], "--report", str(folder / "report.html")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = " ".join(done.stdout.split())
    assert "of 30 samples cannot be simulated" in told
    assert "/30 samples: " in (folder / "report.html").read_text(encoding="utf-8")


def test_a_baseline_that_cannot_be_simulated_is_an_error(folder, monkeypatch):
    def broken(*_):
        raise RunError("fans.power: not a number")

    monkeypatch.setattr(task, "outcome", broken)
    with pytest.raises(RunError, match=r"baseline: fans\.power: not a number"):
        compare(load(folder), samples=2, means=Means(1))


@pytest.mark.parametrize(
    ("raised", "shown", "words"),
    [
        (KeyboardInterrupt(), StoppedError, "stopped; 1 of 7 runs are kept in"),
        (StoreFullError("no room left"), StoreFullError, "no room left; 1 of 7 runs are kept in"),
        (StudyError("no worker is left"), StudyError, "no worker is left; 1 of 7 runs are kept in"),
    ],
)
def test_a_study_that_ends_early_says_what_is_kept(folder, monkeypatch, raised, shown, words):
    site, own = load(folder), engine.Answers.keep
    tasks = [Task(site, "shenzhen", 3600.0, {}, [(str(each), ("smaller",) * each) for each in range(7)])]
    calls = []

    def keep(answers, done):
        if calls:
            raise raised
        calls.append(own(answers, done))

    monkeypatch.setattr(engine.Answers, "keep", keep)
    with pytest.raises(shown, match=words):
        work_study(tasks, Means(1, folder / "store"))


def test_a_process_that_dies_is_told():
    crew = Processes(Context.pack({}, {}), 1)
    for _ in range(2):  # here, then there
        crew.submit(())
        assert crew.finished() == [((), [])]
    for each in active_children():
        each.kill()

    def go_on():
        crew.submit(())
        crew.finished()

    with pytest.raises(StudyError, match="perhaps for want of memory; try fewer --workers"):
        go_on()
    crew.close()


def test_the_key_holds_all_that_a_run_depends_on(folder):
    site = load(folder)
    base = Task(site, "shenzhen", 3600.0, {}, [("a", ("smaller",))])
    keys = Keys()
    (own,) = keys.of(base)
    assert Keys().of(base) == [own]
    assert keys.of(replace(base, scenarios=[("b", ("smaller",))])) == [own]  # a name changes nothing
    (place,) = {q.place for q in site.assumptions() if q.value == 10e3}
    others = [
        replace(base, weather="beijing"), replace(base, step=900.0), replace(base, values={place: 9e3}),
        replace(base, scenarios=[("a", ())]), replace(base, scenarios=[("a", ("less",))]),
        replace(base, site=site.with_values({place: 9e3})), replace(base, site=replace(site, year=2020)),
    ]  # fmt: skip
    found = [keys.of(each)[0] for each in others] + Keys(mixed=True).of(base)
    (folder / "measures.yaml").write_text(FAILING.replace("0.8 [", "0.79 ["))
    found += Keys().of(replace(base, site=load(folder)))
    assert len({own, *found}) == len(found) + 1


def test_a_moved_site_keeps_its_keys(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("moved")
    for name in ("site.yaml", "measures.yaml"):
        (other / name).write_text((folder / name).read_text())
    keys = []
    for each in (folder, other):
        site = load(each)
        values = {q.place: q.low for q in site.assumptions()}
        keys += Keys().of(Task(site, "shenzhen", 3600.0, values, [("a", ("smaller",))]))
    assert keys[0] == keys[1]


def test_identities_say_how_they_differ():
    own = {"processor features": "avx,avx2", "sources": "a", "numpy": "2.4.6"}
    assert differences(own, own) == []
    other = {"processor features": "avx", "sources": "b", "numpy": "2.4.6", "numba": "0.68"}
    assert differences(own, other) == [
        "processor features (avx2)", "other sources of the twin", "numba 0.68 instead of absent"
    ]  # fmt: skip
    with pytest.raises(TypeError, match="object: has no text"):
        canonical(object())


def test_the_store_may_not_be_used_by_name_of_a_file(folder):
    (folder / "file").write_text("")
    done = subprocess.run(command(folder, folder / "file"), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "choose another folder" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
