"""Designs of a study: which sets of measures go together, are run, and what each adds alone and last in."""

from __future__ import annotations

import json
from itertools import combinations

import pytest
from typer.testing import CliRunner

from tests.study.fans import fans
from tests.study.measured_sites import MEASURES, measured
from twin.cli import app
from twin.errors import SiteError
from twin.site.load import load
from twin.site.measures import apply
from twin.study import sets as rules
from twin.study.compare import compare
from twin.study.design import DESIGNS, choose, scenarios
from twin.study.economics import annuity
from twin.study.engine import Means
from twin.study.sets import Sets


def goes_together(site, members):
    """Whether a set can be applied in some order, told by trying."""
    from itertools import permutations

    for order in permutations(members):
        try:
            apply(site, order)
        except SiteError:
            continue
        return True
    return not members


def test_all_sets_that_go_together_are_found_and_counted(tmp_path):
    site = measured(tmp_path, ("half", "fifth", "tenth", "four", "three", "more", "other"))
    sets = Sets(site)
    names = list(site.measures)
    wanted = {
        frozenset(each) for n in range(6) for each in combinations(names, n) if goes_together(site, each)
    }  # no set of six or seven goes together: three and four, fifth and other exclude each other
    found = sets.all()
    assert len(found) == len(set(found)) == sets.count()
    assert {frozenset(each) for each in found} == wanted
    assert found[0] == ()
    for each in found:
        assert sets.problem(each) == ""
        apply(site, each)


def test_a_set_is_applied_in_the_order_that_works(tmp_path):
    # setting to 4 kW after halving would undo the half and is refused; halving the 4 kW is not
    sets = Sets(measured(tmp_path, ("half", "four", "tenth")))
    assert sets.ordered(("half", "tenth", "four")) == ("four", "half", "tenth")
    assert sets.ordered(("tenth", "half")) == ("half", "tenth")


def test_a_set_that_does_not_go_together_says_why(tmp_path):
    sets = Sets(measured(tmp_path))
    assert "both set fans.rating" in sets.problem(("four", "three"))
    assert "other excludes fifth" in sets.problem(("fifth", "other"))
    assert "more needs tenth" in sets.problem(("more",))
    assert sets.broken(("four", "three", "more")) == 2


def test_neighbours_of_a_set_are_one_measure_away_with_what_it_needs_and_excludes(tmp_path):
    sets = Sets(measured(tmp_path, ("fifth", "tenth", "more", "other", "four", "three")))
    found = {sets.ordered(each) for each in sets.neighbours(("fifth", "tenth", "more", "four"))}
    assert found == {
        sets.ordered(each)
        for each in (
            ("tenth", "more", "four"), ("fifth", "four"), ("fifth", "tenth", "four"), ("fifth", "tenth", "more"),
            ("other", "tenth", "more", "four"), ("fifth", "tenth", "more", "three"),
        )
    }  # fmt: skip
    assert frozenset(("fifth", "tenth", "more")) in sets.neighbours(("fifth",))


def test_very_many_measures_that_hang_together_are_counted_from_above(tmp_path, monkeypatch):
    sets = Sets(measured(tmp_path))
    own = sets.count()
    monkeypatch.setattr(rules, "WIDEST", 1)
    assert Sets(sets.site).count() > own


def test_the_designs_run_their_sets_with_packages_last(tmp_path):
    site = measured(tmp_path, ("half", "tenth", "more"), "packages: {both: [half, tenth], whole: [half, tenth, more]}")
    named = {design: [each.name for each in scenarios(site, design)[1:]] for design in DESIGNS}
    assert named["alone"] == ["half", "tenth", "more", "both", "whole"]
    assert named["packages"] == ["both", "whole"]
    assert named["factorial"] == ["half", "tenth", "more", "both", "whole"]
    lasts = {each.less: each.measures for each in scenarios(site, "one-at-a-time") if each.kind == "last-in"}
    assert lasts == {("half",): ("tenth", "more"), ("tenth", "more"): ("half",), ("more",): ("half", "tenth")}
    assert scenarios(site, "one-at-a-time")[-1].kind == "package"
    plain = measured(tmp_path, ("half", "tenth"))
    assert [each.name for each in scenarios(plain, "factorial")[1:]] == ["half", "tenth", "half+tenth"]
    assert scenarios(plain, "one-at-a-time")[-1].measures == ("half", "tenth")


