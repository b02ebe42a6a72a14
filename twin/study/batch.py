"""The work of one process of a study: a batch of runs, a second or two long, of sites and weather that it was given once."""

from __future__ import annotations

import hashlib
import json
import pickle
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from twin.core import catalogue
from twin.errors import PeriodError, RunError, SiteError
from twin.sim.scene import Scene
from twin.site.site import Site
from twin.study import task
from twin.study.task import Outcome
from twin.weather.almanac import Almanac
from twin.weather.year import Weather

OUTCOME = TypeAdapter(Outcome)
LASTING = (RunError, SiteError, PeriodError)
"""Problems of the scenario itself, which running it again does not mend."""
_alone = threading.Lock()


@dataclass(frozen=True)
class Job:
    """One run: its key, the hash of its site, weather by name, step, numbers by place and measures."""

    key: str
    site: str
    weather: str
    step: float
    values: Mapping[str, float]
    measures: tuple[str, ...]


@dataclass(frozen=True)
class Done:
    """A run that ended: its text, whether that lasts, and the time it took. [s]"""

    key: str
    body: str
    lasting: bool
    seconds: float


@dataclass(frozen=True)
class Context:
    """Sites and weather of a study, packed to be sent to every process once."""

    octets: bytes
    folders: tuple[str, ...]
    """Folders of component files that are not the program's own."""
    digest: str

    @classmethod
    def pack(cls, sites: Mapping[str, Site], weathers: Mapping[tuple[str, int], Weather]) -> Context:
        """Pack sites by their hash and weather by name and year."""
        foreign = [module for name, module in sys.modules.items() if name.startswith("twin_user_components_")]
        folders = sorted({str(Path(str(module.__file__)).parent) for module in foreign})
        octets = pickle.dumps((dict(sites), dict(weathers)))
        return cls(octets, tuple(folders), hashlib.sha256(octets).hexdigest())


_sites: dict[str, Site] = {}
_ready: list[str] = []


def prepare(context: Context) -> None:
    """Unpack sites and weather in this process, unless they are the ones it has."""
    if _ready == [context.digest]:
        return
    for folder in context.folders:
        catalogue.load_folder(Path(folder))
    sites, weathers = pickle.loads(context.octets)
    _sites.clear()
    _sites.update(sites)
    _ready[:] = [context.digest]
    for (name, year), sky in weathers.items():
        for country in {site.location.country for site in sites.values()}:
            task.hand_over((name, year, country), Scene(sky, Almanac(country)))


def perform(jobs: tuple[Job, ...]) -> list[Done]:
    """Run the jobs of a batch; one that cannot be simulated says why and does not stop the others."""
    return [_one(job) for job in jobs]


def perform_with(context: Context, jobs: tuple[Job, ...]) -> list[Done]:
    """Run a batch in a process that may also work for others: one batch at a time."""
    with _alone:
        prepare(context)
        return perform(jobs)


def _one(job: Job) -> Done:
    began, lasting = time.perf_counter(), True
    told: dict[str, Any]
    try:
        found = task.outcome(_sites[job.site], job.weather, job.step, dict(job.values), job.measures)
        told = {"outcome": OUTCOME.dump_python(found)}
    except LASTING as problem:
        told = {"problem": str(problem)}
    except Exception as problem:  # whatever breaks, the other runs go on; this one is tried again in the next study
        told, lasting = {"problem": f"{type(problem).__name__}: {problem}"}, False
    return Done(job.key, json.dumps(told), lasting, time.perf_counter() - began)


def read(body: str) -> Outcome | str:
    """A run from its text: what was kept of it, or why it could not be simulated."""
    told = json.loads(body)
    return OUTCOME.validate_python(told["outcome"]) if "outcome" in told else str(told["problem"])
