"""Log-in at a provider of OpenID Connect over real HTTP: it works when all fits, and nobody comes in when anything does not."""

from __future__ import annotations

import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from urllib.parse import parse_qs, urlsplit

import httpx
from twin.dashboard.data import Source
from twin.dashboard.rights import oidc
from twin.dashboard.rights.access import Access
from twin.dashboard.rights.oidc import Provider, ProviderError
from twin.dashboard.rights.roster import Roster

from tests.dashboard.provider import CLIENT, SECRET, provider
from tests.dashboard.served import served
from tests.dashboard.studies import SITE
from tests.dashboard.waiting import PATIENCE


@pytest.fixture(scope="module")
def other():
    with provider() as found:
        yield found


@pytest.fixture(scope="module")
def access(other, tmp_path_factory):
    roles = {"energy": "engineer", "bosses": "admin"}
    found = Access(Roster(tmp_path_factory.mktemp("kept") / "accounts.json"), Provider(other.issuer, CLIENT, SECRET, "groups", roles))  # fmt: skip
    yield found
    found.close()


@pytest.fixture(scope="module")
def address(access, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fans")
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    source = Source(str(folder))
    with served(source, access) as found:
        yield found
    source.close()


@pytest.fixture
def client(address, other):
    other.fault, other.claims = "", {"sub": "7", "preferred_username": "wang", "groups": ["energy"]}
    with httpx.Client(base_url=address, headers={"origin": address}, timeout=PATIENCE) as found:
        yield found


def went(client, start="/login/other?next=/carbon%3Flang%3Dzh"):
    """The way there and back, as a browser goes it: to the provider without the dashboard's cookies."""
    there = client.get(start).headers["location"]
    back = httpx.get(there, timeout=PATIENCE).headers["location"]
    return client.get(back)


def test_somebody_logs_in_there_with_the_role_of_their_group(client, access):
    assert "/login/other" in client.get("/login").text
    answer = went(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/carbon?lang=zh")
    assert client.get("/_dash-layout").status_code == 200
    (session,) = [each for each in access.sessions.all() if each.name == "wang"]
    assert (session.role, session.known, session.mark) == ("engineer", "oidc", "7")
    assert access.audit.newest(1)[0]["detail"] == "engineer, by oidc"
    client.post("/logout")
    assert client.get("/_dash-layout").status_code == 401


def test_what_is_sent_there_proves_possession_and_carries_no_secret(client, other):
    other.asked.clear()
    told = parse_qs(urlsplit(client.get("/login/other").headers["location"]).query)
    assert told["code_challenge_method"] == ["S256"]
    assert told["response_type"] == ["code"]
    assert len(told["state"][0]) >= 20
    assert len(told["nonce"][0]) >= 20
    cookie = client.get("/login/other").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "Path=/login/other" in cookie
    assert "SameSite=lax" in cookie
    went(client)
    assert not any(SECRET in asked or "client_secret" in asked for asked in other.asked)


FAULTS = ["issuer", "audience", "nonce", "no nonce", "expired", "unsigned", "shared", "key", "state"]


@pytest.mark.parametrize("fault", FAULTS)
def test_nobody_comes_in_by_a_token_that_does_not_fit(client, other, access, fault):
    other.fault = fault
    answer = went(client)
    assert answer.status_code == 403
    assert "begin again" in answer.text
    assert client.get("/_dash-layout").status_code == 401
    assert access.audit.newest(1)[0]["what"] == "log-in refused"
    assert SECRET not in str(access.audit.newest(1))


def test_a_way_back_serves_once_and_only_the_browser_that_began(client, address):
    there = client.get("/login/other").headers["location"]
    back = httpx.get(there, timeout=PATIENCE).headers["location"]
    with httpx.Client(base_url=address, timeout=PATIENCE) as stranger:
        assert stranger.get(back).status_code == 403
        stranger.get("/login/other")
        assert stranger.get(back).status_code == 403
    assert client.get(back).status_code == 303
    assert client.get(back).status_code == 403


def test_a_flood_of_beginnings_is_bounded_and_sessions_from_there_can_be_ended(client, access, monkeypatch):
    monkeypatch.setattr(oidc, "MOST", 3)
    for _ in range(6):
        client.get("/login/other")
    assert access.state.ask("SELECT count(*) FROM pending")[0][0] <= 4
    went(client)
    assert client.get("/_dash-layout").status_code == 200
    access.sessions.end_all("wang", "oidc")
    assert client.get("/_dash-layout").status_code == 401


def test_a_way_back_that_took_too_long_is_refused(client, access):
    there = client.get("/login/other").headers["location"]
    access.state.ask("UPDATE pending SET made = made - 700")
    assert client.get(httpx.get(there, timeout=PATIENCE).headers["location"]).status_code == 403


def test_without_a_group_that_has_a_role_nobody_comes_in_and_the_highest_role_counts(client, other, access):
    for groups in (["catering"], "catering", [], {"a": 1}, None, 7):
        other.claims = {"sub": "8", "groups": groups}
        assert went(client).status_code == 403
    other.claims = {"sub": "9", "email": "boss@example.org", "groups": ["energy", "bosses"]}
    assert went(client).status_code == 303
    assert {each.name: each.role for each in access.sessions.all()}["boss@example.org"] == "admin"


def test_a_name_that_others_write_is_only_text(client, other):
    other.claims = {"sub": "10", "preferred_username": "<script>alert(1)</script>", "groups": ["catering"]}
    assert "<script>" not in went(client).text


def test_a_provider_that_is_wrong_or_gone_is_told(tmp_path, client, other):
    with pytest.raises(ProviderError, match="https"):
        Provider("http://example.org", CLIENT, SECRET, "groups", {"*": "viewer"})
    with pytest.raises(ProviderError, match="boss"):
        Provider(other.issuer, CLIENT, SECRET, "groups", {"x": "boss"})
    with pytest.raises(ProviderError, match="no role"):
        Provider(other.issuer, CLIENT, SECRET, "groups", {})


@pytest.mark.parametrize("fault", ["description", "gone"])
def test_a_provider_that_describes_itself_wrongly_or_does_not_answer_is_told(tmp_path, other, fault):
    other.fault = fault
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    issuer = other.issuer if fault == "description" else "http://127.0.0.1:9"
    access = Access(Roster(tmp_path / "accounts.json"), Provider(issuer, CLIENT, SECRET, "groups", {"*": "viewer"}))
    source = Source(str(tmp_path))
    with served(source, access) as address:
        answer = httpx.get(f"{address}/login/other", timeout=PATIENCE)
        assert answer.status_code == 502
        assert "does not answer as it should" in answer.text
        other.fault = ""
        if fault == "description":
            assert httpx.get(f"{address}/login/other", timeout=PATIENCE).status_code == 302
    source.close()
    access.close()
