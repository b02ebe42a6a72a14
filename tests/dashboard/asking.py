"""What tests of what-if studies ask for, and how they wait for it."""

from __future__ import annotations

import json
import time

from twin.dashboard.data import Source
from twin.dashboard.what_if.job_table import Job
from twin.dashboard.what_if.wish import Wish

from tests.dashboard.studies import MEASURES, SITE
from tests.dashboard.waiting import settled, soon

MANY = 400 + time.time_ns() % 100
"""Samples of a study that is to be under way for long; another number each time, because runs are kept and not worked again."""


def make_site(folder):
    """A site of fans in a folder."""
    folder.mkdir()
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    (folder / "measures.yaml").write_text(MEASURES, encoding="utf-8")
    return folder


def opened(site, folder):
    """A source that has read the site, with its studies in a folder."""
    found = Source(str(site), studies=str(folder))
    settled(lambda: found.site("fans"), lambda: found.choices("fans"))
    return found


def texts(part):
    return json.dumps(part, default=lambda each: each.to_plotly_json(), ensure_ascii=False, allow_nan=False)


def wished(site, **other):
    return Wish(
        **{"path": str(site), "title": "fans", "measures": ("smaller", "less"), "samples": 2, "curve": False, **other}
    )


def ended(jobs, name, *states):
    """A job once it has come to one of these states, or to any end."""
    soon(lambda: jobs.table.get(name).state in (states or ("done", "failed", "stopped", "interrupted")))
    return jobs.table.get(name)


def process(jobs, name):
    """The process of a job that has begun."""
    soon(lambda: name in jobs._children)
    return jobs._children[name][1]


def kept(source, study, name="0" * 12, title="kept", wish="{}"):
    """A study as if a job had made it."""
    source.studies.jobs.table.add(Job(name, "fans", title, wish, "done", 1.0, 1.0, 2.0))
    source.studies.path(name).write_text(json.dumps(study), encoding="utf-8")
    return name
