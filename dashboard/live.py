"""Live values: one thread reads the historian for everybody who watches, and one lasting callback of each tab pushes what the tab shows.

A page shows a live value by `value("grid.power", ...)`, an element with the attribute `data-live`; the browser finds all such elements,
tells what it wants in the store `live-wanted`, and puts what comes in the store `live` into them. Rows of a table, which are no elements
of the page's tree, are asked for by `live-more`, a store with a list of names; whoever shows them takes the values from `live`.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dash import ClientsideFunction, Input, Output, State, ctx, dcc, html, set_props
from twin.dashboard.overview.measured import missing

from twin.errors import TwinError
from twin.historian.samples import LATEST, QUALITIES, Samples
from twin.historian.store import open_store

if TYPE_CHECKING:
    import dash
    from twin.dashboard.data import Source

    from twin.historian.historian import Historian

BEAT = 0.25
"""How often the historian is asked for what has come, while anybody watches. [s]"""
SIGN = 5.0
"""Longest pause between two messages to a tab, so that it knows that the channel is alive. [s]"""
ASKED = 1.0
"""How often a tab is asked what it shows. [s]"""
PATIENCE = 20.0
"""A tab that does not answer for so long is closed, and a name that nobody has asked for so long is read no more. [s]"""
FALL_BACK = 3000
"""How often a tab looks whether its channel still tells anything, and asks for itself where it does not. [ms]"""
MOST = 500
"""Names that one tab may watch."""
Told = list[Any]
"""Value, quality, and seconds since 1970 of a sample."""


class Pulse:
    """The newest sample of every point that somebody watches.

    Parameters
    ----------
    store : where the historian is; empty where there is none.
    more : further values by name that are no points, each text or number, read at every beat.
    """

    def __init__(self, store: str, more: Callable[[], Mapping[str, Any]] = dict) -> None:
        self.store, self.more, self.version, self.alarm = store, more, 0, ""
        self._wanted: dict[str, float] = {}
        self._newest: dict[str, Told] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._last: threading.Thread | None = None
        self._stop = threading.Event()

    def want(self, names: Collection[str]) -> None:
        """Say that somebody watches points; reading begins with the first."""
        with self._lock:
            self._wanted.update(dict.fromkeys(names, time.monotonic()))
            if self.store and names and self._thread is None and not self._stop.is_set():
                self._thread = self._last = threading.Thread(target=self._beat, name="twin-pulse", daemon=True)
                self._thread.start()

    def newest(self, names: Collection[str]) -> dict[str, Told]:
        """What is known of some points at this moment."""
        with self._lock:
            return {name: self._newest[name] for name in names if name in self._newest}

    def stop(self) -> None:
        """Stop reading, and wait until the historian is closed: a program may not end while it is being asked."""
        self._stop.set()
        if self._last is not None:
            self._last.join(PATIENCE)

    def _beat(self) -> None:
        """Read until nobody watches any more."""
        store: Historian | None = None
        known: dict[int, str] = {}
        mark = 0
        try:
            while not self._stop.wait(BEAT) and self._names():
                try:
                    if store is None:
                        if missing(self.store):
                            continue
                        store = open_store(self.store)
                    mark = self._read(store, known, mark)
                    self.alarm = ""
                except TwinError as problem:
                    self.alarm = str(problem)
                    self._stop.wait(SIGN)
        finally:
            if store is not None:
                store.close()
            with self._lock:
                if self._thread is threading.current_thread():
                    self._thread = None

    def _names(self) -> list[str]:
        """Names that somebody has asked for lately; the others are forgotten."""
        late = time.monotonic() - PATIENCE
        with self._lock:
            for name in [name for name, asked in self._wanted.items() if asked < late]:
                del self._wanted[name]
                self._newest.pop(name, None)
            if not self._wanted:
                self._thread = None
            return list(self._wanted)

    def _read(self, store: Historian, known: dict[int, str], mark: int) -> int:
        """One beat: what has come since the mark, and all of what somebody has begun to watch."""
        names = self._names()
        fresh = [name for name in names if name not in self._newest and name not in known.values()]
        more = store.numbers(fresh) if fresh else {}
        mark, found = store.since(mark, list(known))
        changed = self._take(found, known)
        known.update({number: name for name, number in more.items()})
        if more:
            changed += self._take(store.latest(list(more.values()), LATEST), known)
        told = {name: value for name, value in self.more().items() if name in names}
        with self._lock:
            for name, value in told.items():
                if self._newest.get(name, [None])[0] != value:
                    self._newest[name] = [value, "good", round(time.time(), 3)]
                    changed += 1
        for number in [number for number, name in known.items() if name not in names]:
            del known[number]
        self.version += bool(changed)
        return mark

    def _take(self, found: Samples, known: Mapping[int, str]) -> int:
        """Keep what is newer; gives the number of points that have changed."""
        changed = 0
        rows = zip(found.point.tolist(), found.time.tolist(), found.value.tolist(), found.quality.tolist(), strict=True)
        with self._lock:
            for point, at, value, quality in rows:
                name, second = known.get(point), round(at / 1e6, 3)
                if name is None or (name in self._newest and self._newest[name][2] > second):
                    continue
                self._newest[name] = [value if math.isfinite(value) else None, QUALITIES[quality], second]
                changed += 1
        return changed


def value(points: str | Sequence[str], text: str, *, scale: float = 1.0, digits: int = 0, name: str = "") -> html.Span:
    """A number that goes on by itself: the sum of some points, times a factor.

    Parameters
    ----------
    text : what stands there until a newer one comes; a dash where nothing is known.
    """
    names = [points] if isinstance(points, str) else list(points)
    told = {"data-live": " ".join(names), "data-live-scale": repr(scale), "data-live-digits": str(digits)}
    return html.Span(text, **({"id": name} if name else {}), **told)


def moment(points: str | Sequence[str], text: str, offset: timedelta | None = None) -> html.Span:
    """The time of day of the newest sample of some points, which goes on by itself.

    Parameters
    ----------
    offset : of the site's clock from UTC.
    """
    names = [points] if isinstance(points, str) else list(points)
    ahead = str((offset or timedelta()).total_seconds())
    return html.Span(text, **{"data-live": " ".join(names), "data-live-part": "time", "data-live-offset": ahead})


def layout() -> list[Any]:
    """What every screen has for its live values."""
    return [
        dcc.Store(id="live", data={}), dcc.Store(id="live-wanted", data=[]), dcc.Store(id="live-more", data=[]),
        dcc.Store(id="live-ask", data=0), dcc.Interval(id="live-look", interval=FALL_BACK),
    ]  # fmt: skip


def register(app: dash.Dash, source: Source) -> None:
    """Add the channel to a dashboard: a lasting callback a tab, and its fall-back for browsers without one."""
    pulse = source.pulse

    @app.callback(websocket=True, persistent=True)
    async def watch() -> None:
        """Push what a tab shows, whenever it changes, until the tab is closed."""
        await _watch(pulse)

    @app.callback(Output("live", "data"), Input("live-ask", "data"), State("live-wanted", "data"), prevent_initial_call=True)  # fmt: skip
    async def ask(_: int, names: Any) -> dict[str, Any]:
        """Answer a tab that no channel tells anything."""
        wanted = _checked(names)
        pulse.want(wanted)
        if not pulse.newest(wanted):
            await asyncio.sleep(2.0 * BEAT)
        return _message(pulse, wanted) | {"asked": True}

    app.clientside_callback(ClientsideFunction("live", "spread"), Output("live", "id"), Input("live", "data"))
    app.clientside_callback(
        ClientsideFunction("live", "look"), Output("live-ask", "data"), Output("live-wanted", "data"),
        Input("live-look", "n_intervals"), Input("screen", "children"), Input("live-more", "data"), State("live-wanted", "data"),
    )  # fmt: skip


async def _watch(pulse: Pulse) -> None:
    channel = ctx.websocket
    if channel is None or not pulse.store:
        return
    wanted: list[str] = []
    seen, told, asked = -1, 0.0, 0.0
    while not channel.is_shutdown:
        now = time.monotonic()
        if now - asked >= ASKED:
            try:
                names = _checked(await channel.get_prop("live-wanted", "data", PATIENCE))
            except (TimeoutError, RuntimeError):
                return
            asked = time.monotonic()
            pulse.want(names)
            seen, wanted = (seen if names == wanted else -1), names
        if seen != pulse.version or now - told >= SIGN:
            seen, told = pulse.version, now
            set_props("live", {"data": _message(pulse, wanted)})
        await asyncio.sleep(BEAT)


def _checked(names: Any) -> list[str]:
    """Names that a browser has sent, where they are such."""
    return [each for each in names if isinstance(each, str) and len(each) < 300][:MOST] if isinstance(names, list) else []  # fmt: skip


def _message(pulse: Pulse, names: Collection[str]) -> dict[str, Any]:
    """What a tab is told; all it watches every time, so that a lost message does no harm."""
    return {"at": round(time.time(), 3), "values": pulse.newest(names), "alarm": pulse.alarm}
