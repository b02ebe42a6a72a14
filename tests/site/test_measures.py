"""Measures: selection, verbs, arguments, costs, partners, and one clear message for each thing that can be wrong."""

from __future__ import annotations

import subprocess
import sys

import pytest

from twin.errors import SiteError
from twin.site import shelf
from twin.site.load import load
from twin.site.measures import find, with_needs
from twin.study.design import scenarios

SITE = """schema_version: 1
name: {en: Campus}
location: {latitude: 30 deg, longitude: 120 deg, country: CN, province: Jiangsu, climate: nanjing}
floor_area: 1,000 m2 assumed
suppliers: {electricity: grid}
components:
  grid: {kind: grid, energy_price: 0.6 CNY/kWh, emission_factor: 0.6 kg/kWh}
  hours: {kind: schedule, tags: [operation]}
  east/lifts: {kind: base_load, schedule: hours, rating: "10 kW [8 .. 12] assumed", tags: [lifts, office]}
  east/pumps: {kind: base_load, schedule: hours, rating: 20 kW assumed, tags: [office]}
  west/lifts: {kind: base_load, schedule: hours, rating: 40 kW assumed, multiplier: 2, tags: [lifts]}
  heat/houses: {kind: heated_buildings, area: 1000 m2, heating: heat/pipes}
  heat/pipes: {kind: heat_network, design: 60 kW, length: 50 m, diameter: 50 mm, pump: 1 kW, sources: [heat/boiler]}
  heat/boiler: {kind: boiler, capacity: "100 kW [80 .. 120] assumed", price: 0.3 CNY/kWh}
"""
MONEY = "title: {en: Measure, zh: 措施}, cost: {per: site, value: 5 CNY assumed}, lifetime: 10 assumed"


def campus(folder, measures, rest=""):
    """The site with measures, each told as the inside of a mapping; what has no cost gets one."""
    texts = [f"  {n}: {{{t}{'' if 'cost:' in t else ', ' + MONEY}}}" for n, t in measures.items()]
    (folder / "site.yaml").write_text(SITE)
    (folder / "measures.yaml").write_text("schema_version: 1\nmeasures:\n" + "\n".join(texts) + "\n" + rest)
    return load(folder)


def ratings(site):
    """Ratings of the base loads. [kW]"""
    return [site[name].rating / 1e3 for name in ("east/lifts", "east/pumps", "west/lifts")]


@pytest.mark.parametrize(
    ("select", "wanted"),
    [
        ("{kind: base_load}", [1, 1, 1]),
        ("{kind: base_load, tags: [lifts, office]}", [1, 20, 40]),
        ("{kind: base_load, tag: [lifts, office]}", [1, 1, 1]),
        ('{name: ["*/pumps", "west/*"]}', [10, 1, 1]),
        ("{kind: base_load, building: east}", [1, 1, 40]),
        ("{kind: base_load, not: {tag: lifts}}", [10, 1, 40]),
        ("{any: [{name: east/lifts}, {name: west/lifts}]}", [1, 20, 1]),
        ("[{name: east/lifts}, {name: west/lifts}]", [1, 20, 1]),
        ("{all: [{tag: lifts}, {not: {building: east}}]}", [10, 20, 1]),
    ],
)
def test_components_are_selected_by_kind_name_building_and_tag(tmp_path, select, wanted):
    site = campus(tmp_path, {"small": f"changes: [{{select: {select}, set: {{rating: 1 kW assumed}}}}]"})
    assert ratings(site.with_measures("small")) == wanted


def test_series_and_words_are_set_and_scaled(tmp_path):
    day = "[" + ", ".join(["0.5"] * 24) + "]"
    site = campus(tmp_path, {
        "longer": f"changes: [{{select: {{kind: schedule}}, set: {{workday: {day}}}}}]",
        "half": "changes: [{select: {kind: schedule}, scale: {workday: 0.5 assumed}}]",
        "coal": "changes: [{select: {where: {fuel: [gas, oil]}}, set: {fuel: coal}}]",
    })  # fmt: skip
    changed = site.with_measures("longer", "half", "coal")
    assert changed["hours"].workday == (0.25,) * 24
    assert changed["heat/boiler"].fuel == "coal"


