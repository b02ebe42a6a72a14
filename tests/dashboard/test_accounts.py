"""Log-in, rights, sessions and guesses over real HTTP: who may come in, who is turned away, and what is kept of it."""

from __future__ import annotations

import logging
import random
import re
import time
from http.client import HTTPConnection

import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

import httpx
from argon2 import PasswordHasher
from twin.dashboard.data import Source
from twin.dashboard.language import say
from twin.dashboard.rights.access import Access
from twin.dashboard.rights.login import LARGEST, inside
from twin.dashboard.rights.roster import Roster
from twin.dashboard.rights.session import LIFETIMES
from twin.dashboard.rights.throttle import ACCOUNT

from tests.dashboard.served import served
from tests.dashboard.studies import SITE
from tests.dashboard.waiting import PATIENCE

QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
WORDS = "correct horse battery"
ROLES = ("viewer", "engineer", "operator", "admin")
SCREEN = {
    "output": "..screen.children...again.interval...again.disabled..",
    "outputs": [{"id": "screen", "property": "children"}, {"id": "again", "property": "interval"}, {"id": "again", "property": "disabled"}],
    "changedPropIds": ["address.pathname"],
}  # fmt: skip


class Clock:
    """A clock that tests put forward."""

    def __init__(self):
        self.ahead = 0.0

    def __call__(self):
        return time.time() + self.ahead


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fans")
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    found = Source(str(folder))
    yield found
    found.close()


@pytest.fixture(scope="module")
def access(tmp_path_factory):
    found = Access.of(tmp_path_factory.mktemp("kept") / "accounts.json", QUICK)
    found.state.clock = Clock()
    for role in ROLES:
        found.roster.add(f"the-{role}", role, f"{WORDS} of a {role[::-1]}")
    yield found
    found.close()


@pytest.fixture(scope="module")
def address(source, access):
    with served(source, access) as found:
        yield found


@pytest.fixture(autouse=True)
def nothing_tried(access):
    access.state.clock.ahead = 0.0
    for table in ("failures", "places", "sessions"):
        access.state.ask(f"DELETE FROM {table}")


@pytest.fixture
def client(address):
    with httpx.Client(base_url=address, headers={"origin": address}, timeout=PATIENCE) as found:
        yield found


def status(address, cookies):
    """What somebody else who has these cookies is answered."""
    return httpx.get(f"{address}/_dash-layout", cookies=cookies, timeout=PATIENCE).status_code


def logged_in(client, role, password=None):
    return client.post("/login", data={"name": f"the-{role}", "password": password or f"{WORDS} of a {role[::-1]}"})


def page(client, path, query="?lang=en"):
    """A screen as the browser asks for it."""
    inputs = [("address", "pathname", path), ("address", "search", query), ("again", "n_intervals", 0)]
    asked = {**SCREEN, "inputs": [dict(zip(("id", "property", "value"), each, strict=True)) for each in inputs]}
    return client.post("/_dash-update-component", json=asked)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/overview?site=fans",
        "/_dash-layout",
        "/_dash-dependencies",
        "/_reload-hash",
        "/nowhere",
        "//",
        "/login/../overview",
    ],
)
def test_nothing_is_read_without_a_log_in(client, path):
    assert client.get(path).status_code in (401, 404)
    led = client.get(path, headers={"accept": "text/html"})
    assert led.status_code in (303, 404)
    assert led.headers.get("location", "/login").startswith("/login")
    assert "screen" not in led.text


@pytest.mark.parametrize(
    "path",
    ["/login/../_dash-layout", "/assets/../_dash-layout", "/assets/%2e%2e/_dash-layout", "/assets//_dash-layout", "/login%2f..%2f_dash-layout", "/health/../_dash-layout", "/login/x", "/LOGIN", "/health/", "/;/login"],
)  # fmt: skip
def test_no_other_way_to_write_an_address_leads_past_the_log_in(address, path):
    asked = HTTPConnection(address.removeprefix("http://"))
    asked.request("GET", path)
    answer = asked.getresponse()
    assert answer.status in (401, 404), answer.status
    assert b"screen" not in answer.read()
    asked.close()


def test_what_a_log_in_needs_is_there_without_one(client):
    for path in ("/login", "/health", "/assets/style.css"):
        assert client.get(path).status_code == 200


