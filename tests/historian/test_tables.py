"""Tables go in and out with their units, their zones and what looks wrong."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from twin.errors import StoreError
from twin.historian import tables
from twin.historian.embedded import Embedded

DAY = ("2019-07-01T00:00+08:00", "2019-07-02T00:00+08:00")


@pytest.fixture
def table(tmp_path):
    index = pd.date_range("2019-07-01", periods=96, freq="15min")
    random = np.random.default_rng(1)
    frame = pd.DataFrame({"Supply °F": 55.0 + random.random(96), "kW": 200.0 + random.random(96)}, index=index)
    frame.rename_axis("Date").to_csv(tmp_path / "trends.csv")
    (tmp_path / "map.csv").write_text(
        "column,point,unit\nSupply °F,ahu/supply,degF\nkW,meter/power,kW\n", encoding="utf-8"
    )
    return tmp_path / "trends.csv", frame


def test_values_become_si_units_under_the_names_of_points(table, tmp_path):
    path, frame = table
    columns = tables.mapping(tmp_path / "map.csv")
    with Embedded(tmp_path / "store") as store:
        done = tables.take(store, path, zone="Asia/Shanghai", columns=columns)
        assert (done.samples, done.points, done.dropped) == (192, 2, 0)
        power = store.query(["meter/power"], *DAY, every="1D", zone="Asia/Shanghai")
        assert power["meter/power"].iloc[0] == pytest.approx(frame["kW"].mean() * 1000.0)
        supply = store.query(["ahu/supply"], *DAY)
        assert supply["value"].iloc[0] == pytest.approx((frame["Supply °F"].iloc[0] - 32.0) / 1.8)
        assert store.points()["unit"].to_dict() == {"ahu/supply": "degC", "meter/power": "W"}


def test_a_long_table_and_parquet_are_read_too(tmp_path):
    times = pd.to_datetime(["2019-07-01 00:00", "2019-07-01 00:00", "2019-07-01 01:00"], utc=True)
    frame = pd.DataFrame({"time": times, "point": ["a", "b", "a"], "value": [1.0, 2.0, 3.0]})
    frame.to_parquet(tmp_path / "long.parquet")
    found, dropped = tables.read(tmp_path / "long.parquet")
    assert dropped == 0
    assert found["a"].tolist() == [1.0, 3.0]
    assert found["b"].dropna().tolist() == [2.0]


def test_the_hour_that_a_clock_skips_is_left_out_and_counted(tmp_path):
    index = pd.date_range("2019-03-31", periods=6, freq="1h")
    pd.DataFrame({"kWh": np.arange(6.0)}, index=index).to_csv(tmp_path / "spring.csv")
    found, dropped = tables.read(tmp_path / "spring.csv", zone="Europe/London")
    assert dropped == 1
    assert found["kWh"].tolist() == [0.0, 2.0, 3.0, 4.0, 5.0]


def test_the_hour_that_a_clock_repeats_is_told_apart_by_its_order(tmp_path):
    local = (
        pd.date_range("2019-10-26 22:00", periods=6, freq="1h", tz="UTC").tz_convert("Europe/London").tz_localize(None)
    )
    pd.DataFrame({"kWh": np.arange(6.0)}, index=local).to_csv(tmp_path / "autumn.csv")
    found, dropped = tables.read(tmp_path / "autumn.csv", zone="Europe/London")
    assert dropped == 0
    assert len(found) == 6
    assert (found.index[1:] - found.index[:-1] == pd.Timedelta("1h")).all()


def test_findings_become_qualities_when_asked(tmp_path):
    index = pd.date_range("2019-07-01", periods=500, freq="1h", tz="UTC")
    values = 50.0 + np.random.default_rng(1).random(500)
    values[100:106] = 0.0
    pd.DataFrame({"kWh": values}, index=index).rename_axis("time").to_csv(tmp_path / "meter.csv")
    with Embedded(tmp_path / "store") as store:
        tables.take(store, tmp_path / "meter.csv", mark=True)
        held = store.query(["kWh"], index[0], index[-1])
        assert (held["quality"] == "communication_lost").sum() == 6
        assert store.query(["kWh"], index[0], index[-1], every="1D", how="min")["kWh"].min() >= 50.0


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("m.csv", "a,b\n1,2\n", "columns column, point, unit"),
        ("m.csv", "column,point,unit\nkW,,kW\n", "names no point"),
        ("m.csv", "column,point,unit\nkW,a,furlong per fortnight squared\n", "is no unit"),
        ("m.csv", "column,point,unit\nkW,a,kW\nkW,b,kW\n", "stands twice"),
    ],
)
def test_a_wrong_mapping_is_told_by_its_line(tmp_path, name, content, told):
    (tmp_path / name).write_text(content)
    with pytest.raises(StoreError, match=told):
        tables.mapping(tmp_path / name)


@pytest.fixture
def history(twin):
    return lambda *told: twin("history", *told)


def test_the_command_line_brings_a_table_in_and_answers(table, tmp_path, history):
    path, frame = table
    store = tmp_path / "store"
    looked = history("import", store, path, "--zone", "Asia/Shanghai", "--dry-run", "--json")
    assert json.loads(looked.stdout)["stored"] is False
    assert not store.exists()
    done = history("import", store, path, "--zone", "Asia/Shanghai", "--mapping", tmp_path / "map.csv", "--json")
    assert json.loads(done.stdout)["samples"] == 192
    asked = history(
        "query",
        store,
        "meter/power",
        "--start",
        DAY[0],
        "--end",
        DAY[1],
        "--every",
        "1D",
        "--zone",
        "Asia/Shanghai",
        "--json",
    )
    assert json.loads(asked.stdout)[0]["meter/power"] == pytest.approx(frame["kW"].mean() * 1000.0)
    assert history("annotate", store, "filters changed", "--start", DAY[0], "--point", "ahu/supply").returncode == 0
    assert json.loads(history("notes", store, "--json").stdout)[0]["text"] == "filters changed"
    assert json.loads(history("tidy", store, "--json").stdout)["samples_in_files"] == 192
    assert json.loads(history("last", store, "ahu/supply", "--json").stdout)[0]["quality"] == "good"
    out = tmp_path / "out.parquet"
    assert history("query", store, "ahu/supply", "--start", DAY[0], "--end", DAY[1], "--table", out).returncode == 0
    assert len(pd.read_parquet(out)) == 96


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (("points", "nowhere"), "is no store"),
        (("import", "store", "trends.csv"), "add --zone"),
        (("import", "store", "trends.csv", "--zone", "Mars/Base"), "no time zone"),
        (("import", "store", "trends.csv", "--zone", "UTC", "--time", "When"), "has no column 'When'"),
        (("import", "store", "absent.csv", "--zone", "UTC"), "cannot be read"),
        (("points", "postgresql://twin:secret@localhost/db"), "PGPASSWORD"),
    ],
)
def test_wrong_commands_get_one_message_and_no_traceback(table, tmp_path, monkeypatch, history, told, says):
    monkeypatch.chdir(tmp_path)
    done = history(*told)
    assert done.returncode == 1
    assert says in done.stderr
    assert "secret" not in done.stderr + done.stdout