def test_a_replaced_component_keeps_its_name_parameters_range_and_suppliers(tmp_path):
    site = campus(tmp_path, {
        "pump": "changes: [{select: {kind: boiler}, replace: {kind: air_source_heat_pump, cop: 3.5 assumed}}]"
    })  # fmt: skip
    changed = site.with_measures("pump")
    assert type(changed["heat/boiler"]).kind == "air_source_heat_pump"
    assert changed["heat/boiler"].capacity == 100e3
    assert changed.quantities["heat/boiler", "capacity"] == site.quantities["heat/boiler", "capacity"]
    assert ("heat/boiler", "price") not in changed.quantities
    assert changed.links["heat/boiler", "electricity"] == ("grid",)
    assert ("grid", "heat/boiler", "electricity") in changed.wiring().edges


def test_components_are_added_connected_and_removed(tmp_path):
    site = campus(tmp_path, {
        "spare": "components: {heat/spare: {kind: boiler, capacity: 50 kW assumed, price: 0.4 CNY/kWh assumed}}, "
        "changes: [{select: {name: heat/pipes}, connect: {sources: ['...', heat/spare]}}]",
        "newer": "components: {heat/newer: {kind: boiler, capacity: 99 kW assumed, price: 0.4 CNY/kWh assumed}}, "
        "changes: [{select: {name: heat/pipes}, connect: {sources: [heat/newer]}}, {select: {name: heat/boiler}, remove: yes}]",
        "no_lifts": "changes: [{select: {tag: lifts}, remove: yes}]",
    })  # fmt: skip
    assert site.with_measures("spare").links["heat/pipes", "sources"] == ("heat/boiler", "heat/spare")
    changed = site.with_measures("newer", "no_lifts")
    assert [c.name for c in changed.components if type(c).kind == "boiler"] == ["heat/newer"]
    assert "east/lifts" not in {name for name, _ in changed.quantities}
    assert changed.links["heat/newer", "electricity"] == ("grid",)


ARGUED = (
    "arguments: {rating: {title: {en: power}, unit: kW, default: '5 kW [4 .. 6] assumed', least: 1, most: 50}, "
    "fuel: {default: gas, words: [gas, coal]}, count: {unit: '1', default: 1, whole: yes}}, "
    "changes: [{select: {name: east/lifts}, set: {rating: $rating}}, "
    "{select: {name: east/pumps}, set: {rating: 0.5 * $rating assumed}}, {select: {kind: boiler}, set: {fuel: $fuel, count: $count}}]"
)


def test_arguments_have_defaults_units_and_ranges(tmp_path):
    site = campus(tmp_path, {"sized": ARGUED})
    assert ratings(site.with_measures("sized"))[:2] == [5.0, 2.5]
    assert ratings(site.with_measures("sized:rating=8"))[:2] == [8.0, 4.0]
    assert ratings(site.with_measures("sized:rating=8000 W,fuel=coal"))[0] == 8.0
    told = site.with_measures(sized={"rating": "12 kW", "fuel": "coal", "count": 3})
    assert (ratings(told)[0], told["heat/boiler"].fuel, told["heat/boiler"].count) == (12.0, "coal", 3.0)
    assert told.applied == ("sized:rating=12 kW,fuel=coal,count=3",)
    used = {}
    from twin.site.measures import apply

    apply(site, ("sized",), used=used)
    (place,) = [q.place for q in used.values() if q.uncertain]
    assert ratings(apply(site, ("sized",), {place: 4500.0}))[0] == 4.5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sized:rting=8", "argument 'rting': unknown field; did you mean 'rating'?"),
        ("sized:rating=80", "rating: 80 kW: must be at most 50 kW"),
        ("sized:rating=0.5", "rating: 0.5 kW: must be at least 1 kW"),
        ("sized:rating=8 m2", "rating: 'm2' is not a unit of 'kW'"),
        ("sized:fuel=wood", "fuel: 'wood': must be one of gas, coal"),
        ("sized:count=1.5", "count: 1.5: must be a whole number"),
        ("sized:rating", "'rating' is no argument; write sized:argument=value"),
        ("sizd", "measure 'sizd': unknown field; did you mean 'sized'?"),
        ("plain:rating=8", "rating: takes no arguments"),
    ],
)
def test_each_wrong_argument_is_told(tmp_path, text, said):
    site = campus(tmp_path, {"sized": ARGUED, "plain": "changes: [{select: {tag: lifts}, set: {rating: 1 kW}}]"})
    with pytest.raises(SiteError) as problem:
        site.with_measures(text)
    assert said in str(problem.value)


