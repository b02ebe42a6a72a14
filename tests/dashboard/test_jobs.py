"""Jobs of the dashboard: stopped, interrupted, lost, waiting and failed."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from twin.dashboard.address import Address
from twin.dashboard.app import screen
from twin.dashboard.data import Source
from twin.dashboard.pages import what_if
from twin.dashboard.what_if.job_table import Job, Table
from twin.dashboard.what_if.jobs import JobError, Jobs

from tests.dashboard.asking import MANY, ended, process, texts, wished
from tests.dashboard.studies import SITE
from tests.dashboard.waiting import soon
from twin.errors import StoreError


def test_a_stopped_job_ends_at_once_and_goes_on_later(source, site):
    jobs = source.studies.jobs
    job = jobs.start(wished(site, samples=MANY), "fans")
    soon(lambda: jobs.table.get(job.id).done >= 2)
    began = time.monotonic()
    assert jobs.stop(job.id)
    assert ended(jobs, job.id).state == "stopped"
    assert time.monotonic() - began < 15.0
    assert "kept" in jobs.table.get(job.id).problem
    assert "Resume goes on where it was" in texts(
        what_if.build(Address("what_if", "fans", own=(("study", job.id),)), source)
    )
    assert jobs.resume(job.id)
    assert jobs.table.get(job.id).attempt == 1
    assert jobs.stop(job.id)
    ended(jobs, job.id, "stopped")


def test_the_end_of_the_server_interrupts_its_jobs_and_leaves_no_process(site, tmp_path):
    jobs = Jobs(tmp_path)
    job = jobs.start(wished(site, samples=MANY), "fans")
    child = process(jobs, job.id)
    jobs.close()
    assert child.poll() is not None
    again = Jobs(tmp_path)
    assert again.table.get(job.id).state == "interrupted"
    assert not again._children
    again.close()


def test_a_worker_that_dies_without_a_word_is_told(site, tmp_path):
    jobs = Jobs(tmp_path)
    job = jobs.start(wished(site, samples=MANY), "fans")
    process(jobs, job.id).kill()
    found = ended(jobs, job.id)
    jobs.close()
    assert found.state == "failed"
    assert "signal 9" in found.problem


def test_a_job_of_a_server_that_is_gone_is_interrupted_and_one_that_tells_is_not(tmp_path, asleep):
    table = Table(tmp_path)
    table.add(Job("a" * 12, "fans", "lost", "{}", "running", 1.0, 1.0))
    table.add(Job("b" * 12, "fans", "at work", "{}", "running", 1.0, 1.0, seen=time.time()))
    jobs = Jobs(tmp_path)
    assert jobs.table.get("a" * 12).state == "interrupted"
    assert jobs.table.get("b" * 12).state == "running"
    jobs.close()


def test_a_site_that_breaks_after_the_form_fails_with_the_reason(source, site, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "site.yaml").write_text(SITE.replace("kind: base_load", "kind: base_lod"), encoding="utf-8")
    jobs = source.studies.jobs
    job = ended(jobs, jobs.start(wished(broken), "fans").id)
    assert job.state == "failed"
    assert "base_lod" in job.problem
    assert "base_lod" in texts(what_if.build(Address("what_if", "fans", own=(("study", job.id),)), source))


def test_jobs_wait_in_order_and_too_many_are_refused(tmp_path, site, asleep, monkeypatch):
    monkeypatch.setattr("twin.dashboard.what_if.jobs.WAITING", 2)
    jobs = Jobs(tmp_path)
    first = jobs.start(wished(site), "fans")
    jobs.start(wished(site), "fans")
    with pytest.raises(JobError, match="wait already"):
        jobs.start(wished(site), "fans")
    assert [each.state for each in jobs.table.open()] == ["waiting", "waiting"]
    assert jobs.stop(first.id)
    assert not jobs.remove("nobody")
    assert jobs.remove(first.id)
    assert not jobs.stop(first.id)
    assert not jobs.resume(first.id)
    jobs.close()


def test_a_worker_of_an_earlier_attempt_is_not_listened_to(tmp_path):
    table = Table(tmp_path)
    job = Job("a" * 12, "fans", "", "{}", "running", attempt=1)
    table.add(job)
    assert not table.change(Job("a" * 12, "fans", "", "{}", attempt=0), "running", done=5)
    assert table.change(job, "running", done=5)
    assert table.end(job, "done")
    assert not table.end(job, "failed", "late")
    assert table.get(job.id).state == "done"


def test_a_table_that_is_no_database_is_told_on_the_page_with_what_to_do(site, tmp_path):
    (tmp_path / "jobs.sqlite").write_bytes(b"this is no database" * 99)
    source = Source(str(site), studies=str(tmp_path))
    with pytest.raises(StoreError, match="move it away"):
        _ = source.studies
    shown = texts(screen(source, "/what-if", "?lang=en")[0])
    assert "move it away" in shown
    source.close()
