"""Live values in a real browser, and the whole of `twin serve`: everything behind one command, and nothing left after it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from twin.dashboard.data import Source
from twin.dashboard.language import say

from tests.dashboard.served import served, tab
from tests.dashboard.studies import SITE
from tests.dashboard.waiting import answers, soon
from twin.historian.store import open_store

ZONE = timezone(timedelta(hours=8))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small site with two days of measurements and expectations up to now."""
    found = tmp_path_factory.mktemp("live")
    (found / "fans").mkdir()
    (found / "fans" / "site.yaml").write_text(SITE, encoding="utf-8")
    end = datetime.now(UTC)
    times = pd.date_range(end - timedelta(days=2), end, freq="1min", inclusive="left")
    with open_store(found / "store") as store:
        some = {"grid.power": np.full(len(times), 7000.0), "grid.power:expected": np.full(len(times), 8000.0)}
        store.append(pd.DataFrame(some, index=times))
    return found


@pytest.fixture(scope="module")
def address(folder):
    source = Source(str(folder / "fans"), str(folder / "store"))
    with served(source) as found:
        yield found
    source.close()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def put(folder, power):
    with open_store(folder / "store") as store:
        store.append(pd.DataFrame({"grid.power": [power]}, index=pd.DatetimeIndex([datetime.now(UTC)])))


def asks(request):
    """Whether a tab asks for live values by itself, because its channel is silent."""
    return '"live.data"' in (request.post_data or "")


LOOKS = """asked => {
    const { spread, look } = window.dash_clientside.live;
    spread({ at: 0, values: {}, asked });
    return look(0, null, [], [])[0] !== window.dash_clientside.no_update;
}"""


def listens(page):
    """Let a tab have live values by its channel alone: who asks is answered nothing."""
    page.route(
        "**/_dash-update-component**",
        lambda route: route.fulfill(status=204) if asks(route.request) else route.continue_(),
    )


def opened(page, address, more=""):
    page.goto(f"{address}/overview?site=fans&lang=en{more}")
    page.wait_for_selector("#kpi-live")
    page.wait_for_selector("#now-energy")
    page.wait_for_selector("html[data-told]", state="attached")


def test_a_new_sample_is_seen_in_every_tab_and_watching_ends_with_the_tab(page, browser, address, folder):
    other = tab(browser)
    for each in (page, other):
        listens(each)
    opened(page, address)
    opened(other, address, "&theme=dark")
    for power in (12_000.0, 23_000.0):
        put(folder, power)
        for each in (page, other):
            each.wait_for_selector(f"#live-now:has-text('{power / 1e3:.0f}')")
    assert page.inner_text("#live-expected") == "8"
    assert re.fullmatch(r"measured at \d\d:\d\d:\d\d", page.inner_text("#kpi-live .note:last-child"))
    other.close()
    put(folder, 34_000.0)
    page.wait_for_selector("#live-now:has-text('34')")
    assert page.witness.seen == []


def test_without_a_lasting_channel_a_tab_asks_for_itself(page, address, folder):
    page.add_init_script("delete window.SharedWorker")
    opened(page, address)
    put(folder, 45_000.0)
    with page.expect_request(asks):
        page.wait_for_selector("#live-now:has-text('45')")
    assert page.evaluate(LOOKS, True)  # for as long as nothing else is heard
    assert not page.evaluate(LOOKS, False)


@pytest.mark.parametrize(("language", "theme", "width"), [("en", "light", 1920), ("zh", "dark", 390)])
def test_the_strip_is_whole_in_both_languages_on_both_grounds(page, address, language, theme, width):
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, address, f"&lang={language}&theme={theme}&period=week")
    text = page.inner_text("body")
    assert say(language)["overview_standing"] in text
    assert not re.search(r"\b(NaN|None|undefined|null|Infinity)\b", text)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.witness.seen == []


def test_a_period_is_chosen_by_keyboard_and_going_back_undoes_it(page, address):
    opened(page, address)
    page.focus(".choice:has-text('7 days')")
    page.keyboard.press("Enter")
    page.wait_for_selector("[aria-current=true] .choice:has-text('7 days')")
    assert "period=week" in page.url
    page.go_back()
    page.wait_for_selector("[aria-current=true] .choice:has-text('Today')")
    assert page.witness.seen == []


def test_one_command_starts_everything_and_leaves_nothing(page, tmp_path):
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "twin",
        "serve",
        "tblock",
        "--store",
        str(tmp_path),
        "--port",
        str(port),
        "--no-year",
        "--period",
        "5",
    ]
    program = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    said: list[str] = []
    reading = threading.Thread(target=lambda: said.extend(program.stdout), daemon=True)
    reading.start()
    try:
        soon(lambda: any(line.startswith("live twin: ready") for line in said))
        assert any("virtual building: ready" in line for line in said), said
        page.goto(f"http://127.0.0.1:{port}/overview?site=tblock&lang=en")
        page.wait_for_selector("#origin:has-text('no real building')")
        page.wait_for_selector("#now-energy .beside:has-text('twin')")
        children = subprocess.run(
            ["ps", "--ppid", str(program.pid), "-o", "pid="], capture_output=True, text=True, check=True
        ).stdout.split()
        assert len(children) == 2
    finally:
        program.send_signal(signal.SIGINT)
        assert program.wait(40) == 0, said
        reading.join(5)
        program.stdout.close()
    assert not any("Traceback" in line for line in said), said
    assert not any(os.path.exists(f"/proc/{child}") for child in children)
    with socket.socket() as free, pytest.raises(OSError, match="refused"):
        free.connect(("127.0.0.1", port))


def test_a_store_of_a_real_building_is_shown_and_not_touched(folder, tmp_path):
    shutil.copytree(folder / "store", tmp_path / "store")
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "twin",
        "serve",
        str(folder / "fans"),
        "--store",
        str(tmp_path / "store"),
        "--port",
        str(port),
        "--no-auth",
    ]
    program = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert "no virtual building is started" in program.stdout.readline()
        assert "no log-in" in program.stdout.readline()
        assert program.stdout.readline().strip() == f"http://127.0.0.1:{port}"
        assert soon(lambda: answers(f"http://127.0.0.1:{port}/health")) == 200
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(20)
        program.stdout.close()
    assert not (tmp_path / "store" / "past.json").exists()