@pytest.mark.parametrize(
    ("per", "capital"),
    [
        ("site", 100.0),
        ("m2", 100.0 * 1000),
        ("piece", 100.0 * 3),
        ("kW of rating", 100.0 * (20 + 2 * 80)),
        ("added kW of rating", 100.0 * (10 + 2 * 40)),
        ("W of rating * base", 100.0 * (20e3 + 2 * 80e3) * 0.3),
    ],
)
def test_costs_follow_floor_pieces_and_parameters(tmp_path, per, capital):
    site = campus(tmp_path, {
        "double": "title: {en: M}, changes: [{select: {tag: lifts}, scale: {rating: 2 assumed}}], "
        f"cost: {{per: '{per}', value: '100 CNY [50 .. 150] assumed', multiplier: 1.5}}, lifetime: 120 month assumed, "
        "maintenance: 2 % assumed, salvage: 7 CNY assumed, from: 2028-07-01"
    })  # fmt: skip
    measure = site.measures["double"]
    assert measure.capital(site) == pytest.approx(1.5 * capital)
    whole, upkeep, salvage = measure.money_of(measure.pieces(site), {})
    assert (whole, upkeep) == (pytest.approx(1.5 * capital), pytest.approx(0.03 * capital))
    assert salvage == pytest.approx(7 * 1.5 * capital / 100)
    half = measure.money_of(measure.pieces(site), {measure.cost.place: 50.0})
    assert half == pytest.approx((0.75 * capital, 0.015 * capital, salvage))
    assert measure.lifetime.value == pytest.approx(10.0)
    assert measure.start.isoformat() == "2028-07-01"


def test_needed_measures_come_first_and_partners_are_checked(tmp_path):
    lifts = "changes: [{select: {name: east/lifts}, set: {rating: 1 kW}}]"
    pumps = "changes: [{select: {name: east/pumps}, set: {rating: 1 kW}}]"
    west = "changes: [{select: {name: west/lifts}, set: {rating: 1 kW}}]"
    site = campus(tmp_path, {"one": lifts, "two": f"{pumps}, needs: [one]", "three": f"{west}, excludes: one"})
    assert with_needs(site, "two") == ("one", "two")
    assert ratings(site.with_measures("two", "one")) == [1, 1, 40]
    for names, said in ((("two",), "two needs one; apply both"), (("one", "three"), "three excludes one; take one of")):
        with pytest.raises(SiteError, match=said):
            site.with_measures(*names)
    assert ratings(site.with_measures("one").with_measures("two"))[:2] == [1, 1]


