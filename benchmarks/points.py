"""The table of points with 50,000 rows in a real browser: until the first rows are there, a search, an order, and scrolling without blank rows.

python -m benchmarks.points [--rows 50000] [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from playwright.sync_api import Page, sync_playwright
from twin.dashboard.data import Source

from tests.dashboard.served import served
from tests.dashboard.studies import SITE
from twin.bacnet import points
from twin.bacnet.points import Point
from twin.historian.store import open_store

BLANK = 0
"""Frames with blank rows that are allowed while scrolling."""
KINDS = ("air", "setpoint", "flow", "valve", "power")
WATCH = """rows => new Promise(done => {
  const view = document.querySelector('.ag-body-viewport'), told = {frames: 0, blank: 0, worst: 0, longest: 0};
  const step = Math.max(1, view.scrollHeight / rows);
  let at = 0, before = performance.now();
  function frame(now) {
    told.longest = Math.max(told.longest, now - before);
    before = now;
    const box = view.getBoundingClientRect();
    const filled = Array.from(document.querySelectorAll('.ag-pinned-left-cols-container .ag-row')).filter(row => {
      const top = row.getBoundingClientRect().top - box.top;
      return top > -20 && top < box.height - 20 && row.innerText.trim();
    }).length;
    const wanted = Math.floor((box.height - 20) / 34) - 1;
    const missing = Math.max(0, wanted - filled);
    if (at > 0) { told.frames += 1; if (missing > 0) { told.blank += 1; told.worst = Math.max(told.worst, missing); } }
    if (++at > 120) return done(told);
    view.scrollTop += step;
    requestAnimationFrame(frame);
  }
  requestAnimationFrame(frame);
})"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the code is 1 where a frame was blank while scrolling."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder), chosen.rows)
    if chosen.json:
        print(json.dumps(found, indent=2))
    else:
        for name, value in found.items():
            print(f"{name.replace('_', ' ')}: {value}")
    return max(each["blank"] for name, each in found.items() if name.startswith("scroll")) > BLANK


def measured(folder: Path, rows: int) -> dict[str, Any]:
    """All figures."""
    store = made(folder, rows)
    source = Source(str(folder / "site"), store)
    began = time.perf_counter()
    while source.points("site").value is None:
        time.sleep(0.02)
    told: dict[str, Any] = {"rows": rows, "list_read_s": round(time.perf_counter() - began, 2)}
    chromium = shutil.which("chromium")
    with served(source) as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        times, work = [], []
        for _ in range(4):  # the first one also works the rows out on the server
            context = browser.new_context(viewport={"width": 1920, "height": 1080})
            page = context.new_page()
            page.set_default_timeout(60_000)
            watch = context.new_cdp_session(page)
            watch.send("Performance.enable", {"timeDomain": "threadTicks"})
            times.append(opened(page, f"{address}/points?site=site&lang=en"))
            held = {each["name"]: each["value"] for each in watch.send("Performance.getMetrics")["metrics"]}
            work.append(held["TaskDuration"])
            context.close()
        told |= {
            "first_visit_s": times[0], "first_rows_s": round(statistics.median(times[1:]), 2),
            "first_rows_browser_cpu_s": round(statistics.median(work[1:]), 2), "load": round(os.getloadavg()[0], 1),
        }  # fmt: skip
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.set_default_timeout(60_000)
        opened(page, f"{address}/points?site=site&lang=en")
        page.wait_for_selector(".ag-row[row-index='0'] .quality-good")
        told |= {
            "scroll_by_pages": page.evaluate(WATCH, rows / 25), "scroll_from_end_to_end": page.evaluate(WATCH, 120),
            "search_s": searched(page, f"room{rows - 7}.", "1 of"), "no_search_s": searched(page, "", f"{rows:,} of"),
            "order_s": ordered(page),
        }  # fmt: skip
        browser.close()
    source.close()
    return told


def made(folder: Path, rows: int) -> str:
    """A site with so many points, and a historian with a sample of each."""
    (folder / "site").mkdir()
    (folder / "site" / "site.yaml").write_text(SITE, encoding="utf-8")
    names = [f"building{at // 2000}/floor{at // 200 % 10}/room{at}.{KINDS[at % 5]}" for at in range(rows)]
    listed = [
        Point(
            1000 + at // 250,
            "AI",
            at % 250 + 1,
            name,
            name,
            "degC",
            f"{KINDS[at % 5]} of room {at}",
            0.2,
            np.nan,
            np.nan,
        )
        for at, name in enumerate(names)
    ]
    points.write(listed, folder / "site" / points.FILE)
    store = str(folder / "store")
    with open_store(store) as kept:
        kept.append(pd.DataFrame({"time": datetime.now(UTC), "point": names, "value": np.arange(rows) * 0.01, "quality": "good"}))  # fmt: skip
    return store


def opened(page: Page, address: str) -> float:
    """Seconds from asking for the page until rows are readable."""
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(".ag-row[row-index='10'] .ag-cell:has-text('room10.')")
    return round(time.perf_counter() - began, 2)


def searched(page: Page, text: str, told: str) -> float:
    """Seconds from the last letter until the rows are chosen, the pause after typing included."""
    began = time.perf_counter()
    page.fill("#points-search", text)
    page.locator("#points-count", has_text=told).wait_for()
    return round(time.perf_counter() - began, 2)


def ordered(page: Page) -> float:
    """Seconds from a click on a head until the rows stand in its order."""
    began = time.perf_counter()
    page.click(".ag-header-cell[col-id=value]")
    page.click(".ag-header-cell[col-id=value]")
    page.wait_for_url("**sort=value%3Adesc**")
    page.wait_for_selector(".ag-row[row-index='0'] .ag-cell[col-id=value]")
    return round(time.perf_counter() - began, 2)


if __name__ == "__main__":
    raise SystemExit(main())
