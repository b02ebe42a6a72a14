"""Accounts, guesses and rights without a server: what is kept, how long one waits, and who is known where."""

from __future__ import annotations

import asyncio
import time

import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from argon2 import PasswordHasher
from starlette.datastructures import Headers
from twin.dashboard.rights import account
from twin.dashboard.rights.access import Access
from twin.dashboard.rights.account import Person, RightError, acting, current, may, required
from twin.dashboard.rights.gate import same_origin
from twin.dashboard.rights.roster import Roster, RosterError
from twin.dashboard.rights.session import State
from twin.dashboard.rights.throttle import ACCOUNT, ADDRESS, Throttle

from twin.errors import StoreError

QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
WORDS = "correct horse battery"


class Clock:
    """A clock that tests put forward."""

    def __init__(self):
        self.ahead = 0.0

    def __call__(self):
        return time.time() + self.ahead


def test_what_was_tried_survives_a_restart_and_waits_grow(tmp_path):
    clock = Clock()
    for _ in range(12):
        state = State(tmp_path / "state.sqlite", clock)
        Throttle(state).begin("li", "10.0.0.1")
        clock.ahead += ACCOUNT.longest
        state.close()
    state = State(tmp_path / "state.sqlite", clock)
    assert state.ask("SELECT count FROM failures WHERE key LIKE 'account%'")[0][0] == 12
    clock.ahead -= ACCOUNT.longest
    assert 100.0 < Throttle(state).begin("li", "10.0.0.2") <= ACCOUNT.wait(12)
    state.close()


def test_one_address_that_tries_many_names_is_slowed_and_somebody_elses_guesses_lock_nobody_out(tmp_path):
    state = State(tmp_path / "state.sqlite")
    throttle = Throttle(state)
    assert all(throttle.begin(f"name{n}", "2001:db8::1") == 0.0 for n in range(ADDRESS.free))
    assert throttle.begin("another", "2001:db8::2") > 0.0
    throttle.begin("li", "10.0.0.7")
    throttle.right("li", "10.0.0.7")
    for _ in range(9):
        throttle.begin("li", "10.0.0.8")
    assert throttle.begin("li", "10.0.0.9") > 0.0
    assert throttle.begin("li", "10.0.0.7") == 0.0
    state.close()


def test_unknown_names_and_wrong_passwords_get_the_same_answer_and_take_the_same_time(tmp_path):
    roster = Roster(tmp_path / "accounts.json", PasswordHasher(time_cost=2, memory_cost=8192, parallelism=1))
    roster.add("li", "viewer", WORDS)
    roster.verify("nobody", WORDS)

    def took(name):
        before = time.process_time()
        assert roster.verify(name, "a wrong password") is None
        return time.process_time() - before

    known, unknown = (min(took(name) for _ in range(8)) for name in ("li", "nobody"))
    assert unknown == pytest.approx(known, rel=0.5)


def test_right_origins_are_those_of_this_host():
    assert same_origin(Headers({"host": "a:1", "sec-fetch-site": "same-origin"}))
    assert not same_origin(Headers({"host": "a:1", "origin": "http://a:2"}))
    assert same_origin(Headers({"host": "inside:1", "origin": "https://out"}), "https://out")
    assert not same_origin(Headers({"host": "inside:1", "origin": "http://inside:1"}), "https://out")


def test_a_viewer_may_not_what_needs_more_and_is_told_what_to_do():
    with acting(Person("wang", "viewer")):
        assert not may("engineer")
        with pytest.raises(RightError, match="needs the role engineer; wang has the role viewer") as refused:
            required("engineer")
        assert "工程师" in refused.value.said("zh")
    assert "--oidc-role GROUP=operator" in str(RightError("operator", Person("wang", "viewer", "oidc")))
    assert "twin accounts add NAME --role operator" in str(RightError("operator", Person("", "engineer", "open")))
    with acting(Person("wang", "operator")):
        assert required("engineer") == Person("wang", "operator")
    assert current().role == "viewer"


def test_who_asks_is_known_in_threads_and_tasks():
    async def asked():
        return await asyncio.gather(asyncio.to_thread(current), asyncio.create_task(asyncio.to_thread(current)))

    person = Person("li", "admin")
    with acting(person):
        assert asyncio.run(asked()) == [person, person]


def test_what_is_noted_says_who_when_what_and_from_where(tmp_path):
    access = Access.of(tmp_path / "accounts.json", QUICK)
    with acting(Person("li", "operator"), lambda *told: access.audit.add(*told, place="10.0.0.7")):
        account.noted("set-point written", "ahu.supply\n 18 -> 17")
    (entry,) = access.audit.newest(5)
    assert {key: entry[key] for key in ("who", "what", "from", "detail")} == {
        "who": "li",
        "what": "set-point written",
        "from": "10.0.0.7",
        "detail": "ahu.supply\n 18 -> 17",
    }
    assert len((tmp_path / "accounts.journal").read_text(encoding="utf-8").splitlines()) == 1
    with (tmp_path / "accounts.journal").open("a") as stream:
        stream.write('{"half')
    assert len(access.audit.newest(5)) == 1
    access.close()


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("", WORDS),
        ("a b", WORDS),
        ("a/b", WORDS),
        ("li", "short"),
        ("li", "aaaaaaaaaaaaaaaaaa"),
        ("wang", "xx wang yy zz 12"),
        ("li", "x" * 1025),
    ],
)
def test_names_and_passwords_that_do_not_do_are_refused(tmp_path, name, password):
    with pytest.raises(RosterError):
        Roster(tmp_path / "accounts.json", QUICK).add(name, "viewer", password)
    assert not (tmp_path / "accounts.json").exists()


def test_a_state_that_is_no_database_is_told(tmp_path):
    (tmp_path / "accounts.sqlite").write_bytes(b"no database" * 500)
    with pytest.raises(StoreError, match="sessions cannot be kept there"):
        Access.of(tmp_path / "accounts.json", QUICK)
