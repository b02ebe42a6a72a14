"""The page of points in a real browser: searched, sorted, saved; and a set-point written, given back by itself and before its time."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from twin.dashboard.data import Source
from twin.dashboard.language import CODES, say
from twin.dashboard.points.inventory import shown
from twin.dashboard.points.lending import Lending
from twin.dashboard.rights import account
from twin.dashboard.rights.account import Person

from tests.dashboard import studies
from tests.dashboard.served import served
from tests.dashboard.waiting import soon
from twin.bacnet.application import free_port
from twin.historian.store import open_store

ALLOW = "signal,low,high,slot,hourly,role\nhours.value,0.2,0.9,12,20,operator\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("points")
    (found / "site").mkdir()
    (found / "site" / "site.yaml").write_text(studies.SITE, encoding="utf-8")
    (found / "allow.csv").write_text(ALLOW, encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def building(folder):
    """A virtual building that takes writes from this machine; its port."""
    port = free_port("127.0.0.1")
    command = [sys.executable, "-m", "twin", "bacnet", "serve", str(folder / "site"), "--port", str(port), "--allow-writes-from", "127.0.0.1"]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().startswith("ready")
    yield port
    process.terminate()
    process.wait(20.0)
    process.stdout.close()


@pytest.fixture(scope="module")
def source(folder, building):
    store = str(folder / "store")
    now = datetime.now(UTC)
    with open_store(store) as kept:
        kept.append(pd.DataFrame({
            "time": [now, now - timedelta(hours=3), now], "point": ["grid.power", "hours.value", "fans.power"],
            "value": [1234567.25, 0.5, 7.125], "quality": ["good", "good", "fault"],
        }))  # fmt: skip
    found = Source(str(folder / "site"), store)
    way = ("--router", f"127.0.0.1:{building}", "--network", "2001")
    found.lending = Lending(str(folder / "site"), folder / "allow.csv", folder / "writes.jsonl", way)
    found.lending.start()
    yield found
    found.close()
    assert found.lending.leases() == []


@pytest.fixture(scope="module")
def address(source):
    with served(source) as found:
        yield found


@pytest.fixture
def somebody(monkeypatch):
    """Make everybody who asks somebody with a role."""

    def become(name, role):
        monkeypatch.setattr(account, "current", lambda: Person(name, role))

    return become


def opened(page, address, **told):
    told = {"site": "site", "lang": "en", "theme": "light", **told}
    page.goto(f"{address}/points?" + "&".join(f"{name}={text}" for name, text in told.items()))
    page.wait_for_selector(".ag-row .ag-cell")


def names(page):
    rows = page.locator(".ag-center-cols-container .ag-row").evaluate_all("rows => rows.map(row => [Number(row.getAttribute('row-index')), row.querySelector('[col-id=signal]').innerText])")  # fmt: skip
    return [name for _, name in sorted(rows)]


def cell(page, signal, column):
    row = page.locator(".ag-center-cols-container .ag-row", has=page.locator(f"[col-id=signal]:text-is('{signal}')"))
    return row.locator(f"[col-id={column}]")


def says(page, signal, column, text):
    """Wait until a cell says something."""
    cell(page, signal, column).filter(has_text=re.compile(rf"^\s*{re.escape(text)}\s*$")).wait_for()


@pytest.mark.parametrize(("language", "theme", "size"), [("en", "light", (390, 844)), ("zh", "dark", (390, 844)), ("zh", "light", (1920, 1080)), ("en", "dark", (1920, 1080))])  # fmt: skip
def test_the_page_is_whole_silent_and_local(page, address, language, theme, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    opened(page, address, lang=language, theme=theme, point="hours.value")
    page.wait_for_selector("#points-value")
    assert page.evaluate("document.documentElement.lang") == CODES[language]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert not re.search(r"\b(NaN|None|undefined|null|Infinity)\b", page.inner_text("body"))
    assert page.get_by_text(say(language)["points_quality_old"]).count()
    assert page.witness.seen == []


def test_values_are_the_historians(page, address, source):
    opened(page, address)
    with open_store(source.store) as store:
        held = store.last(["grid.power", "hours.value", "fans.power"])
    words = say("en")
    for signal, quality in (("grid.power", "good"), ("hours.value", "old"), ("fans.power", "fault")):
        says(page, signal, "quality", words[f"points_quality_{quality}"])
        assert cell(page, signal, "value").inner_text() == shown(held["value"][signal])
    assert cell(page, "weather.dry_bulb", "quality").inner_text() == words["points_quality_none"]
    assert page.inner_text("[data-count=all]") == str(len(source.points("site").value))
    assert page.inner_text("[data-count=old]") == "2"


def test_a_new_value_comes_by_itself(page, address, source):
    opened(page, address, point="grid.power")
    says(page, "grid.power", "value", "1,234,567")
    with open_store(source.store) as kept:
        kept.append(
            pd.DataFrame({"time": [datetime.now(UTC)], "point": ["grid.power"], "value": [4321.5], "quality": ["good"]})
        )
    says(page, "grid.power", "value", "4,321.5")
    page.locator("#points-value:text-is('4,321.5')").wait_for()
    with open_store(source.store) as kept:
        kept.append(
            pd.DataFrame(
                {"time": [datetime.now(UTC)], "point": ["grid.power"], "value": [1234567.25], "quality": ["good"]}
            )
        )


def test_search_filter_and_order_are_in_the_address_and_going_back_undoes_them(page, address):
    opened(page, address)
    everything = names(page)
    page.fill("#points-search", "weather wind")
    page.locator("#points-count", has_text="1 of").wait_for()
    assert names(page) == ["weather.wind_speed"]
    page.wait_for_url("**q=weather+wind**")
    page.fill("#points-search", "")
    page.locator("#points-count", has_text=f"{len(everything)} of").wait_for()
    page.click("[data-show=writable]")
    page.locator("#points-count", has_text="1 of").wait_for()
    page.wait_for_url("**show=writable**")
    page.go_back()
    page.locator("#points-count", has_text=f"{len(everything)} of").wait_for()
    page.click(".ag-header-cell[col-id=signal]")
    page.wait_for_url("**sort=signal%3Aasc**")
    page.locator(".ag-center-cols-container .ag-row[row-index='0'] [col-id=signal]:text-is('fans.power')").wait_for()
    opened(page, address, sort="signal:desc", q="weather")
    assert names(page)[0] == "weather.wind_speed"
    assert page.input_value("#points-search") == "weather"
    assert page.witness.seen == []


@pytest.mark.parametrize(
    "told",
    [{"sort": "nonsense:up"}, {"show": "secrets"}, {"device": "x"}, {"point": "nobody.there"}, {"q": "%3Cscript%3E"}],
)
def test_a_nonsense_address_is_told_and_does_no_harm(page, address, told):
    page.goto(f"{address}/points?site=site&lang=en&" + "&".join(f"{name}={text}" for name, text in told.items()))
    page.locator("#points-count", has_text="of").wait_for()
    name, text = next(iter(told.items()))
    if name == "q":
        page.wait_for_selector("#points-none:not([hidden])")
    elif name == "point":
        page.get_by_text("There is no point nobody.there here").wait_for()
    else:
        page.get_by_text(f"{name}={text}").wait_for()
    assert page.witness.seen == []


def test_a_row_is_chosen_by_keyboard_and_leads_to_its_component(page, address):
    opened(page, address)
    cell(page, "fans.power", "name").or_(page.locator(".ag-row .ag-cell:text-is('fans.power')").first).first.click()
    page.locator("#points-panel h2:text-is('fans.power')").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("#points-panel h2:text-is('grid.power')").or_(
        page.locator("#points-panel h2:text-is('weather.dry_bulb')")
    ).wait_for()
    assert "/component?" in page.locator("#points-panel .links a").first.get_attribute("href") or "/explore?" in page.locator("#points-panel .links a").first.get_attribute("href")  # fmt: skip
    cell(page, "fans.power", "signal").click()
    page.wait_for_url("**/component?**name=fans**")


def test_the_table_is_saved_as_it_is_shown(page, address, somebody, tmp_path):
    somebody("zhao", "engineer")
    opened(page, address, q="power", sort="signal:asc")
    says(page, "fans.power", "quality", "Fault")
    with page.expect_download() as told:
        page.click("#points-csv")
    told.value.save_as(tmp_path / "points.csv")
    rows = list(csv.DictReader((tmp_path / "points.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row["Component and signal"] for row in rows] == ["fans.power", "grid.power"]
    assert [float(row["Value"]) for row in rows] == [7.125, 1234567.25]


def test_a_viewer_is_refused(page, address, somebody, source):
    somebody("wang", "viewer")
    opened(page, address, point="hours.value")
    page.locator("#points-panel", has_text="Ask whoever keeps the accounts").wait_for()
    assert page.locator("#points-prepare").count() == 0
    assert page.locator("#points-csv").is_disabled()
    output = "points-confirm.children"
    status, text = page.evaluate(
        """body => fetch('/_dash-update-component', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)})
           .then(async answer => [answer.status, await answer.text()])""",
        forged(page, output),
    )
    assert status >= 400 or "operator" in text
    assert source.lending.leases() == []


def forged(page, output):
    """A confirmation that the page does not offer, as somebody would send it by hand."""
    found = page.evaluate("fetch('/_dash-dependencies').then(answer => answer.json())")
    chosen = next(
        each for each in found if output in each["output"] and any(one["id"] == "points-do" for one in each["inputs"])
    )
    order = {"signal": "hours.value", "value": 0.5, "seconds": 60}
    return {
        "output": chosen["output"], "outputs": {"id": "points-confirm", "property": chosen["output"].split(".", 1)[1]},
        "inputs": [{"id": "points-do", "property": "n_clicks", "value": 1}, {"id": "points-not", "property": "n_clicks", "value": None}],
        "changedPropIds": ["points-do.n_clicks"],
        "state": [{"id": "points-order", "property": "data", "value": order}, {"id": "address", "property": "search", "value": "?site=site"}],
    }  # fmt: skip


def ordered(page, value, minutes):
    """Fill in the form and confirm."""
    page.locator("#points-slots", has_text="The device shows").wait_for()
    page.fill("#points-new", str(value))
    page.fill("#points-minutes", str(minutes))
    page.click("#points-prepare")
    page.wait_for_selector("#points-sure")


def what(folder):
    return [
        line["what"] for line in map(json.loads, (folder / "writes.jsonl").read_text(encoding="utf-8").splitlines())
    ]


def test_an_operator_writes_and_it_is_given_back_on_time(page, address, somebody, source, folder):
    somebody("li", "operator")
    opened(page, address, point="hours.value")
    before = source.lending.ask("look", signal="hours.value")
    ordered(page, 0.65, 0.1)
    assert f"{shown(before['present'])} → 0.65" in page.inner_text(".confirm")
    assert "100001" in page.inner_text(".confirm")
    assert source.lending.leases() == []
    page.click("#points-do")
    page.locator("#points-confirm .state.good", has_text="Written and read back").wait_for()
    lease = source.lending.leases()[0]
    assert (lease.who, lease.role, lease.value, lease.slot) == ("li", "operator", 0.65, 12)
    assert source.lending.ask("look", signal="hours.value")["slots"][11] == pytest.approx(0.65)
    page.locator("#points-held", has_text="hours.value").wait_for()
    says(page, "hours.value", "priority", "slot 12")
    until = lease.until
    soon(lambda: not source.lending.leases())
    assert time.time() - until == pytest.approx(0.0, abs=1.0)
    assert source.lending.ask("look", signal="hours.value")["slots"][11] is None
    page.locator("#points-held", has_text="Nothing is on loan").wait_for()
    page.locator("#points-record", has_text="its time was over").wait_for()
    assert what(folder)[-3:] == ["intent", "active", "released"]
    assert page.witness.seen == []


def test_an_operator_gives_back_before_the_time(page, address, somebody, source, folder):
    somebody("li", "operator")
    opened(page, address, point="hours.value", lang="zh")
    page.locator("#points-slots", has_text="设备当前为").wait_for()
    page.fill("#points-new", "0.3")
    page.click("#points-prepare")
    page.wait_for_selector("#points-sure")
    page.click("#points-do")
    page.locator("#points-held button").click()
    page.locator("#points-held", has_text="当前没有写入").wait_for()
    assert source.lending.leases() == []
    assert what(folder)[-4:] == ["intent", "active", "release asked", "released"]


def test_what_is_not_allowed_is_said_before_anything_is_sent(page, address, somebody, source, folder):
    somebody("li", "operator")
    opened(page, address, point="hours.value")
    written = (folder / "writes.jsonl").read_text(encoding="utf-8") if (folder / "writes.jsonl").exists() else ""
    page.locator("#points-slots", has_text="The device shows").wait_for()
    for value, minutes in (("0.95", "1"), ("", "1"), ("0.5", ""), ("0.5", "99999")):
        page.fill("#points-new", value)
        page.fill("#points-minutes", minutes)
        page.click("#points-prepare")
        page.locator("#points-confirm .state.error").wait_for()
        assert page.locator("#points-do").count() == 0
    ordered(page, 0.5, 1)
    page.click("#points-not")
    page.wait_for_selector("#points-sure", state="detached")
    assert written == ((folder / "writes.jsonl").read_text(encoding="utf-8") if written else "")
    assert source.lending.leases() == []