def test_a_person_logs_in_comes_back_to_the_page_and_out_again(client, access):
    asked = client.get("/carbon?site=fans&lang=zh", headers={"accept": "text/html"})
    form = client.get(asked.headers["location"]).text
    assert "登录" in form
    there = re.search(r'name="next" value="([^"]+)"', form).group(1).replace("&amp;", "&")
    answer = client.post("/login", data={"name": " THE-viewer ", "password": f"{WORDS} of a reweiv", "next": there})
    assert (answer.status_code, answer.headers["location"]) == (303, "/carbon?site=fans&lang=zh")
    assert client.get("/_dash-layout").status_code == 200
    told = page(client, "/accounts").text
    assert "the-viewer" in told
    assert client.get("/login").status_code == 303
    kept = dict(client.cookies)
    assert client.post("/logout?back=/carbon").headers["location"] == "/login?next=%2Fcarbon"
    assert status(client.base_url, kept) == 401
    assert [each["what"] for each in access.audit.newest(2)] == ["logged out", "logged in"]


def test_the_cookie_is_for_this_host_and_no_script_and_no_other_site(client):
    told = logged_in(client, "viewer").headers["set-cookie"]
    assert re.match(r"twin_session=[\w-]{43}; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax$", told)


def test_answers_are_nobody_elses_to_keep(client):
    logged_in(client, "viewer")
    for path in ("/", "/login", "/_dash-layout"):
        assert client.get(path).headers["cache-control"] == "no-store"
    assert "no-store" not in client.get("/assets/style.css").headers.get("cache-control", "")
    assert client.get("/login").headers["referrer-policy"] == "same-origin"


def test_a_session_is_renewed_at_each_log_in_and_the_old_one_ends(client, address):
    client.cookies.set("twin_session", "chosen by somebody else")
    logged_in(client, "viewer")
    first = client.cookies.get("twin_session", domain="127.0.0.1")
    assert first != "chosen by somebody else"
    form = {"name": "the-viewer", "password": f"{WORDS} of a reweiv"}
    told = {"data": form, "headers": {"origin": address}, "cookies": {"twin_session": first}}
    new = httpx.post(f"{address}/login", **told, timeout=PATIENCE).cookies["twin_session"]
    assert [status(address, {"twin_session": each}) for each in (first, new)] == [401, 200]


@pytest.mark.parametrize("role", ROLES)
def test_a_session_ends_after_idleness_and_in_any_case(client, access, role):
    idle, longest = LIFETIMES[role]
    logged_in(client, role)
    access.state.clock.ahead = idle - 5
    assert client.get("/_dash-layout", headers={"x-unattended": "1"}).status_code == 200
    access.state.clock.ahead = idle + 5
    assert client.get("/_dash-layout").status_code == 401
    access.state.clock.ahead = 0.0
    assert client.get("/_dash-layout").status_code == 401
    logged_in(client, role)
    while access.state.clock.ahead < longest - idle:
        access.state.clock.ahead += idle / 2
        assert client.get("/_dash-layout").status_code == 200
    access.state.clock.ahead = longest + 5
    assert client.get("/_dash-layout").status_code == 401


@pytest.mark.parametrize("change", ["role", "password", "remove"])
def test_another_password_or_role_and_removal_end_sessions_at_once(client, access, change):
    access.roster.add("zhao", "engineer", WORDS)
    client.post("/login", data={"name": "zhao", "password": WORDS})
    assert client.get("/_dash-layout").status_code == 200
    told = {"role": ("viewer",), "password": (f"{WORDS} staple",), "remove": ()}[change]
    getattr(Roster(access.roster.path, QUICK), change)("zhao", *told)
    assert client.get("/_dash-layout").status_code == 401
    if change != "remove":
        access.roster.remove("zhao")


def test_logging_out_everywhere_ends_all_of_somebodys_sessions_and_no_other(client, address):
    cookies = {}
    for name, role in (("one", "viewer"), ("two", "viewer"), ("other", "engineer")):
        client.cookies.clear()
        logged_in(client, role)
        cookies[name] = dict(client.cookies)
    client.cookies.clear()
    told = {"data": {"everywhere": "yes"}, "headers": {"origin": address}, "cookies": cookies["one"]}
    httpx.post(f"{address}/logout", **told, timeout=PATIENCE)
    assert [status(address, each) for each in cookies.values()] == [401, 401, 200]