CHANGE = "changes: [{select: {kind: base_load}, set: {rating: 1 kW}}]"


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("changes: [{select: {name: north/*}, set: {rating: 1 kW}}]", "m selects no component"),
        ("changes: [{select: {name: north/*}, optional: yes, set: {rating: 1 kW}}]", "m selects no component"),
        ("changes: [{select: {kind: base_lod}, set: {rating: 1 kW}}]", "did you mean 'base_load'?"),
        ("changes: [{select: {colour: red}, set: {rating: 1 kW}}]", "m.changes.select.colour: unknown field"),
        ("changes: [{select: lifts, set: {rating: 1 kW}}]", "m.changes.select: is 'lifts'; write for instance"),
        ("changes: [{select: {kind: boiler, where: coal}, set: {fuel: gas}}]", "m.changes.select.where: is 'coal'; write for"),
        ("changes: [{select: {kind: boiler, where: {fuel: coal}}, set: {fuel: gas}}]", "m selects no component"),
        ("changes: [{select: {any: lifts}, set: {rating: 1 kW}}]", "m.changes.select.any: is 'lifts'; a list"),
        ("changes: [{select: {kind: base_load}, set: {ratng: 1 kW}}]", "base_load.ratng: unknown field; did you mean 'rating'?"),
        ("changes: [{select: {kind: base_load}, sett: {rating: 1 kW}}]", "m.changes.sett: unknown field; did you mean 'set'?"),
        ("changes: [{select: {kind: base_load}}]", "m.changes: does nothing; write one of set, scale"),
        ("changes: [{select: {kind: base_load}, set: {rating: 1 m2}}]", "'m2' is not a unit of 'W'"),
        ("changes: [{select: {kind: base_load}, set: {base: -1}}]", "base: -1.0"),
        ("changes: [{select: {kind: boiler}, scale: {fuel: 2}}]", "boiler.fuel is a word; only set changes it"),
        ("changes: [{select: {kind: schedule}, set: {workday: 1}}]", "schedule.workday: is '1'; a list of numbers"),
        ("changes: [{select: {kind: boiler}, remove: yes}]", "m removes heat/boiler, which heat/pipes.sources still needs"),
        ("changes: [{select: {kind: boiler}, replace: {kind: battery, capacity: 1 kWh, rating: 1 kW}}]", "not primary_heat"),
        ("changes: [{select: {kind: boiler}, replace: {kind: boilr}}]", "unknown kind 'boilr'; did you mean 'boiler'?"),
        ("changes: [{select: {kind: heat_network}, connect: {source: grid}}]", "heat_network.source: unknown field; did you mean 'sources'?"),
        ("changes: [{select: {kind: heat_network}, connect: {sources: [heat/none]}}]", "there is no component 'heat/none'"),
        ("components: {grid: {kind: boiler, capacity: 1 kW, price: 1 CNY/kWh}}", "m adds grid, which is there already"),
        (f"{CHANGE}, needs: [gone]", "measure 'gone': unknown field"),
        (f"{CHANGE}, needs: [m]", "measures need each other in a circle: m -> m"),
        ("changes: [{select: {kind: base_load}, set: {rating: $power}}]", "$power: unknown field"),
        (f"{CHANGE}, arguments: {{a: {{unit: kW}}}}", "m.arguments.a.default: is missing"),
        (f"{CHANGE}, arguments: {{a: {{unit: kW, default: 9 kW, most: 5}}}}", "a: 9 kW: must be at most 5 kW"),
        (f"{CHANGE}, titel: x", "m.titel: unknown field; did you mean 'title'?"),
        (f"title: {{en: M}}, {CHANGE}, cost: {{per: site, value: -5 CNY}}, lifetime: 5", "m.cost: -5 CNY: must not be negative"),
        (f"title: {{en: M}}, {CHANGE}, cost: {{per: site, value: 5 USD}}, lifetime: 5", "'USD' is in USD, and the site counts in CNY"),
        (f"title: {{en: M}}, {CHANGE}, cost: {{per: site, value: 5 CNY, multiplier: -1}}, lifetime: 5", "m.cost.multiplier: -1: must not be negative"),
        (f"title: {{en: M}}, {CHANGE}, cost: {{per: site, value: 5 CNY}}, lifetime: 5, maintenance: -1 CNY", "m.maintenance: -1 CNY: must not"),
        (f"title: {{en: M}}, {CHANGE}, cost: {{per: site, value: 5 CNY}}, lifetime: 0", "m.lifetime: 0: must be greater than 0 years"),
        (f"title: {{en: M}}, {CHANGE}, cost: {{per: site}}, lifetime: 5", "m.cost.value: is missing; write for instance '5 CNY'"),
        (f"title: {{en: M}}, {CHANGE}, cost: {{per: room, value: 5 CNY}}, lifetime: 5", "m.cost.per: 'room': must be one of m2, piece"),
        (f"title: {{en: M}}, {CHANGE}, cost: {{per: kW of volume, value: 5 CNY}}, lifetime: 5", "nothing that it changes has volume"),
        (f"title: {{en: M}}, {CHANGE}, cost: {{per: m3 of rating, value: 5 CNY}}, lifetime: 5", "'m3' is not a unit of 'W'"),
        (f"title: {{en: M}}, {CHANGE}, cost: {{per: site, value: 5 CNY}}, lifetime: 5, from: soon", "m.from: 'soon': must be a year or a day"),
        (f"title: {{en: M}}, {CHANGE}, cost: {{per: site, value: 5 CNY}}", "m.lifetime: is missing"),
        (f"title: {{en: M}}, {CHANGE}, saving: {{value: 7 %}}, cost: {{per: site, value: 5 CNY}}, lifetime: 5", "m.saving: needs value and of"),
    ],
)  # fmt: skip
def test_each_wrong_measure_is_told_with_its_place(tmp_path, measure, said):
    with pytest.raises(SiteError) as problem:
        campus(tmp_path, {"m": measure})
    assert said in str(problem.value)
    assert "measures.yaml:3" in str(problem.value)


