"""The commands `twin history`: look into a historian, bring tables in and out, keep it in order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from twin.errors import StoreError
from twin.tables import out, print_json

if TYPE_CHECKING:
    import pandas as pd

    from twin.historian.historian import Historian

app = typer.Typer(
    no_args_is_help=True, help="Measured and simulated samples: look into a store, bring tables in and out."
)
StoreText = Annotated[str, typer.Argument(metavar="STORE", help="Folder, or postgresql://user@host/database.")]
Points = Annotated[list[str], typer.Argument(help="Names of points.")]
Start = Annotated[str, typer.Option(help="First moment, with its zone: 2026-11-21T00:00+08:00.")]
End = Annotated[str, typer.Option(help="Moment behind the last one.")]
Zone = Annotated[str, typer.Option(help="Time zone of the answer, and of its days.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")]
MOST = 40
"""Rows that a terminal is shown."""


def _opened(store: str, must_exist: bool = True) -> Historian:
    from twin.historian.store import SERVERS, open_store

    if must_exist and not store.startswith(SERVERS) and not (Path(store) / "tail.sqlite").exists():
        raise StoreError(f"{store}: is no store; `twin history import` makes one")
    return open_store(store)


def _shown(frame: pd.DataFrame, as_json: bool) -> None:
    plain = frame.reset_index() if frame.index.name else frame
    if as_json:
        rows = plain.astype(object).where(plain.notna(), None).to_dict("records")
        print_json([{str(k): v.isoformat() if hasattr(v, "isoformat") else v for k, v in row.items()} for row in rows])
        return
    table = Table(*(escape(str(name)) for name in plain.columns))
    for row in plain.head(MOST).itertuples(index=False):
        table.add_row(*(escape(_text(value)) for value in row))
    out.print(table)
    if len(plain) > MOST:
        out.print(f"{len(plain) - MOST:,} rows more; --table FILE writes all of them")


def _text(value: Any) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:,.6g}"
    return "" if str(value) in ("NaT", "None", "nan") else str(value)


@app.command()
def points(store: StoreText, as_json: AsJson = False) -> None:
    """List the points: unit, description, source, first and last sample, number of samples."""
    with _opened(store) as held:
        _shown(held.points(), as_json)


@app.command()
def query(
    store: StoreText, points: Points, start: Start, end: End,
    every: Annotated[str | None, typer.Option(help="Length of an interval: 15min, 1h, 1D, MS; samples as they came when left out.")] = None,
    how: Annotated[str, typer.Option(help="mean, min, max, sum, count, first, last or previous.")] = "mean",
    quality: Annotated[list[str] | None, typer.Option(help="Quality that counts; may be repeated.")] = None,
    zone: Zone = "UTC",
    table: Annotated[Path | None, typer.Option(help="Write all rows to this .csv or .parquet file.")] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Samples of points, as they came or by intervals."""
    from twin.files import write_frame

    with _opened(store) as held:
        found = held.query(points, start, end, every, how, quality, zone)  # type: ignore[arg-type]  # checked there
    found = found.set_index("time") if every is None else found.rename_axis("time")
    if table:
        write_frame(found, table)
        out.print(f"{len(found):,} rows: {escape(str(table))}")
        return
    _shown(found, as_json)


@app.command()
def last(store: StoreText, points: Points, zone: Zone = "UTC", as_json: AsJson = False) -> None:
    """Newest sample of each point."""
    with _opened(store) as held:
        _shown(held.last(points, zone), as_json)


