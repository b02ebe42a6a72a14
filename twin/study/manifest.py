"""What a run's figures depend on, as text and as a hash: site with values, measures, weather, step, code, packages and processor."""

from __future__ import annotations

import hashlib
import inspect
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from twin.sim.results import VERSIONS
from twin.site.site import Site
from twin.study.task import Task
from twin.weather.year import Weather

NUMERICS = (*VERSIONS, "llvmlite", "scipy", "holidays", "chinesecalendar")
"""Packages that a figure may depend on."""
FOLDERS = ("core", "physics", "weather", "components", "site", "sim", "screening", "study")
"""Own sources that a figure may depend on."""
LENGTH = 32
"""Letters of a hash."""


@cache
def identity() -> dict[str, str]:
    """Code, packages and processor of this process; figures are the same bit for bit where all of it is."""
    from llvmlite import binding

    features = ",".join(sorted(name for name, has in binding.get_host_cpu_features().items() if has))
    return {
        "python": platform.python_version(),
        "system": " ".join((platform.system(), platform.machine(), *platform.libc_ver())),
        "processor": binding.get_host_cpu_name(),
        "processor features": features,
        "sources": sources(),
        **{name: _version(name) for name in NUMERICS},
    }


@cache
def sources() -> str:
    """Hash of the program's own sources."""
    found, here = hashlib.sha256(), Path(__file__).resolve().parent.parent
    for folder in FOLDERS:
        for path in sorted((here / folder).glob("*.py")):
            found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()[:LENGTH]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def differences(own: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """What differs between two identities, in words.

    >>> differences({"numpy": "2.4.6", "python": "3.11.7"}, {"numpy": "2.4.5", "python": "3.11.7"})
    ['numpy 2.4.5 instead of 2.4.6']
    """
    found = []
    for name in {**own, **other}:
        mine, its = own.get(name, "absent"), other.get(name, "absent")
        if mine == its:
            continue
        if name == "processor features":
            apart = sorted(set(mine.split(",")) ^ set(its.split(",")))
            found.append(f"processor features ({', '.join(apart[:4])}{', ...' if len(apart) > 4 else ''})")
        elif name == "sources":
            found.append("other sources of the twin")
        else:
            found.append(f"{name} {its} instead of {mine}")
    return found


def digest(*parts: str) -> str:
    """Hash of some texts."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:LENGTH]


class Keys:
    """Keys of runs: equal exactly where the same program would run the same thing; hashes of sites and weathers are made once.

    Parameters
    ----------
    mixed : whether differing workers may share the study; its runs are then never taken for those of one kind of worker.
    """

    def __init__(self, mixed: bool = False) -> None:
        self.origin = {"workers": "mixed", "sources": sources()} if mixed else identity()
        self.manifest = digest(json.dumps(self.origin, sort_keys=True))
        self._sites: dict[int, tuple[Site, str]] = {}
        self._measures: dict[tuple[int, str], str] = {}
        self._weathers: dict[tuple[str, int], tuple[Weather, str]] = {}

    def of(self, task: Task) -> list[str]:
        """One key for each scenario of a task."""
        root = str(task.site.path.parent)
        values = json.dumps({place.replace(root, ""): value for place, value in task.values.items()}, sort_keys=True)
        shared = digest(self.manifest, self.site(task.site), self.weather(task)[1], repr(task.step), values)
        return [
            digest(shared, *(self._measure(task.site, name) for name in measures)) for _, measures in task.scenarios
        ]

    def site(self, site: Site) -> str:
        """Hash of all that runs of a site depend on, its measures aside."""
        if id(site) not in self._sites:
            root = str(site.path.parent)
            places = sorted((*at, q.place) for at, q in site.quantities.items())
            figures = [each.claim.figure.text for each in site.reported if each.claim]
            content = [
                site.digest(), asdict(site.location), site.floor_area.value, site.tags, site.applied, places, figures,
                sorted(_foreign(site)),
            ]  # fmt: skip
            self._sites[id(site)] = (site, digest(canonical(content).replace(root, "")))
        return self._sites[id(site)][1]

    def weather(self, task: Task) -> tuple[Weather, str]:
        """The weather of a task, read once, and its hash."""
        at = (task.weather, task.site.year)
        if at not in self._weathers:
            found = Weather.named(*at)
            self._weathers[at] = (found, found.digest())
        return self._weathers[at]

    def _measure(self, site: Site, name: str) -> str:
        at = (id(site), name)
        if at not in self._measures:
            self.site(site)  # keeps the site alive, so that its id stays its own
            stated = canonical(site.measures.get(name)).replace(str(site.path.parent), "")
            self._measures[at] = digest(name, stated)
        return self._measures[at]


def _foreign(site: Site) -> set[str]:
    """Hashes of the sources of component kinds that are not the program's own."""
    classes = {type(each) for each in site.components if not type(each).__module__.startswith("twin.components.")}
    return {digest(Path(inspect.getfile(cls)).read_text(encoding="utf-8")) for cls in classes}


def canonical(value: Any) -> str:
    """A value as one text that is the same in every process.

    Raises
    ------
    TypeError
        For a value that has no such text.

    >>> canonical({"b": (1, 2.5), "a": None})
    '{"a":null,"b":[1,2.5]}'
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, {each.name: _plain(getattr(value, each.name)) for each in fields(value)}]
    if isinstance(value, Mapping):
        return {name if isinstance(name, str) else canonical(name): _plain(each) for name, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(canonical(each) for each in value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "model_dump"):
        return [type(value).__name__, _plain(value.model_dump())]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    raise TypeError(f"{type(value).__name__}: has no text that is the same in every process")
