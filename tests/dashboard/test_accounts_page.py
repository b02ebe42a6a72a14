"""Log-in and the page of accounts in a real browser: by keyboard, in both languages, on a phone and on a wall."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from argon2 import PasswordHasher
from twin.dashboard.data import Source
from twin.dashboard.language import CODES, say
from twin.dashboard.rights import gate
from twin.dashboard.rights.access import Access, Open

from tests.dashboard.served import served, tab
from tests.dashboard.studies import SITE

WORDS = "correct horse battery"
WIDTHS = {"light": (1920, 1080), "dark": (390, 844)}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fans")
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    found = Source(str(folder))
    yield found
    found.close()


@pytest.fixture(scope="module")
def access(tmp_path_factory):
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    found = Access.of(tmp_path_factory.mktemp("kept") / "accounts.json", quick)
    for name, role in (("李工", "viewer"), ("wang", "engineer"), ("zhang", "admin")):
        found.roster.add(name, role, WORDS)
    yield found
    found.close()


@pytest.fixture(scope="module")
def address(source, access):
    with served(source, access) as found:
        yield found


def log_in(page, name, password=WORDS):
    page.fill("#name", name)
    page.fill("#password", password)
    page.keyboard.press("Enter")


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh", "dark")])
def test_somebody_logs_in_by_keyboard_and_finds_the_page_they_asked_for(page, address, language, theme):
    width, height = WIDTHS[theme]
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{address}/accounts?site=fans&lang={language}&theme={theme}")
    assert page.evaluate("document.documentElement.lang") == CODES[language]
    assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == theme
    assert page.evaluate("document.activeElement.id") == "name"
    page.keyboard.type("李工")
    page.keyboard.press("Tab")
    page.keyboard.type(WORDS)
    page.keyboard.press("Enter")
    page.wait_for_selector("#own")
    assert page.url == f"{address}/accounts?site=fans&lang={language}&theme={theme}"
    text = page.inner_text("body")
    assert "李工" in text
    assert say(language)["accounts_role_viewer"] in text
    assert not re.search(r"\b(NaN|None|undefined|null)\b|\{\w+\}|accounts_", text)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#journal, #new-account").count() == 0
    page.click("#log-out-here button")
    page.wait_for_selector("#password")
    page.go_back()
    page.wait_for_selector("#password")
    assert page.witness.seen == []


def test_a_wrong_password_is_told_to_eye_and_ear_and_keeps_the_name(page, address):
    page.goto(f"{address}/map?lang=zh")
    log_in(page, "wang", "wrong")
    page.wait_for_selector("#why[role=alert]")
    assert say("zh")["accounts_wrong"] in page.inner_text("#why")
    assert page.input_value("#name") == "wang"
    assert page.evaluate("document.activeElement.id") == "password"
    log_in(page, "wang")
    page.wait_for_selector(f"h1:has-text('{say('zh')['page_map']}')")


def test_the_language_of_the_log_in_changes_and_the_page_asked_for_stays(page, address):
    page.goto(f"{address}/map?lang=zh&theme=dark")
    page.click("a[hreflang=en]")
    page.wait_for_selector(f"h1:has-text('{say('en')['accounts_log_in']}')")
    log_in(page, "wang")
    page.wait_for_selector(f"h1:has-text('{say('zh')['page_map']}')")


def test_a_session_that_has_ended_leads_to_the_log_in_and_back(page, address, access):
    page.goto(f"{address}/map?site=fans&lang=en")
    log_in(page, "wang")
    page.wait_for_selector("#person")
    access.sessions.end_all("wang", "local")
    page.click(".entry:has-text('Points')")
    page.wait_for_selector("#password")
    assert say("en")["accounts_ended"] in page.inner_text("#why")
    log_in(page, "wang")
    page.wait_for_selector(f"h1:has-text('{say('en')['page_points']}')")


def test_an_open_websocket_ends_with_its_session(page, address, access, monkeypatch):
    monkeypatch.setattr(gate, "WATCH", 0.2)
    page.goto(f"{address}/map?site=fans&lang=en")
    log_in(page, "wang")
    page.wait_for_selector("#person")
    opened = "new Promise(done => { window.live = new WebSocket(location.origin.replace('http', 'ws') + '/_dash-ws-callback'); window.live.onopen = () => done(1); })"
    page.evaluate(opened)
    page.evaluate("() => { window.live.onclose = told => { document.body.dataset.closed = told.code; }; }")
    access.sessions.end_all("wang", "local")
    page.wait_for_selector("body[data-closed='4401']")


def test_an_administrator_adds_an_account_gives_it_a_role_and_removes_it(page, address, access):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{address}/accounts?site=fans&lang=zh")
    log_in(page, "zhang")
    page.click("#new-account-part summary")
    page.fill("#field-name", "Zhao")
    page.fill("#field-first", WORDS)
    page.click("#new-account button.act")
    page.wait_for_selector(f"#told:has-text('{say('zh')['accounts_told_done_add']}')")
    assert access.roster.get("zhao").role == "viewer"
    page.select_option("#role-zhao select", "operator")
    page.click("#role-zhao button")
    page.wait_for_selector(f"#told:has-text('{say('zh')['accounts_told_done_role']}')")
    assert access.roster.get("zhao").role == "operator"
    page.click("#remove-zhao summary")
    page.click("#remove-zhao button")
    page.wait_for_selector(f"#told:has-text('{say('zh')['accounts_told_done_remove']}')")
    assert access.roster.get("zhao") is None
    assert say("zh")["accounts_did_account_remove"] in page.inner_text("#journal")
    assert page.witness.seen == []


def test_a_person_changes_the_password(page, address, access):
    page.goto(f"{address}/accounts?site=fans&lang=en")
    log_in(page, "wang")
    for name, text in (("present", WORDS), ("password", f"{WORDS} 2"), ("again", f"{WORDS} 2")):
        page.fill(f"#field-{name}", text)
    page.click("#password-form button.act")
    page.wait_for_selector(f"#told:has-text('{say('en')['accounts_told_password_changed']}')")
    assert page.inner_text("#person").startswith("wang")
    access.roster.password("wang", WORDS)


FOREIGN = """<!DOCTYPE html><body data-heard="">
<form id="away" method="post" action="ADDRESS/logout" target="inner"><input name="everywhere" value="yes"></form><iframe name="inner"></iframe>
<script>
const heard = text => { document.body.dataset.heard += text + " "; };
document.getElementById("away").submit();
const posts = [["cors", "ADDRESS/_dash-update-component"], ["no-cors", "ADDRESS/logout"], ["cors", "ADDRESS/_dash-layout"]];
const all = posts.map(([mode, url]) => fetch(url, {method: url.endsWith("layout") ? "GET" : "POST", mode, credentials: "include", body: url.endsWith("layout") ? undefined : "everywhere=yes"})
  .then(answer => heard(answer.type === "opaque" ? "sent" : "READ")).catch(() => heard("refused")));
