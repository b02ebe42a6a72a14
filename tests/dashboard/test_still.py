"""What only stands on a screen is drawn as one component, and the first answer of the program has the first screen in it."""

from __future__ import annotations

import json
import re

import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

import dash_mantine_components as dmc
import httpx
from dash import Patch, dcc, html, no_update
from twin.dashboard.data import Source
from twin.dashboard.still import Still, names, still

from tests.dashboard.asking import make_site
from tests.dashboard.served import served
from tests.dashboard.waiting import PATIENCE


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    source = Source(str(make_site(tmp_path_factory.mktemp("sites") / "fans")))
    with served(source) as address, httpx.Client(base_url=address, timeout=PATIENCE) as found:
        yield found
    source.close()


def test_elements_become_a_tree_and_what_callbacks_know_keeps_its_place():
    button = html.Button("go", id="go", n_clicks=0)
    found = still(html.Div([html.P("a", id="plain"), button, dcc.Link("b", href="/map"), "c", None, 3]), {"go"})
    assert isinstance(found, Still)
    assert found.tree == ["div", {}, ["p", {"id": "plain"}, "a"], {"at": 0}, ["Link", {"href": "/map"}, "b"], "c", None, 3]  # fmt: skip
    assert [(each.id, each.children, each.n_clicks) for each in found.children] == [("go", "go", 0)]


def test_what_holds_a_page_stays_and_its_children_are_drawn():
    page = dmc.MantineProvider(html.Div([dmc.Checkbox(id={"kind": "x"}, label="l"), html.B("t", style={"color": "red"})]))  # fmt: skip
    found = still(page, ())
    assert isinstance(found, dmc.MantineProvider)
    assert found.children.tree == ["div", {}, {"at": 0}, ["b", {"style": {"color": "red"}}, "t"]]
    assert isinstance(page.children, html.Div), "what was handed in stays as it was"


def test_what_takes_long_comes_later_in_a_place_of_its_size():
    graph = dcc.Graph(figure={}, style={"height": "300px"}, className="graph")
    told = {"at": 0, "later": {"className": "graph", "style": {"height": "300px"}}}
    assert still(html.Div(graph), ()).tree == ["div", {}, told]
    known = dcc.Graph(id="known", figure={})
    assert still(html.Div(known), {"known"}).tree == ["div", {}, {"at": 0}]


def test_answers_that_are_no_components_stay_as_they_are():
    patch = Patch()
    for answer in ("text", 3, None, no_update, patch, {"a": ["div", {}]}, ["div", {}], [["p", {}, "x"]]):
        assert still(answer, ()) is answer
    several = still(([html.P("x"), "y"], "data", no_update), ())
    assert (several[0].tree, several[1:]) == (["", {}, ["p", {}, "x"], "y"], ("data", no_update))


def test_identities_are_those_of_outputs_inputs_states_and_of_what_changes_while_a_callback_runs():
    told = {
        "output": "..a.children...b.data..", "inputs": [{"id": "c.d", "property": "value"}], "state": [{"id": "e", "property": "data"}],
        "running": {"running": {"f.data": True}, "runningOff": {"f.data": False}},
    }  # fmt: skip
    assert names([told, {"output": "g.id", "inputs": [], "state": []}]) == {"a", "b", "c.d", "e", "f", "g"}


def test_the_first_answer_has_the_screen_of_the_address_it_is_asked_from(client):
    home = str(client.base_url).rstrip("/")
    for path, language, word in (("portfolio", "zh", "站点一览"), ("carbon", "en", "Carbon")):
        told = client.get("/_dash-layout", headers={"referer": f"{home}/{path}?lang={language}"}).json()
        assert word in json.dumps(told, ensure_ascii=False)
        where = told["props"]["children"][0]["props"]
        assert (where["pathname"], where["search"]) == (f"/{path}", f"?lang={language}")
    bare = client.get("/_dash-layout")
    assert bare.status_code == 200
    assert "pathname" not in bare.text
    odd = client.get("/_dash-layout", headers={"referer": f"{home}/nowhere?lang=<b>&x=%00"})
    assert odd.status_code == 200
    assert "lang=<b>" in json.dumps(odd.json())


def test_the_page_has_its_language_and_ground_before_any_script_and_few_scripts_at_first(client):
    page = client.get("/overview?lang=zh&theme=dark").text
    assert '<html lang="zh-CN" data-mantine-color-scheme="dark">' in page
    assert '<html lang="en" data-mantine-color-scheme="light">' in client.get('/overview?lang=">&theme=x').text
    assert "dash_table/" not in page
    late = dict(re.findall(r'<script type="text/late" data-library="(\w+)" src="([^"]+)"', page))
    assert set(late) == {"dash_ag_grid", "dash_cytoscape"}
    assert all(client.get(each).status_code == 200 for each in late.values())
    assert not re.search(r'<script src="[^"]*(ag_grid|cytoscape|plotly)', page)