LIFTS = "select: {name: east/lifts}"
PIPES = "select: {name: heat/pipes}"


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (f"changes: [{{{LIFTS}, set: {{rating: 1 kW}}}}]", f"changes: [{{{LIFTS}, set: {{rating: 2 kW}}}}]", "two and one both set east/lifts.rating"),
        (f"changes: [{{{LIFTS}, remove: yes}}]", f"changes: [{{{LIFTS}, set: {{rating: 2 kW}}}}]", "two and one: one removes east/lifts, which two changes"),
        ("changes: [{select: {name: heat/boiler}, replace: {kind: air_source_heat_pump}}]", "changes: [{select: {name: heat/boiler}, replace: {kind: district_heat, price: 1 CNY/kWh}}]", "two and one both replace heat/boiler"),
        ("changes: [{select: {name: heat/boiler}, replace: {kind: air_source_heat_pump}}]", "changes: [{select: {name: heat/boiler}, set: {fuel: coal}}]", "two: air_source_heat_pump.fuel (one made heat/boiler a air_source_heat_pump): unknown field"),
        ("components: {x: {kind: grid, energy_price: 1 CNY/kWh, emission_factor: 1 kg/kWh}}", "components: {x: {kind: grid, energy_price: 1 CNY/kWh, emission_factor: 1 kg/kWh}}", "two and one both add x"),
        (f"components: {{a: {{kind: boiler, capacity: 1 kW, price: 1 CNY/kWh}}}}, changes: [{{{PIPES}, connect: {{sources: a}}}}]",
         f"components: {{b: {{kind: boiler, capacity: 1 kW, price: 1 CNY/kWh}}}}, changes: [{{{PIPES}, connect: {{sources: b}}}}]", "two and one both set heat/pipes.sources"),
    ],
)  # fmt: skip
def test_measures_that_contradict_each_other_are_both_named(tmp_path, first, second, said):
    site = campus(tmp_path, {"one": first, "two": second})
    with pytest.raises(SiteError) as problem:
        site.with_measures("one", "two")
    assert said in str(problem.value)
    with pytest.raises(SiteError, match=r"packages.both: .*two and one|packages.both: .*one made"):
        campus(tmp_path, {"one": first, "two": second}, "packages: {both: [one, two]}\n")


def test_a_site_uses_the_library_with_numbers_of_its_own(tmp_path):
    (tmp_path / "site.yaml").write_text(SITE)
    (tmp_path / "measures.yaml").write_text(
        "schema_version: 1\nuse:\n  - photovoltaics\n"
        "  - {measure: photovoltaics, as: roof, arguments: {rating: 300 kW}, cost: {value: 4 CNY}, lifetime: 20 assumed}\n"
        "packages: {sun: [roof]}\n"
    )
    site = load(tmp_path)
    assert list(site.measures) == ["photovoltaics", "roof"]
    roof = site.measures["roof"]
    assert (roof.per, roof.capital(site), roof.lifetime.value) == ("kW of rating", 1200.0, 20.0)
    assert site.with_measures("roof")["added/photovoltaics"].rating == 300e3
    assert find(site, "roof:rating=50 kW").capital(site) == 200.0
    with pytest.raises(SiteError, match="roof and photovoltaics both add added/photovoltaics"):
        site.with_measures("photovoltaics", "roof")


