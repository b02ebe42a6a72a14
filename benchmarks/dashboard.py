"""How fast the dashboard is: `python benchmarks/dashboard.py [SITE] [SESSIONS]`; a real browser on a dashboard with a live historian.

The last 14 days of a virtual building are filled in as `twin serve` does it before it opens. Then a store with a day of the site's points is
made, and the dashboard is served by another process as `twin serve --no-building` does it. Told are: largest contentful paint of the overview
with a cold cache (a fresh profile each time) and how long until its charts stand, in turn with a bare page of Dash that has one chart; moving
from page to page; the time from a sample's being durable to its being on the screen; and what the server takes of a core and of memory while
many sessions watch a point that changes every second. Medians, with the worst; every number is of this machine, so run it on a quiet one.
"""

from __future__ import annotations

import contextlib
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from live import memory, spent
from playwright.sync_api import Browser, Page, sync_playwright
from twin.dashboard.overview.expectation import meters

from twin.bacnet import points
from twin.historian.embedded import Embedded
from twin.historian.store import open_store
from twin.historian.tidy import tidy
from twin.site.load import load

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu"]
TIMES, FILLS = 7, 3
WATCHED = 60.0
"""Seconds that the sessions watch."""
PATIENCE = 180_000
"""How long a page may take on a machine that is too busy to measure on. [ms]"""
PAINT = """() => new Promise(done => new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))
  .observe({type: 'largest-contentful-paint', buffered: true}))"""

BARE = """
import sys, dash
from dash import dcc, html
app = dash.Dash()
app.layout = html.Div([html.H1("A page of Dash"), dcc.Graph(id="chart", figure={"data": [{"y": [1, 2]}]})])
app.run(port=int(sys.argv[1]))
"""

CLOCK = """() => {
  let began = 0, from = '';
  const here = () => (document.querySelector('.entry.here') || {}).textContent;
  document.addEventListener('click', event => { began = event.timeStamp; from = here(); window.moved = null; }, true);
  new MutationObserver(() => {
    if (!began || window.moved || here() === from || !document.querySelector('h1')) return;
    window.moved = 1;
    const since = began;
    requestAnimationFrame(() => setTimeout(() => { window.moved = performance.now() - since; }));
  }).observe(document, {childList: true, subtree: true, attributes: true});
}"""
"""Puts the time from a click to the frame with the next page into `window.moved`. [ms]"""
CAME = """() => {
  window.came = {};
  new MutationObserver(() => {
    const shown = (document.getElementById('live-now') || {}).textContent;
    if (!(shown in window.came)) window.came[shown] = Date.now();
  }).observe(document, {childList: true, subtree: true, characterData: true});
}"""
"""Puts the time at which a live value has come into `window.came`, by its text. [ms since 1970]"""
PAGES = ("Map of the site", "Component", "Explore", "What if", "Carbon", "Points", "Sites", "Overview")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def store_of(site: str, folder: Path) -> str:
    """A day of all points, a minute a sample; gives the meter's name."""
    found = load(site)
    names = [point.signal for point in points.mapped(found, found.path.parent)]
    end = datetime.now(UTC)
    times = pd.date_range(end - timedelta(days=1), end, freq="1min", inclusive="left")
    wave = 1e6 + 2e5 * np.sin(np.arange(len(times)) / 200.0)
    with open_store(folder) as store:
        store.append(pd.DataFrame(dict.fromkeys(names, wave), index=times))
        assert isinstance(store, Embedded)
        tidy(store)
    return f"{meters(found)[0].name}.power"


def beat(folder: Path, name: str, stop: threading.Event, every: float = 1.0) -> None:
    """A new sample of the meter every second."""
    with open_store(folder) as store:
        while not stop.wait(every):
            now = datetime.now(UTC)
            store.append(pd.DataFrame({name: [1e6 + 1e3 * (time.time() % 1000.0)]}, index=pd.DatetimeIndex([now])))


def told(name: str, seconds: list[float], limit: float | None = None) -> None:
    """One line: median, worst and limit."""
    wanted = f"; limit {limit:g} s" if limit is not None else ""
    print(
        f"{name}: {statistics.median(seconds):.3f} s (worst {max(seconds):.3f} s of {len(seconds)}){wanted}", flush=True
    )


def filled(site: str) -> list[float]:
    """Writing the last 14 days of a virtual building into an empty store, its kernels compiled and kept. [s]"""
    found = []
    for _ in range(1 + FILLS):
        with tempfile.TemporaryDirectory() as store:
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "twin", "history", "pretend", store, site], check=True, capture_output=True
            )
            found.append(time.perf_counter() - began)
    return found[1:]


