"""What tests of what-if studies ask for, and how they wait for it."""

from __future__ import annotations

import json
import time

from twin.dashboard.data import Source
from twin.dashboard.what_if.job_table import Job
from twin.dashboard.what_if.wish import Wish

from tests.dashboard.studies import MEASURES, SITE

PATIENCE = 90.0


def make_site(folder):
    """A site of fans in a folder."""
    folder.mkdir()
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    (folder / "measures.yaml").write_text(MEASURES, encoding="utf-8")
    return folder


def opened(site, folder):
    """A source that has read the site, with its studies in a folder."""
    found = Source(str(site), studies=str(folder))
    while "loading" in {found.site("fans").state, found.choices("fans").state}:
        time.sleep(0.01)
    return found


def texts(part):
    return json.dumps(part, default=lambda each: each.to_plotly_json(), ensure_ascii=False, allow_nan=False)


def wished(site, **other):
    return Wish(
        **{"path": str(site), "title": "fans", "measures": ("smaller", "less"), "samples": 2, "curve": False, **other}
    )


def ended(jobs, name, *states):
    until = time.monotonic() + PATIENCE
    while (job := jobs.table.get(name)).state not in (states or ("done", "failed", "stopped", "interrupted")):
        assert time.monotonic() < until, job
        time.sleep(0.05)
    return job


def process(jobs, name):
    """The process of a job that has begun."""
    until = time.monotonic() + PATIENCE
    while name not in jobs._children:
        assert time.monotonic() < until
        time.sleep(0.02)
    return jobs._children[name][1]


def kept(source, study, name="0" * 12, title="kept", wish="{}"):
    """A study as if a job had made it."""
    source.studies.jobs.table.add(Job(name, "fans", title, wish, "done", 1.0, 1.0, 2.0))
    source.studies.path(name).write_text(json.dumps(study), encoding="utf-8")
    return name