@pytest.mark.parametrize(
    ("use", "said"),
    [
        ("[led_lightning]", "measure 'led_lightning' of the library: unknown field; did you mean 'led_lighting'?"),
        ("[{measure: photovoltaics, colour: red}]", "use: .*colour: unknown field"),
        ("[{measure: photovoltaics, arguments: {rating: -1 MW}}]", "rating: -1 MW: must be at least 0.001 MW"),
        ("[vav_minimum]", "vav_minimum selects no component"),
    ],
)
def test_each_wrong_use_of_the_library_is_told(tmp_path, use, said):
    (tmp_path / "site.yaml").write_text(SITE)
    (tmp_path / "measures.yaml").write_text(f"schema_version: 1\nuse: {use}\n")
    with pytest.raises(SiteError, match=said):
        load(tmp_path)


def test_the_command_line_takes_arguments_and_tells_what_is_wrong_without_a_traceback(tmp_path):
    campus(tmp_path, {"sized": ARGUED})
    done = subprocess.run(
        [sys.executable, "-m", "twin", "run", str(tmp_path), "--measure", "sized:rating=99"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "rating: 99 kW: must be at most 50 kW" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("use: [led_lighting]\n", "use: led_lighting: stands under measures too; give one of them another name"),
        ("packages: {led_lighting: [led_lighting]}\n", "packages.led_lighting: is the name of a measure"),
        (
            "packages: {all: led_lighting}\n",
            "packages.all: is 'led_lighting'; a list of measures is wanted",
        ),
        ("packages: {all: {title: {en: All}}}\n", "packages.all: is a mapping; a list of measures is wanted"),
        (
            "packages: {all: {titel: {en: All}, measures: [led_lighting]}}\n",
            "packages.all.titel: unknown field; did you mean 'title'?",
        ),
        ("packages: {all: [led]}\n", "packages.all: 'led': unknown field; known: led_lighting"),
        ("package: {all: [led]}\n", "package: unknown field; did you mean 'packages'?"),
    ],
)
def test_names_that_clash_or_are_unknown_are_told(tmp_path, rest, said):
    with pytest.raises(SiteError) as problem:
        campus(tmp_path, {"led_lighting": CHANGE}, rest)
    assert said in str(problem.value)


def test_files_of_another_version_are_refused(tmp_path):
    (tmp_path / "site.yaml").write_text(SITE)
    (tmp_path / "measures.yaml").write_text("schema_version: 2\nmeasures: {}\n")
    with pytest.raises(SiteError, match="schema_version: is 2; this program reads version 1"):
        load(tmp_path)


def test_a_library_with_two_measures_of_one_name_or_another_version_is_refused(tmp_path):
    for name, version in (("a", 1), ("b", 2)):
        (tmp_path / f"{name}.yaml").write_text(f"schema_version: {version}\nmeasures:\n  led: {{{CHANGE}, {MONEY}}}\n")
    with pytest.raises(SiteError) as problem:
        shelf.read_shelf(tmp_path)
    assert "led: stands twice; the first is at" in str(problem.value)
    assert "b.yaml:1:17: schema_version: is 2" in str(problem.value)


def test_a_study_applies_a_measure_after_what_it_needs(tmp_path):
    lifts = "changes: [{select: {tag: lifts}, set: {rating: 1 kW}}]"
    site = campus(
        tmp_path, {"one": lifts, "two": "changes: [{select: {tag: office}, scale: {base: 0.5}}], needs: [one]"}
    )
    assert [each.measures for each in scenarios(site)] == [(), ("one",), ("one", "two")]