@pytest.mark.parametrize(
    ("names", "design", "most", "words"),
    [
        (tuple(MEASURES), "factorial", 16, r"has 107 sets, more than 16; choose fewer with --measure, allow them with --trials 107, or let --search"),
        (("four", "three"), "one-at-a-time", 16, "both set .*state one under packages"),
        (("half",), "one-at-a-time", 16, "needs two measures or more; it has 1"),
        (("half",), "packages", 16, "has no package of measures to study"),
        (("half",), "some", 16, "design 'some': there is none; take one of alone, one-at-a-time"),
    ],
)  # fmt: skip
def test_a_design_with_nothing_or_too_much_to_run_says_the_way_out(tmp_path, names, design, most, words):
    with pytest.raises(SiteError, match=words) as problem:
        scenarios(measured(tmp_path, names), design, most)
    assert problem.value.exit_code == 2


def test_chosen_measures_bring_what_they_need_and_keep_their_packages(tmp_path):
    rest = "packages: {both: [tenth, half], whole: [half, tenth, more]}"
    site = measured(tmp_path, ("half", "tenth", "more"), rest)
    assert list(choose(site, ["more"]).measures) == ["tenth", "more"]
    assert list(choose(site, ["tenth", "half"]).packages) == ["both"]
    lit = choose(site, ["half", "green_power_contract:share=50 %"])
    assert lit.measures["green_power_contract"].given == {"share": "50 %"}
    for texts, words in (
        (["half", "half"], "half is asked for twice"),
        (["haf"], "did you mean"),
        (["half:much=2"], "takes no arguments"),
    ):
        with pytest.raises(SiteError, match=words):
            choose(site, texts)


def test_a_measure_is_paid_for_on_top_of_what_it_needs(tmp_path):
    measured(tmp_path, ("tenth", "half"))
    text = (tmp_path / "measures.yaml").read_text("utf-8") + (
        "  lamps: {title: {en: Lamps}, components: {lamps: {kind: base_load, rating: 2 kW assumed, schedule: always, electricity: grid}}, "
        "cost: {per: site, value: 7 CNY assumed}, lifetime: 10 assumed}\n"
        "  dimmer: {title: {en: Dimmer}, needs: [lamps], changes: [{select: {name: lamps}, scale: {rating: 0.5 assumed}}], "
        "cost: {per: piece, value: 5 CNY assumed}, lifetime: 10 assumed}\n"
    )
    (tmp_path / "measures.yaml").write_text(text, "utf-8")
    answer = compare(load(tmp_path), samples=2, means=Means(1), swing=False)
    rows = {row["name"]: row for row in answer["scenarios"]}
    assert rows["dimmer"]["measures"] == ["lamps", "dimmer"]
    assert rows["dimmer"]["capex"] == 12.0


def test_what_a_measure_needs_of_the_library_is_taken_with_it(tmp_path):
    measures = """schema_version: 1
measures:
  cleaner:
    title: {en: Cleaner}
    needs: [photovoltaics]
    changes: [{select: {kind: photovoltaic}, scale: {rating: 1.1 assumed}}]
    cost: {per: site, value: 5 CNY assumed}
    lifetime: 10 assumed
"""
    answer = compare(fans(tmp_path, measures=measures), samples=2, means=Means(1), swing=False, design="factorial")
    alone, both = answer["scenarios"]
    assert (alone["measures"], both["measures"]) == (["photovoltaics"], ["photovoltaics", "cleaner"])
    assert both["central"]["bought"] < alone["central"]["bought"]
    assert both["capex"] == pytest.approx(alone["capex"] + 5.0)