@app.command()
def gaps(
    store: StoreText, points: Points, start: Start, end: End,
    longer: Annotated[str | None, typer.Option(help="Shortest pause that counts; three usual ones when left out.")] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Stretches without usable samples."""
    with _opened(store) as held:
        _shown(held.gaps(points, start, end, longer), as_json)


@app.command(name="import")
def take(
    store: StoreText,
    file: Annotated[Path, typer.Argument(help="CSV or Parquet: a column a point, or the columns time, point, value.")],
    time: Annotated[str | None, typer.Option(help="Column of times.")] = None,
    zone: Annotated[str | None, typer.Option(help="Zone of times that name none.")] = None,
    local: Annotated[
        str | None, typer.Option(help="Zone where people use the building; that of the times when left out.")
    ] = None,
    mapping: Annotated[Path | None, typer.Option(help="CSV with column, point, unit: values become SI units.")] = None,
    mark: Annotated[
        bool, typer.Option("--mark", help="Give samples that look wrong the quality that says so.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look at the file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a table into a store, and report what looks wrong: gaps, spikes, stuck values, zeros, unit slips, clock shifts."""
    from twin.historian import tables

    columns = tables.mapping(mapping) if mapping else None
    if dry_run:
        done = tables.take(None, file, time, zone, columns, mark, local)
    else:
        with _opened(store, must_exist=False) as held:
            done = tables.take(held, file, time, zone, columns, mark, local)
    findings = done.findings
    if as_json:
        rows = findings.assign(start=findings["start"].map(str), end=findings["end"].map(str)).to_dict("records")
        print_json(
            {
                "samples": done.samples,
                "points": done.points,
                "dropped": done.dropped,
                "stored": not dry_run,
                "findings": rows,
            }
        )
        return
    out.print(
        f"{done.samples:,} samples of {done.points} points {'looked at' if dry_run else 'stored'}; {done.dropped} times left out"
    )
    if len(findings):
        counts = findings.groupby(["point", "kind"]).agg(
            times=("kind", "size"), samples=("samples", "sum"), example=("detail", "first")
        )
        _shown(counts.reset_index(), as_json=False)


@app.command()
def annotate(
    store: StoreText, text: Annotated[str, typer.Argument(help="What happened.")], start: Start,
    end: Annotated[str | None, typer.Option(help="Moment at which it ended.")] = None,
    point: Annotated[str | None, typer.Option(help="The point it is about; all when left out.")] = None,
    author: Annotated[str, typer.Option(help="Who says so.")] = "",
) -> None:  # fmt: skip
    """Keep a note about a moment or a stretch of time."""
    with _opened(store) as held:
        held.annotate(text, start, end, point, author)


@app.command()
def notes(store: StoreText, as_json: AsJson = False) -> None:
    """List all notes."""
    with _opened(store) as held:
        _shown(held.notes(), as_json)


@app.command()
def tidy(
    store: StoreText,
    raw: Annotated[
        str | None, typer.Option(help="Let go of samples older than this, once summed up by the hour: 400D.")
    ] = None,
    hourly: Annotated[str | None, typer.Option(help="Let go of sums by the hour older than this: 3650D.")] = None,
    as_json: AsJson = False,
) -> None:
    """Move samples into files, merge files, sum closed months up by the hour; say how much room the store takes."""
    from twin.historian import tidy as order
    from twin.historian.embedded import Embedded

    with _opened(store) as held:
        if not isinstance(held, Embedded):
            raise StoreError(f"{store}: PostgreSQL keeps itself in order")
        done: dict[str, Any] = order.tidy(held, hot=0)
        if raw:
            done["let_go"] = order.retain(held, raw, hourly)
        done |= held.status()
    if as_json:
        print_json(done)
        return
    for name, value in done.items():
        out.print(f"{name.replace('_', ' ')}: {value}", highlight=False)


@app.command()
def pretend(
    store: StoreText,
    site: Annotated[str, typer.Argument(metavar="SITE", help="Folder or file of a site, or the name of a shipped one.")],
    seed: Annotated[int, typer.Option(help="Draws how the building differs from its site file; 0: not at all.", min=0)] = 1,
    older: Annotated[bool, typer.Option("--older", help="The year before the last 14 days, instead of those.")] = False,
) -> None:  # fmt: skip
    """Fill a store with the past of a virtual building, and what the twin expects of it: what is missing of the last 14 days, or of the year before them."""
    from datetime import UTC, datetime

    from twin.bacnet import points as listed
    from twin.historian.store import open_store
    from twin.live import filling
    from twin.live.past import Past
    from twin.live.pretence import pretended
    from twin.site.load import load
    from twin.weather.year import Weather

    loaded, folder = load(site), Path(store)
    if "://" in store:
        raise StoreError("a virtual building is put into a store in a folder; name one")
    with open_store(store) as held:
        known = filling.claim(held, folder, seed)
        building, weather = pretended(loaded, seed)
        climate = Weather.named(loaded.location.climate, loaded.year)
        past = Past(
            loaded, building, weather, climate, listed.mapped(loaded, loaded.path.parent), held, folder / "live"
        )

        def told(how: filling.Progress) -> None:
            out.print(f"{how.days} of {how.wanted} days filled, back to {how.since}", highlight=False)

        now = datetime.now(UTC)
        count = (
            filling.fill_far(past, known, folder, now, told) if older else filling.fill_near(past, known, folder, now)
        )
    out.print(f"{count:,} samples of a virtual building filled in")
