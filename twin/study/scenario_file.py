"""Scenarios that an engineer fixes in a file: measures with weather, tariff and carbon year, each with a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from twin.errors import SiteError, WeatherError
from twin.site import shelf
from twin.site.arguments import joined, split
from twin.site.form import known_fields, read_form, texts
from twin.site.measures import Measure, apply, find
from twin.site.problems import Problems
from twin.site.reader import Node
from twin.site.site import Site
from twin.study.conditions import FIRST, LAST, Condition, site_under, weather_of
from twin.study.design import Scenario, scenarios
from twin.study.task import BASELINE

FILE = "scenarios.yaml"
TOP = ("schema_version", "scenarios")
FIELDS = ("title", "measures", "weather", "tariff", "carbon_year")
FILES = (".epw", ".csv")

Told = tuple[Condition, Site, tuple[Scenario, ...]]


def read_scenarios(site: Site, path: Path) -> list[Told]:
    """Each condition of a file of scenarios, the site under it, and its scenarios after the baseline, in the file's order.

    Raises
    ------
    SiteError
        With every problem of the file.
    """
    problems = Problems()
    place, top = read_form(path, TOP, problems)
    block = top.get("scenarios")
    if block is None or not block.fields:
        problems.add(
            block.place if block else place,
            "scenarios: is missing or empty; write a name and under it measures, weather, tariff and carbon_year",
        )
    groups: dict[Condition, list[Scenario]] = {}
    sites: dict[Condition, Site] = {}
    for name, node in (block.fields or {}).items() if block else ():
        if name == BASELINE:
            problems.add(node.place, f"{name}: is what every scenario is judged against; give it another name")
            continue
        measures = _measures(site, name, node, problems)
        condition = _condition(site, name, node, path, sites, problems)
        if condition and measures:
            try:
                apply(sites[condition], measures)
            except SiteError as problem:
                problems.add(node.place, f"{name}: {problem}")
            groups.setdefault(condition, []).append(Scenario(name, measures, _title(name, node)))
    problems.check()
    return [(each, *_ready(sites[each], found)) for each, found in groups.items()]


def _title(name: str, node: Node) -> dict[str, str]:
    stated = texts((node.fields or {}).get("title"))
    return {"en": name.replace("_", " "), "zh": stated.get("en", name), **stated}


def _measures(site: Site, name: str, node: Node, problems: Problems) -> tuple[str, ...]:
    """Measures of a scenario, with their arguments, as the command line has them."""
    fields = known_fields(node, FIELDS, problems, name)
    stated = fields.get("measures")
    entries = stated.items or [] if stated else []
    if not entries:
        problems.add(
            stated.place if stated else node.place,
            f"{name}.measures: is missing; write for instance 'measures: [led]' (the baseline of each condition is shown anyway)",
        )
    found = []
    for each in entries:
        parts = known_fields(each, ("measure", "arguments"), problems, f"{name}.measures")
        text = joined(each.text or texts(each).get("measure", ""), texts(parts.get("arguments")))
        known = {**site.measures, **shelf.measures()}
        try:
            if split(text)[0] not in known:
                problems.unknown(each.place, f"{name}: measure {split(text)[0]!r}", split(text)[0], known)
                continue
            find(site, text)
        except SiteError as problem:
            problems.add(each.place, f"{name}: {problem}")
            continue
        if text in found:
            problems.add(each.place, f"{name}.measures: {text!r} stands twice; a measure is applied once")
            continue
        found.append(text)
    return tuple(found)


def _condition(
    site: Site, name: str, node: Node, path: Path, sites: dict[Condition, Site], problems: Problems
) -> Condition | None:
    """The condition of a scenario; `sites` gathers the site under each."""
    fields = node.fields or {}
    weather, tariff, year = (fields.get(label) for label in ("weather", "tariff", "carbon_year"))
    number = year.text or "" if year else ""
    if year and not (number.isdigit() and FIRST <= int(number) <= LAST):
        problems.add(year.place, f"{name}.carbon_year: {number!r}: must be a calendar year from {FIRST} to {LAST}")
        return None
    sky = _beside(weather.text or "", path.parent) if weather else site.location.climate
    condition = Condition(sky, tariff.text or "" if tariff else "", int(number) if number else None)
    sound = True
    try:
        weather_of(site, sky)
    except WeatherError as problem:
        problems.add(weather.place if weather else node.place, f"{name}.weather: {problem}")
        sound = False
    for told, alone in ((tariff, replace(condition, carbon_year=None)), (year, replace(condition, tariff=""))):
        try:
            if told:
                site_under(site, alone)
        except SiteError as problem:
            problems.add(told.place if told else node.place, f"{name}: {problem}")
            sound = False
    if not sound:
        return None
    if condition not in sites:
        sites[condition] = site_under(site, condition)
    return condition


def _beside(name: str, folder: Path) -> str:
    """A weather file that a scenario names is looked for beside the file of scenarios."""
    base, sign, change = name, "", ""
    if not name.lower().endswith(FILES):
        base, sign, change = name.rpartition("+")
    if base.lower().endswith(FILES) and not Path(base).is_absolute():
        return f"{folder / base}{sign}{change}"
    return name


def _ready(site: Site, found: Sequence[Scenario]) -> tuple[Site, tuple[Scenario, ...]]:
    """The site with the measures as its scenarios name them, and what it reports of itself as it stands."""
    named: Mapping[str, Measure] = {
        text: replace(find(site, text), name=text) for each in found for text in each.measures
    }
    reported = tuple(each for each in site.reported if each.claim is None or not each.claim.scenario)
    ready = replace(site, measures={**site.measures, **named}, packages={}, reported=reported)
    return ready, (scenarios(site)[0], *found)
