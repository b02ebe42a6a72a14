"""What has come since a mark, and history that comes at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from twin.historian.embedded import Embedded
from twin.historian.historian import Historian
from twin.historian.samples import Samples, microseconds
from twin.historian.tidy import shelve, tidy

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def put(store, value, moment=NOON, name="meter"):
    store.append(pd.DataFrame({name: [value]}, index=pd.DatetimeIndex([moment])))


def test_a_mark_brings_what_has_come_since_and_nothing_again(tmp_path):
    with Embedded(tmp_path) as store:
        mark, none = store.since(0, [])
        assert len(none) == 0
        put(store, 1.0)
        put(store, 2.0, NOON + timedelta(minutes=1))
        put(store, 9.0, name="other")
        number = store.numbers(["meter"])["meter"]
        mark, found = store.since(mark, [number])
        assert found.value.tolist() == [2.0]
        again, found = store.since(mark, [number])
        assert (again, len(found)) == (mark, 0)
        tidy(store, hot=0)
        put(store, 3.0, NOON + timedelta(minutes=2))
        assert store.since(mark, [number])[1].value.tolist() == [3.0]
        assert store.since(0, [number])[1].value.tolist() == [3.0]
        assert Historian.since(store, 7, [number])[1].value.tolist() == [3.0]


def test_history_put_in_at_once_is_there_and_the_tail_stays_newer(tmp_path):
    with Embedded(tmp_path) as store:
        put(store, -1.0)
        number = store.numbers(["meter"])["meter"]
        times = np.arange(40 * 24, dtype=np.int64) * 3_600_000_000 + microseconds(NOON - timedelta(days=39))
        count = len(times)
        told = Samples(
            np.full(count, number, np.int32), times, np.arange(count, dtype=float), np.zeros(count, np.uint8)
        )
        assert shelve(store, told) >= 2
        assert shelve(store, told.chosen(slice(0, 0))) == 0
        held = store.raw([number], int(times[0]), int(times[-1]))
        assert len(held) == count
        assert held.value[held.time == microseconds(NOON)].tolist() == [-1.0]
        assert store.points().loc["meter", "samples"] == count + 1
        tidy(store, hot=0)
        assert len(store.raw([number], int(times[0]), int(times[-1]))) == count