def painted(browser: Browser, address: str, chart: str) -> tuple[float, float]:
    """Largest contentful paint with nothing cached, and when a chart stands. [s]"""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.wait_for_selector(f"{chart} .main-svg")
    charted = page.evaluate("performance.now()") / 1e3
    found = page.evaluate(PAINT) / 1e3
    context.close()
    return found, charted


def first(browser: Browser, address: str) -> None:
    """The overview with nothing cached, in turn with a page of Dash that has a headline and one chart and nothing else."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-c", BARE, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            bare = f"http://127.0.0.1:{port}/"
            while server.poll() is None:
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                time.sleep(0.1)
            ours, theirs = zip(
                *((painted(browser, address, "#today"), painted(browser, bare, "#chart")) for _ in range(TIMES)),
                strict=True,
            )
        finally:
            server.terminate()
    for place, (name, limit) in enumerate((("largest contentful paint, cold", 1.5), ("its charts stand, cold", None))):
        told(name, [each[place] for each in ours], limit)
        told("  a bare page of Dash", [each[place] for each in theirs])
        print(
            f"  ratio {statistics.median(a[place] / b[place] for a, b in zip(ours, theirs, strict=True)):.2f}",
            flush=True,
        )


def moved(page: Page) -> dict[str, list[float]]:
    """By page, from a click in the menu to the frame that shows the other page's headline, as the browser's own clock has it. [s]"""
    found: dict[str, list[float]] = {}
    page.evaluate(CLOCK)
    for _ in range(TIMES):
        for entry in PAGES:
            page.click(f".entry:has-text('{entry}')")
            page.wait_for_selector(f".entry.here:has-text('{entry}')")
            page.wait_for_selector("h1")
            page.wait_for_timeout(1500)
            found.setdefault(entry, []).append(page.evaluate("window.moved") / 1e3)
    return found


def seen(page: Page, folder: Path, name: str) -> list[float]:
    """From a sample's being durable to its being on the screen, as the browser's own clock has it. [s]"""
    found = []
    page.evaluate(CAME)
    with open_store(folder) as store:
        for place in range(2 * TIMES):
            page.wait_for_timeout(700 + 137 * place % 500)
            value = 2e6 + 1e3 * place
            store.append(pd.DataFrame({name: [value]}, index=pd.DatetimeIndex([datetime.now(UTC)])))
            began, text = time.time(), f"{value / 1e3:,.0f}"
            page.wait_for_selector(f"#live-now:has-text('{text}')")
            found.append(page.evaluate("text => window.came[text]", text) / 1e3 - began)
    return found


def watched(browser: Browser, address: str, sessions: int, process: int) -> tuple[float, float]:
    """Share of a core and most memory of the server while many sessions watch. [1], [MiB]"""
    contexts = [browser.new_context(viewport={"width": 800, "height": 600}) for _ in range(sessions)]
    for context in contexts:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        page.wait_for_selector("html[data-told]", state="attached")
    before, began, most = spent(process), time.monotonic(), 0.0
    while time.monotonic() - began < WATCHED:
        time.sleep(2.0)
        most = max(most, memory(process))
    share = (spent(process) - before) / (time.monotonic() - began)
    late = [
        time.time() - float(context.pages[0].evaluate("document.documentElement.dataset.told")) for context in contexts
    ]
    print(f"oldest message of a session: {max(late):.2f} s")
    for context in contexts:
        context.close()
    return share, most


def main(site: str, sessions: int) -> None:
    """Fill, serve, measure and print."""
    told("14 days of a virtual building filled in", filled(site), 20.0)
    with tempfile.TemporaryDirectory() as name:
        folder, port, stop = Path(name), free_port(), threading.Event()
        meter = store_of(site, folder)
        command = [sys.executable, "-m", "twin", "serve", site, "--no-building", "--store", name, "--port", str(port)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            address = f"http://127.0.0.1:{port}/overview?site={load(site).path.parent.name}&lang=en"
            try:
                assert server.stdout
                server.stdout.readline()
                page = browser.new_page(viewport={"width": 1920, "height": 1080})
                page.set_default_timeout(PATIENCE)
                time.sleep(3.0)
                page.goto(address)
                page.wait_for_selector("#kpi-electricity")
                page.wait_for_selector("#now-energy, #strip .state.empty")
                first(browser, address)
                for entry, seconds in moved(page).items():
                    told(f"navigation to {entry}", seconds, 0.3)
                told("live value", seen(page, folder, meter), 1.0)
                page.close()
                beating = threading.Thread(target=beat, args=(folder, meter, stop), daemon=True)
                beating.start()
                share, most = watched(browser, address, sessions, server.pid)
                print(f"{sessions} sessions watching: {share:.1%} of a core, {most:.0f} MiB; limits 100 % and 1024 MiB")
            finally:
                stop.set()
                browser.close()
                server.terminate()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "binhai", int(sys.argv[2]) if len(sys.argv) > 2 else 50)