def test_guesses_are_slowed_for_known_and_unknown_names_alike_and_even_the_right_password_waits(client, access):
    for name in ("the-viewer", "nobody-like-this"):
        access.state.ask("DELETE FROM failures")
        answers = [
            client.post("/login", data={"name": name, "password": f"guess {n}"}) for n in range(ACCOUNT.free + 3)
        ]
        assert [each.status_code for each in answers[: ACCOUNT.free]] == [403] * ACCOUNT.free
        assert {each.status_code for each in answers[ACCOUNT.free :]} == {429}
        assert int(answers[-1].headers["retry-after"]) >= 1
    right = {"name": "the-viewer", "password": f"{WORDS} of a reweiv"}
    client.post("/login", data={**right, "password": "a guess"})
    access.state.ask("UPDATE failures SET count = 12, last = ?", access.state.clock())
    assert client.post("/login", data=right).status_code == 429
    access.state.clock.ahead = ACCOUNT.wait(12) + 1
    assert client.post("/login", data=right).status_code == 303
    assert not access.state.ask("SELECT * FROM failures WHERE key LIKE 'pair%'")


def test_the_answers_to_an_unknown_name_and_a_wrong_password_differ_in_nothing_but_the_name(client):
    known, unknown = (
        client.post("/login", data={"name": name, "password": "wrong"}) for name in ("the-viewer", "no-viewer!")
    )
    assert known.status_code == unknown.status_code == 403
    assert known.text.replace("the-viewer", "") == unknown.text.replace("no-viewer!", "")
    assert {*known.headers} == {*unknown.headers}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://somebody.example"}, {"origin": "null"}, {}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "SELF"}, {"origin": "http://127.0.0.1"}, {"referer": "SELF"},
    ],
)  # fmt: skip
def test_a_foreign_page_changes_nothing_even_with_the_cookie(address, access, headers):
    with httpx.Client(base_url=address, timeout=PATIENCE) as client:
        form = {"name": "the-viewer", "password": f"{WORDS} of a reweiv"}
        assert client.post("/login", data=form, headers={"origin": address}).status_code == 303
        told = {name: text.replace("SELF", address) for name, text in headers.items()}
        for path in ("/logout", "/account/password", "/account/change", "/login", "/_dash-update-component", "/any"):
            assert client.post(path, headers=told).status_code == 403
        assert client.get("/_dash-layout").status_code == 200


def test_a_foreign_page_opens_no_websocket_and_nobody_does_without_a_session(address):
    websockets = pytest.importorskip("websockets.sync.client")
    from websockets.exceptions import InvalidStatus

    where = address.replace("http", "ws") + "/_dash-ws-callback"
    with httpx.Client(base_url=address, headers={"origin": address}, timeout=PATIENCE) as client:
        logged_in(client, "viewer")
        cookie = f"twin_session={client.cookies['twin_session']}"
    for headers in ({"Origin": "https://somebody.example", "Cookie": cookie}, {"Origin": address}, {"Cookie": cookie}):
        with pytest.raises(InvalidStatus) as refused:
            websockets.connect(where, additional_headers=headers)
        assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    "there",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/ok\r\nset-cookie: a=b", "javascript:alert(1)", "/\t/evil.example", "/a" * 1001, "", "/login?next=/", "/logout"],
)  # fmt: skip
def test_a_log_in_leads_nowhere_else(client, there):
    answer = client.post("/login", data={"name": "the-viewer", "password": f"{WORDS} of a reweiv", "next": there})
    assert answer.headers["location"] == "/" == inside(there)


def test_whatever_is_sent_to_the_log_in_is_answered_in_order(client, access):
    chance = random.Random(7)
    kinds = (
        "application/x-www-form-urlencoded",
        "application/json",
        "multipart/form-data; boundary=x",
        "",
        "text/plain",
    )
    for n in range(60):
        access.state.ask("DELETE FROM failures")
        body = bytes(chance.randrange(256) for _ in range(chance.choice([0, 1, 30, 300])))
        if n % 3 == 0:
            body = b"name=" + body.hex().encode() + b"&password=%ff%00" + b"&name=<script>alert(1)</script>" * (n % 5)
        answer = client.post(
            "/login", content=body, headers={"content-type": chance.choice(kinds) if n % 2 else kinds[0]}
        )
        assert answer.status_code in (400, 403), body
        assert "<script>" not in answer.text
        assert "Traceback" not in answer.text
    assert (
        client.post("/login", content=b"name=" + b"a" * LARGEST, headers={"content-type": kinds[0]}).status_code == 400
    )
    assert client.post("/login", data={"name": '"><img src=x>' + "王" * 30, "password": "x" * 5000}).status_code == 403
    assert client.get("/health").status_code == 200