const socket = new WebSocket("ADDRESS/_dash-ws-callback".replace("http", "ws"));
all.push(new Promise(done => { socket.onopen = () => { heard("OPEN"); done(); }; socket.onerror = () => { heard("refused"); done(); }; }));
Promise.all(all).then(() => { document.body.dataset.done = "yes"; });
</script>"""


def test_a_page_of_another_program_of_this_computer_reads_and_changes_nothing(page, address, access):
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(FOREIGN.replace("ADDRESS", address).encode())

        def log_message(self, *_):
            """Say nothing."""

    other = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    page.goto(f"{address}/map?site=fans&lang=en")
    log_in(page, "wang")
    page.wait_for_selector("#person")
    page.goto(f"http://127.0.0.1:{other.server_port}/")
    page.wait_for_selector("body[data-done=yes]")
    assert sorted(page.get_attribute("body", "data-heard").split()) == ["refused"] * 4
    assert [each.name for each in access.sessions.all()].count("wang") >= 1
    page.goto(f"{address}/map?site=fans&lang=en")
    page.wait_for_selector("#person")
    other.shutdown()
    other.server_close()


def test_an_open_dashboard_says_so_in_the_header(browser, source):
    with served(source, Open()) as address:
        page = tab(browser)
        page.goto(f"{address}/accounts?lang=en")
        page.wait_for_selector("#person")
        assert page.inner_text("#person").split("\n") == [
            say("en")["accounts_open"],
            say("en")["accounts_role_engineer"],
        ]
        assert page.locator("#log-out").count() == 0
        assert "twin accounts add" in page.inner_text("#own")
        page.close()
