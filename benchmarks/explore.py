"""How fast the page Explore shows and zooms five million samples: `python benchmarks/explore.py [STORE]`.

A point with a sample a second over 58 days is appended and filed as a gateway would leave it (in the folder STORE, made once, or a
temporary one). Measured on the server (from the question to the figure as text) and in Chromium (from the click on the page's
entry to the drawn line, and from the end of a drag over the chart to the finer line); medians of several runs.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
from twin.dashboard.address import Address, read
from twin.dashboard.data import Source
from twin.dashboard.explore.asked import KEYS
from twin.dashboard.explore.view import show

from twin.historian.embedded import Embedded
from twin.historian.samples import Samples
from twin.historian.tidy import tidy

ZONE = timezone(timedelta(hours=8))
FIRST = datetime(2026, 1, 1, tzinfo=ZONE)
SAMPLES = 5_000_000
PART = 250_000
QUERY = "?site=binhai&twin=off&points=meter&from=2026-01-01&to=2026-02-27"
RUNS = 7
REST = 1000
"""How long a page is looked at before the next thing is done. [ms]"""
GO = """(where) => { window.history.pushState({}, "", where); window.dispatchEvent(new PopStateEvent("popstate")); }"""
"""Goes to another page as a click in the menu does."""
WATCH = """(place) => {
  const chart = document.querySelector("#explore-graph .js-plotly-plot");
  const data = chart.data;
  let began = 0;
  document.addEventListener("mouseup", () => { began = performance.now(); }, { once: true, capture: true });
  const look = () => {
    if (began && chart.data !== data && chart.data[1].x !== data[1].x) {
      requestAnimationFrame(() => { document.body.dataset.spent = performance.now() - began; document.body.dataset.zoomed = place; });
    } else requestAnimationFrame(look);
  };
  look();
}"""
"""Tells, in the page, how long after the mouse is let go the chart has other numbers and a frame was drawn with them."""


def fill(folder: Path) -> None:
    """Five million samples, some an outlier, in files as they are after some days."""
    random = np.random.default_rng(7)
    with Embedded(folder) as store:
        number = store.numbers(["meter"], make=True)["meter"]
        for first in range(0, SAMPLES, PART):
            second = np.arange(first, first + PART)
            value = 4e5 + 3e5 * np.sin(second / 13750.0) + random.normal(0.0, 2e4, PART)
            value[random.integers(0, PART, 3)] = 2e6
            time_of = round(FIRST.timestamp() * 1e6) + second * 1_000_000
            store.append_samples(
                Samples(np.full(PART, number, np.int32), time_of, np.round(value), np.zeros(PART, np.uint8))
            )
        tidy(store, hot=0)
        store.describe("meter", "W", "Power at the meter")


def median(ask: Callable[[], float]) -> str:
    """Median and worst of several runs, and the least time of the processor, which others on the machine do not lengthen. [ms]"""
    spent, worked = [], []
    for _ in range(RUNS):
        began = time.process_time()
        spent.append(ask())
        worked.append(time.process_time() - began)
    return f"{statistics.median(spent) * 1e3:.0f} ms (worst {max(spent) * 1e3:.0f} ms, processor {min(worked) * 1e3:.0f} ms)"


def forget(source: Source) -> None:
    """Let nothing be remembered of what was read before."""
    source.history(source.home)._made.clear()


def on_the_server(source: Source) -> None:
    """From the question to the figure as text."""
    import dash._utils

    def asked(zoom: str, remembered: bool = False) -> float:
        if not remembered:
            forget(source)
        began = time.perf_counter()
        address = read("/explore", QUERY, {"explore": KEYS}, source.names, Address("explore", source.home))
        view = show(source, address, zoom)
        assert view.figure is not None, view.reading
        dash._utils.to_json(view.figure)
        return time.perf_counter() - began

    while show(
        source, read("/explore", QUERY, {"explore": KEYS}, source.names, Address("explore", source.home))
    ).waiting:
        time.sleep(0.2)
    print(
        f"server: {SAMPLES:,} samples {median(lambda: asked(''))}; again within a minute {median(lambda: asked('', True))}"
    )
    for name, zoom in (
        ("two weeks", "2026-01-10~2026-01-24"),
        ("two days", "2026-01-10~2026-01-12"),
        ("an hour", "2026-01-10T10:00~2026-01-10T11:00"),
    ):
        print(f"server: zoom to {name} {median(lambda zoom=zoom: asked(zoom))}")  # type: ignore[misc]


def in_the_browser(source: Source) -> None:
    """From the click to the line, and from the end of a drag to the finer line."""
    import socket

    import uvicorn
    from playwright.sync_api import sync_playwright
    from twin.dashboard.app import make

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(make(source).server, host="127.0.0.1", port=port, log_level="warning"))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        home, line = f"http://127.0.0.1:{port}", "#explore-frame:not(.hidden-graph) .scatterlayer .trace path.js-line"
        began = time.perf_counter()
        page.goto(f"{home}/explore{QUERY}")
        page.wait_for_selector(line)
        print(
            f"browser: from nothing, with all of the program's files, to the line {(time.perf_counter() - began) * 1e3:.0f} ms"
        )
        drawn = []
        for _ in range(RUNS):
            page.evaluate(GO, "/carbon?site=binhai")
            page.wait_for_selector("#explore", state="detached")
            page.wait_for_timeout(REST)
            forget(source)
            began = time.perf_counter()
            page.evaluate(GO, f"/explore{QUERY}")
            page.wait_for_selector(line)
            drawn.append(time.perf_counter() - began)
        print(
            f"browser: from another page to the line {statistics.median(drawn) * 1e3:.0f} ms (worst {max(drawn) * 1e3:.0f} ms)"
        )
        zoomed = []
        page.wait_for_timeout(REST)
        for place in range(RUNS):
            box = page.locator("#explore-graph .nsewdrag").first.bounding_box()
            assert box is not None
            page.mouse.move(box["x"] + box["width"] * (0.1 + 0.02 * place), box["y"] + 100)
            page.mouse.down()
            page.mouse.move(box["x"] + box["width"] * (0.8 + 0.02 * place), box["y"] + 104, steps=4)
            page.evaluate(WATCH, place)
            page.mouse.up()
            page.wait_for_selector(f"body[data-zoomed='{place}']", state="attached")
            page.wait_for_timeout(REST)
            zoomed.append(float(page.get_attribute("body", "data-spent") or "nan") / 1e3)
        print(
            f"browser: from the end of a drag to the finer line {statistics.median(zoomed) * 1e3:.0f} ms (worst {max(zoomed) * 1e3:.0f} ms)"
        )
        browser.close()
    server.should_exit = True


def main() -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(home) / "store"
        if not (folder / "tail.sqlite").exists():
            fill(folder)
        source = Source("binhai", str(folder), now=lambda: datetime(2026, 3, 4, 12, tzinfo=ZONE))
        on_the_server(source)
        in_the_browser(source)
        source.close()


if __name__ == "__main__":
    main()