def test_an_administrator_keeps_accounts_and_reads_the_journal(client, access):
    def changed(**order):
        return client.post("/account/change?back=/accounts", data=order).headers["location"].rpartition("=")[2]

    logged_in(client, "admin")
    add = {"what": "add", "name": "Sun", "role": "viewer", "password": WORDS}
    assert changed(**add) == "done_add"
    assert changed(**add) == "taken"
    assert changed(**{**add, "name": "x y/", "password": "short"}) == "weak"
    assert changed(what="role", name="sun", role="engineer") == "done_role"
    assert access.roster.get("sun").role == "engineer"
    assert changed(what="role", name="the-admin", role="viewer") == "not_yourself"
    assert changed(what="burn", name="sun") == "unknown"
    access.sessions.begin("wu", "viewer", "oidc", "7", "10.0.0.7", "")
    access.sessions.begin("wu", "viewer", "local", "7", "10.0.0.7", "")
    assert changed(what="end", name="wu", known="oidc") == "done_end"
    assert [each.known for each in access.sessions.all() if each.name == "wu"] == ["local"]
    told = page(client, "/accounts").text
    for text in ("sun", say("en")["accounts_did_account_role"], "the-operator", "accounts.journal", "python-httpx"):
        assert text in told
    assert changed(what="remove", name="sun") == "done_remove"
    assert changed(what="remove", name="sun") == "unknown"


def test_a_person_changes_the_password_and_stays_while_other_sessions_end(client, address, access):
    access.roster.add("qian", "viewer", WORDS)
    told = {"data": {"name": "qian", "password": WORDS}, "headers": {"origin": address}}
    other = httpx.post(f"{address}/login", **told, timeout=PATIENCE).cookies
    client.post("/login", data=told["data"])
    new = {"present": WORDS, "password": f"{WORDS} again", "again": f"{WORDS} again"}
    for change, told in (
        ({"present": "wrong"}, "present_wrong"),
        ({"again": "x"}, "differ"),
        ({"password": "short", "again": "short"}, "weak"),
        ({}, "password_changed"),
    ):
        assert (
            client.post("/account/password?back=/accounts", data={**new, **change}).headers["location"]
            == f"/accounts?told={told}"
        )
    assert client.get("/_dash-layout").status_code == 200
    assert status(address, dict(other)) == 401
    assert access.roster.verify("qian", f"{WORDS} again")
    access.roster.remove("qian")


def test_no_secret_is_kept_or_said_anywhere(client, access, caplog):
    with caplog.at_level(logging.DEBUG):
        logged_in(client, "viewer")
        client.post("/login", data={"name": "a password typed as a name", "password": "p4ss-never-seen"})
        client.get("/_dash-layout")
    token = client.cookies["twin_session"]
    told = "".join(each.getMessage() for each in caplog.records if not each.name.startswith("http"))
    kept = b"".join(each.read_bytes() for each in access.roster.path.parent.iterdir())
    for secret in (token, f"{WORDS} of a reweiv", "p4ss-never-seen", "a password typed as a name"):
        assert secret not in told
        assert secret.encode() not in kept
    assert {oct(each.stat().st_mode & 0o777) for each in access.roster.path.parent.iterdir()} == {"0o600"}


def test_a_file_of_accounts_that_others_can_read_or_that_is_broken_lets_nobody_in(client, access, caplog):
    logged_in(client, "viewer")
    whole = access.roster.path.read_bytes()
    access.roster.path.chmod(0o644)
    answer = client.get("/_dash-layout")
    assert (answer.status_code, str(access.roster.path) in answer.text) == (503, False)
    assert "chmod 600" in caplog.text
    access.roster.path.chmod(0o600)
    access.roster.path.write_bytes(b"{")
    assert client.get("/_dash-layout").status_code == 503
    access.roster.path.write_bytes(whole)
    assert client.get("/_dash-layout").status_code == 200


def test_a_viewer_keeps_no_accounts_and_sees_none(client):
    logged_in(client, "viewer")
    order = {"what": "add", "name": "me", "role": "admin", "password": WORDS}
    assert client.post("/account/change", data=order).status_code == 403
    told = page(client, "/accounts").text
    assert "the-viewer" in told
    assert "the-admin" not in told
    assert "accounts.journal" not in told
