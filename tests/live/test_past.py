"""The past of a virtual building: it agrees with its twin where both are the same, and only what is missing is filled in."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from tests.dashboard.studies import SITE
from twin.bacnet import points
from twin.errors import StoreError
from twin.historian.store import open_store
from twin.live import filling
from twin.live.past import Past
from twin.live.pretence import pretended
from twin.site.load import load
from twin.weather.year import Weather

ZONE = timezone(timedelta(hours=8))
NOW = datetime(2026, 3, 20, 9, 7, tzinfo=ZONE)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    return tmp_path


def past_of(folder, store, seed=0):
    site = load(folder)
    building, weather = pretended(site, seed)
    return Past(
        site,
        building,
        weather,
        Weather.named("shenzhen", site.year),
        points.mapped(site, folder),
        store,
        folder / "store" / "live",
    )


def test_a_building_as_its_file_says_is_what_the_twin_expects(folder):
    with open_store(folder / "store") as store:
        past = past_of(folder, store)
        assert past.fill(NOW - timedelta(days=1), NOW, 300.0, keep=True) > 0
        frame = store.query(["grid.power", "grid.power:expected"], NOW - timedelta(days=1), NOW, every="1h")
        assert len(frame) == 25
        assert frame["grid.power"].to_numpy() == pytest.approx(frame["grid.power:expected"].to_numpy())
        assert frame["grid.power"].min() > 0.0
        assert (folder / "store" / "live" / "twin.npz").is_file()


def test_another_building_differs_from_its_twin_and_a_seed_says_how(folder):
    site = load(folder)
    first, again, other = (pretended(site, seed)[0] for seed in (1, 1, 2))
    assert first["fans"].rating == again["fans"].rating
    assert first.digest() != other.digest()
    with open_store(folder / "store") as store:
        past_of(folder, store, seed=1).fill(NOW - timedelta(days=1), NOW, 900.0)
        frame = store.query(["grid.power", "grid.power:expected"], NOW - timedelta(days=1), NOW, every="1h")
    assert not np.allclose(frame["grid.power"], frame["grid.power:expected"])


def test_a_first_start_fills_two_weeks_and_a_second_one_only_the_gap(folder):
    where = folder / "store"
    with open_store(where) as store:
        past = past_of(folder, store, 1)
        known = filling.claim(store, where, 1)
        assert known.state == "near"
        first = filling.fill_near(past, known, where, NOW)
        assert filling.read(where) == filling.Progress(1, "far", 14, 14, "2026-03-06")
        assert filling.fill_near(past, filling.claim(store, where, 1), where, NOW + timedelta(minutes=5)) == 0
        more = filling.fill_near(past, filling.claim(store, where, 1), where, NOW + timedelta(hours=2))
        assert 0 < more < first / 100
        assert filling.newest(past) == NOW.replace(minute=5) + timedelta(hours=2)
        assert list(store.notes()["author"]) == ["virtual building"] * 2


def test_older_days_are_filled_back_and_interrupted_filling_goes_on(folder):
    where = folder / "store"
    with open_store(where) as store:
        past = past_of(folder, store, 1)
        known = filling.claim(store, where, 1)
        filling.fill_near(past, known, where, NOW)
        assert sum((last - first).days for first, last in filling.missing(past, NOW, 60)) == 46
        first, last = filling.missing(past, NOW, 60)[0]
        past.fill(first, last, 900.0)  # and then somebody pulled the plug
        left = filling.missing(past, NOW, 60)
        assert left == filling.missing(past, NOW, 60)
        assert sum((b - a).days for a, b in left) == 46 - (last - first).days
        told = []
        assert filling.fill_far(past, known, where, NOW, told.append, 60) > 0
        assert told[-1].days == 60
        assert filling.missing(past, NOW, 60) == []
        assert filling.read(where).state == "done"
        counted = store.query(
            ["grid.power"], NOW - timedelta(days=59), NOW - timedelta(days=14), every="1D", how="count", zone=ZONE
        )
        assert set(counted["grid.power"].iloc[1:-1]) == {96}


def test_a_store_of_somebody_else_is_never_touched(folder):
    import pandas as pd

    where = folder / "store"
    with open_store(where) as store:
        store.append(pd.DataFrame({"grid.power": [1.0]}, index=pd.DatetimeIndex([NOW])))
        with pytest.raises(StoreError, match="measurements of a building"):
            filling.claim(store, where, 1)
        assert filling.read(where) is None
        filling.Progress(3, "done", 365, 365).keep(where)
        with pytest.raises(StoreError, match="seed 3"):
            filling.claim(store, where, 1)
    (where / "past.json").write_text("{", encoding="utf-8")
    assert filling.read(where) is None
