"""Answers that are kept: how old they may be, who asks again, and what was begun for a page."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from twin.dashboard import answers
from twin.dashboard.answers import Answers, Begun

from tests.dashboard.waiting import PATIENCE, soon


@pytest.fixture
def kept():
    found = Answers()
    yield found
    found.close()


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is set."""
    moment = [1000.0]
    monkeypatch.setattr(answers, "time", SimpleNamespace(monotonic=lambda: moment[0]))
    return moment


def test_an_answer_is_shared_then_renewed_beside_and_at_last_asked_for_anew(kept, clock):
    asked, free = [], threading.Event()

    def ask():
        asked.append(threading.current_thread().name)
        number = len(asked)
        if number == 2:
            free.wait(PATIENCE)
        return number

    here = threading.current_thread().name
    assert [kept.shared(("x",), ask), kept.shared(("x",), ask)] == [1, 1]
    clock[0] += answers.FRESH + 0.1
    assert [kept.shared(("x",), ask), kept.shared(("x",), ask)] == [1, 1], "nobody waits for the renewal"
    free.set()
    soon(lambda: kept.shared(("x",), ask) == 2)
    assert asked[0] == here
    assert asked[1].startswith("twin-read")
    clock[0] += answers.GRACE + 0.1
    assert kept.shared(("x",), ask) == 3
    assert asked[2] == here


def test_a_renewal_that_fails_is_asked_for_again_by_the_next(kept, clock, caplog):
    assert kept.shared(("x",), lambda: "old") == "old"
    clock[0] += answers.FRESH + 0.1
    assert kept.shared(("x",), lambda: 1 / 0) == "old"
    soon(lambda: "asking again failed" in caplog.text)
    soon(lambda: kept.shared(("x",), lambda: "new") == "new")


def test_what_was_begun_is_for_the_first_who_asks_in_time(clock):
    begun = Begun()
    begun.keep(("explore", "?a"), lambda: "a")
    begun.keep(("explore", "?b"), lambda: "b")
    taken = begun.taken(("explore", "?a"))
    assert taken is not None
    assert taken() == "a"
    assert begun.taken(("explore", "?a")) is None
    clock[0] += answers.FRESH + 0.1
    assert begun.taken(("explore", "?b")) is None
    begun.keep(("explore", "?c"), lambda: "c")
    assert set(begun._kept) == {("explore", "?c")}