def test_what_a_measure_adds_last_is_told_beside_what_it_saves_alone(tmp_path):
    # 10 kW all year: 87,600 kWh. Half alone saves 43,800, last, after a tenth, 0.9 of it; a tenth 8,760 and half of that.
    site = measured(tmp_path, ("half", "tenth"))
    answer = compare(site, samples=2, means=Means(1), swing=False, design="one-at-a-time")
    found = answer["interactions"]
    half, tenth = found["measures"]
    assert [half["alone_kwh"], half["last_kwh"]] == pytest.approx([43_800, 39_420])
    assert [tenth["alone_kwh"], tenth["last_kwh"]] == pytest.approx([8_760, 4_380])
    assert [tenth["alone_t"], tenth["last_t"]] == pytest.approx([4.38, 2.19])
    cost = 30_000 / annuity(10.0)
    assert [tenth["alone_cost_cny"], tenth["last_cost_cny"]] == pytest.approx([cost - 8_760, cost - 4_380])
    totals = found["totals"]
    assert totals["package_kwh"] == pytest.approx(48_180)
    assert totals["interaction_kwh"] == pytest.approx(-4_380)
    assert answer["interaction_kwh"] == pytest.approx(-4_380)
    assert totals["alone_t"] == pytest.approx(26.28)
    assert half["last_kwh_range"]["p10"] < half["last_kwh_range"]["p90"]
    assert [row["design"]["kind"] for row in answer["scenarios"]] == ["alone", "alone", "last-in", "last-in", "package"]
    assert json.dumps(answer, allow_nan=False)


def test_a_measure_whose_rest_cannot_be_simulated_says_why(tmp_path, monkeypatch):
    from twin.errors import RunError
    from twin.study import task

    own = task.outcome

    def broken(site, weather, step, values, measures):
        if measures == ("tenth",):
            raise RunError("fans.power: not a number")
        return own(site, weather, step, values, measures)

    monkeypatch.setattr(task, "outcome", broken)
    answer = compare(
        measured(tmp_path, ("half", "tenth")), samples=2, means=Means(1), swing=False, design="one-at-a-time"
    )
    half, tenth = answer["interactions"]["measures"]
    assert half["last_kwh"] is None
    assert half["problem"] == tenth["problem"] == "fans.power: not a number"
    assert answer["interactions"]["totals"]["interaction_kwh"] is None


def test_the_command_runs_a_design_of_chosen_measures(tmp_path):
    measured(tmp_path)
    plain = ["study", str(tmp_path), "--samples", "2", "--workers", "1", "--store", str(tmp_path / "store")]
    some = [*plain, "--measure", "half", "--measure", "tenth"]
    told = CliRunner().invoke(app, [*some, "--design", "factorial", "--json"])
    assert [row["name"] for row in json.loads(told.stdout)["scenarios"]] == ["half", "tenth", "half+tenth"]
    shown = CliRunner().invoke(app, [*some, "--design", "one-at-a-time"])
    assert "interaction of all measures: -4.4 MWh" in " ".join(shown.output.split())
    wrong = CliRunner().invoke(app, [*plain, "--design", "everything"])
    assert wrong.exit_code == 2
    packages = measured(tmp_path, ("half", "tenth"), "packages: {both: [half, tenth]}")
    assert len(compare(packages, samples=2, means=Means(1), swing=False, design="packages")["scenarios"]) == 1
    assert load(tmp_path).packages == {"both": ("half", "tenth")}


def test_packages_have_titles_of_their_own_or_one_made_of_their_name():
    titles = {each.name: each.title for each in scenarios(load("huailai"))}
    assert titles["all_heat"] == {"en": "All waste heat", "zh": "全部余热"}
    assert "package" in {each.kind for each in scenarios(load("binhai"))}
