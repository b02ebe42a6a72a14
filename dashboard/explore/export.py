"""What the page Explore shows as a file: samples as CSV that streams, or a workbook; what is too much is told before anything is sent."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from fastapi import Request
from fastapi.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from twin.dashboard.address import Address, read
from twin.dashboard.explore import asked
from twin.dashboard.explore.frame import Frame, choose, cuts, framed, grain, micro
from twin.dashboard.explore.period import UnfitError
from twin.dashboard.language import say
from twin.dashboard.rights.account import required

if TYPE_CHECKING:
    from fastapi import FastAPI
    from twin.dashboard.data import Source

CSV_ROWS = 20_000_000
"""Samples that a CSV file may have."""
EXCEL_ROWS = 200_000
"""Rows that a workbook may have; a sheet ends at 1,048,576."""
CHUNK = 100_000
"""About so many samples are read at a time."""
FORMULA = ("=", "+", "-", "@", "\t")
"""A text that begins so would be worked out by a spreadsheet."""


def register(server: FastAPI, source: Source) -> None:
    """The addresses of the files; they take the same query as the page."""

    async def csv_file(request: Request) -> Response:
        required("engineer")
        return await run_in_threadpool(answered, source, request.url.query, "csv")

    async def workbook(request: Request) -> Response:
        required("engineer")
        return await run_in_threadpool(answered, source, request.url.query, "xlsx")

    server.add_api_route("/explore/samples.csv", csv_file, methods=["GET"], response_model=None)
    server.add_api_route("/explore/samples.xlsx", workbook, methods=["GET"], response_model=None)


def answered(source: Source, query: str, kind: str) -> Response:
    """A file, or why there is none."""
    address = read("/explore", query, {"explore": asked.KEYS}, source.names, Address("explore", source.home))
    words = say(address.language)
    try:
        frame = framed(source, address)
        names = [name for name, _ in choose(frame)[0]]
        rows = estimate(frame, names)
        most = CSV_ROWS if kind == "csv" else EXCEL_ROWS
        if rows > most:
            raise UnfitError("explore_too_many", f"{rows:,} > {most:,}")
        label = (
            f"{address.site}_{frame.asked.chart}_{frame.asked.seen.start:%Y%m%d}_{frame.asked.seen.end:%Y%m%d}.{kind}"
        )
        told = {"content-disposition": f'attachment; filename="{label}"', "cache-control": "no-store"}
        if kind == "csv":
            return StreamingResponse(lines(frame, names), media_type="text/csv; charset=utf-8", headers=told)
        path = written(frame, names)
        media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return FileResponse(
            path, media_type=media, headers=told, background=BackgroundTask(path.unlink, missing_ok=True)
        )
    except UnfitError as problem:
        return PlainTextResponse(words[problem.why].format(detail=problem.detail), status_code=400)


def estimate(frame: Frame, names: list[str]) -> int:
    """About how many rows a file will have."""
    first, last = micro(frame.asked.seen.start), micro(frame.asked.seen.end)
    if frame.asked.chart != "trend":
        return len(cuts(frame, step_of(frame))) - 1
    entries = [frame.history.entry(name) for name in names]
    return sum(round(each.estimate(first, last)) if each and each.samples else 35_040 for each in entries)


def step_of(frame: Frame) -> int:
    """Length of the intervals of a chart that is made of some. [s]"""
    chosen, _, _ = choose(frame)
    usual = {"signature": 86400, "scatter": 3600}.get(frame.asked.chart, 0)
    step = grain(frame, chosen, usual)
    return min(step, 3600) if frame.asked.chart == "carpet" else step


def rows(frame: Frame, names: list[str]) -> Iterator[list[Any]]:
    """Heads and rows: of a trend every sample as it came, of other charts the means they are made of."""
    zone = frame.now.tzinfo
    units = {name: entry.unit for name in names if (entry := frame.history.entry(name))}
    if frame.asked.chart != "trend":
        over = (
            [frame.asked.against]
            if frame.asked.chart == "signature" and frame.history.entry(frame.asked.against)
            else []
        )
        columns = list(dict.fromkeys([*names, *over]))
        edges = cuts(frame, step_of(frame))
        values = frame.history.grid(columns, edges)
        yield ["time", *(f"{name} [{units.get(name, '')}]" for name in columns)]
        for at, row in zip(edges[:-1].tolist(), values.tolist(), strict=True):
            yield [datetime.fromtimestamp(at / 1e6, zone), *(None if value != value else value for value in row)]
        return
    yield ["time", "point", "value", "unit", "quality"]
    first, last = micro(frame.asked.seen.start), micro(frame.asked.seen.end)
    for name in names:
        entry = frame.history.entry(name)
        parts = 1 + int(entry.estimate(first, last) // CHUNK) if entry else 1
        edges = np.linspace(first, last, parts + 1).astype(np.int64)
        for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            for time, value, quality in frame.history.samples(name, a, b):
                yield [datetime.fromtimestamp(time / 1e6, zone), name, value, units[name], quality]


def lines(frame: Frame, names: list[str]) -> Iterator[bytes]:
    """A CSV file, piece by piece; it begins with the mark that makes a spreadsheet read it as UTF-8."""
    held = io.StringIO()
    writer = csv.writer(held)
    held.write("\ufeff")
    for number, row in enumerate(rows(frame, names)):
        writer.writerow([_plain(each) for each in row])
        if number % 5000 == 4999:
            yield held.getvalue().encode()
            held.seek(0)
            held.truncate()
    yield held.getvalue().encode()


def _plain(value: Any) -> Any:
    """A cell that no spreadsheet works out."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value


def written(frame: Frame, names: list[str]) -> Path:
    """A workbook in a temporary file: the rows, and a sheet that says what they are."""
    import xlsxwriter

    with tempfile.NamedTemporaryFile(suffix=".xlsx", delete=False) as file:
        path = Path(file.name)
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet, date = book.add_worksheet("values"), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.set_column(0, 0, 20)
        sheet.freeze_panes(1, 0)
        for place, row in enumerate(rows(frame, names)):
            for column, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(place, column, value.replace(tzinfo=None), date)
                elif isinstance(value, str):
                    sheet.write_string(place, column, value)
                elif value is not None:
                    sheet.write_number(place, column, value)
        about = book.add_worksheet("about")
        told = [("site", frame.address.site), ("period", frame.asked.seen.text), ("time zone", str(frame.now.tzinfo)), ("chart", frame.asked.chart), *(("point", name) for name in names)]  # fmt: skip
        for place, (key, text) in enumerate(told):
            about.write_string(place, 0, key)
            about.write_string(place, 1, text)
    return path
