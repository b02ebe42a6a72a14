"""Arrays kept between processes come back as they were, and never after the code that made them."""

from __future__ import annotations

import os

import numpy as np
import pytest

from twin import stock
from twin.weather import Weather


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TWIN_CACHE", str(tmp_path))
    return tmp_path


def test_what_is_kept_comes_back():
    name = stock.key("sun", 22.5)
    stock.keep("weather", name, {"zenith": np.arange(3.0)})
    found = stock.take("weather", name)
    assert found is not None
    assert found["zenith"].tolist() == [0.0, 1.0, 2.0]
    assert stock.take("weather", stock.key("sun", 22.6)) is None


def test_another_program_has_other_keys(monkeypatch):
    before = stock.key("sun")
    monkeypatch.setattr(stock, "code", lambda: "other")
    assert stock.key("sun") != before


@pytest.mark.parametrize("content", [b"", b"half", b"PK\x03\x04half"])
def test_a_damaged_file_counts_as_nothing(folder, content):
    (folder / "weather").mkdir()
    (folder / "weather" / "x.npz").write_bytes(content)
    assert stock.take("weather", "x") is None


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("TWIN_CACHE", str(tmp_path / "file"))
    stock.keep("weather", "x", {"a": np.zeros(1)})
    assert stock.take("weather", "x") is None


def test_the_oldest_files_go_first(folder, monkeypatch):
    size = 10_000
    monkeypatch.setattr(stock, "MOST", 35 * size // 10)
    for place, name in enumerate("abcde"):
        stock.keep("weather", name, {"a": np.zeros(size // 8)})
        path = folder / "weather" / f"{name}.npz"
        os.utime(path, (place, place))
    stock.keep("weather", "e", {"a": np.zeros(size // 8)})
    assert sorted(path.stem for path in (folder / "weather").glob("*.npz")) == ["c", "d", "e"]
    assert stock.take("weather", "e") is not None


def test_what_is_too_large_is_not_kept(monkeypatch):
    monkeypatch.setattr(stock, "LARGEST", 100)
    stock.keep("weather", "x", {"a": np.zeros(100)})
    assert stock.take("weather", "x") is None


def test_weather_is_the_same_from_the_file_and_from_the_stock(shared_data):
    path = shared_data("ashrae140") / "725650TYCST.epw"
    first, second = Weather.epw(path), Weather.epw(path)
    assert first.digest() == second.digest()
    assert (first.start, first.notes, first.source) == (second.start, second.notes, second.source)
    np.testing.assert_array_equal(first.wind_direction, second.wind_direction)
