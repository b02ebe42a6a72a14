"""How `twin serve` and `twin accounts` let people in: what is refused before anything is served, and the way out each time."""

from __future__ import annotations

import io
import json
import re
import signal
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

import httpx
from argon2 import PasswordHasher
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from twin.dashboard.data import Source
from twin.dashboard.rights.access import Access, Open
from twin.dashboard.rights.account import OPEN, Person, acting
from twin.dashboard.rights.audit import Audit
from twin.dashboard.rights.roster import Roster, usual
from typer.testing import CliRunner

from tests.dashboard.served import served
from tests.dashboard.studies import SITE
from tests.dashboard.waiting import PATIENCE, answers, soon
from twin.cli import app
from twin.commands import accounts as commands
from twin.commands.entrance import SECRET, Asked, EntranceError, entrance
from twin.errors import TwinError

WORDS = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("TWIN_DATA", str(tmp_path / "data"))
    monkeypatch.delenv(SECRET, raising=False)
    return tmp_path / "data"


@pytest.fixture
def kept(tmp_path):
    path = tmp_path / "kept" / "accounts.json"
    Roster(path, QUICK).add("li", "admin", WORDS)
    return path


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "fans"
    folder.mkdir()
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    found = Source(str(folder))
    yield found
    found.close()


def twin(*words, text=None):
    return CliRunner().invoke(app, ["accounts", *words], input=text)


def test_without_accounts_this_computer_alone_is_let_in_as_engineer_and_that_is_told():
    for host in ("127.0.0.1", "localhost", "::1", "127.0.0.2"):
        found = entrance(Asked(host))
        assert (found.access.everybody.known, found.access.everybody.role) == (OPEN, "engineer")
        assert found.told[0].startswith("no log-in: whoever can use this computer is an engineer")
        assert "*" not in found.hosts
        assert found.options["proxy_headers"] is False


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "example.org"])
def test_others_are_let_in_with_accounts_only(host):
    with pytest.raises(EntranceError, match="twin accounts add NAME --role admin"):
        entrance(Asked(host))


@pytest.mark.parametrize(
    "asked",
    [
        {"host": "0.0.0.0"},
        {"host": "127.0.0.1", "url": "https://twin.example.org"},
        {"host": "127.0.0.1", "issuer": "https://id.example.org"},
    ],
)
def test_no_auth_is_refused_where_others_could_come(asked):
    with pytest.raises(EntranceError, match="--no-auth is for this computer only"):
        entrance(Asked(**asked, no_auth=True))


def test_accounts_are_asked_for_as_soon_as_there_is_one_unless_told_otherwise(home):
    Roster(usual(), QUICK).add("li", "admin", WORDS)
    assert usual() == home / "accounts.json"
    found = entrance(Asked("127.0.0.1"))
    assert found.access.everybody is None
    found.access.close()
    assert entrance(Asked("127.0.0.1", no_auth=True)).access.everybody.role == "engineer"


def test_a_file_of_accounts_that_is_named_has_to_have_one(tmp_path, kept):
    with pytest.raises(EntranceError, match=r"twin accounts add NAME --role admin --accounts .*none\.json"):
        entrance(Asked("127.0.0.1", tmp_path / "none.json"))
    found = entrance(Asked("0.0.0.0", kept))
    assert "passwords travel readable" in found.told[0]
    assert found.hosts == ("*",)
    found.access.close()
    kept.chmod(0o640)
    with pytest.raises(TwinError, match="chmod 600"):
        entrance(Asked("127.0.0.1", kept))


def test_behind_a_proxy_its_name_counts_and_cookies_are_secure(kept):
    found = entrance(Asked("127.0.0.1", kept, url="https://twin.example.org"))
    assert "twin.example.org" in found.hosts
    assert found.access.secure
    assert found.options["proxy_headers"] is True
    assert found.told == ()
    found.access.close()
    for url in ("twin.example.org", "ftp://a", "https://a/path", "https://"):
        with pytest.raises(EntranceError, match="--url is a scheme and a name"):
            entrance(Asked("127.0.0.1", kept, url=url))


def certificate(folder):
    """A certificate for loopback and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "twin")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))  # fmt: skip
    return folder / "cert.pem", folder / "key.pem"


def test_by_tls_a_log_in_works_with_a_secure_cookie(tmp_path, kept):
    cert, key = certificate(tmp_path)
    found = entrance(Asked("127.0.0.1", kept, cert=cert, key=key))
    assert found.scheme == "https"
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    source = Source(str(tmp_path))
    with served(source, found.access, **{k: v for k, v in found.options.items() if k.startswith("ssl")}) as address:
        secure = address.replace("http:", "https:")
        with httpx.Client(
            base_url=secure,
            headers={"origin": secure},
            verify=ssl.create_default_context(cafile=cert),
            timeout=PATIENCE,
        ) as client:
            answer = client.post("/login", data={"name": "li", "password": WORDS})
            assert answer.headers["set-cookie"].startswith("__Host-twin=")
            assert "; Secure" in answer.headers["set-cookie"]
            assert client.get("/_dash-layout").status_code == 200
            assert "strict-transport-security" in client.get("/login").headers
    source.close()
    found.access.close()


def test_a_certificate_that_is_none_is_told(tmp_path, kept):
    cert, key = certificate(tmp_path)
    with pytest.raises(EntranceError, match="belong together"):
        entrance(Asked("127.0.0.1", kept, cert=cert))
    for pair in ((cert, cert), (key, key), (tmp_path / "none", key)):
        with pytest.raises(EntranceError, match="are no certificate and its key"):
            entrance(Asked("127.0.0.1", kept, cert=pair[0], key=pair[1]))


def test_a_provider_needs_a_secret_that_is_no_argument_and_roles(tmp_path, monkeypatch):
    asked = {
        "host": "127.0.0.1",
        "issuer": "https://id.example.org",
        "client": "twin",
        "roles": ["energy=engineer", "a=b=viewer"],
    }
    with pytest.raises(EntranceError, match=SECRET):
        entrance(Asked(**asked))
    with pytest.raises(EntranceError, match="cannot be read"):
        entrance(Asked(**asked, secret=tmp_path / "none"))
    (tmp_path / "secret").write_text("known to two\n", encoding="utf-8")
    found = entrance(Asked(**asked, secret=tmp_path / "secret"))
    assert found.access.provider.roles == {"energy": "engineer", "a=b": "viewer"}
    found.access.close()
    monkeypatch.setenv(SECRET, "known to two")
    for wrong in (["engineer"], ["=viewer"], ["x="], ["x=boss"], []):
        with pytest.raises(TwinError, match="--oidc-role"):
            entrance(Asked(**{**asked, "roles": wrong}))


def test_accounts_are_kept_by_commands_and_each_change_is_noted(home):
    assert twin("list").output.startswith("nobody has an account")
    assert twin("add", "Li", "--role", "operator", "--password-stdin", text=f"{WORDS}\n").exit_code == 0
    assert Roster(usual(), QUICK).verify("li", WORDS).role == "operator"
    assert '"role": "operator"' in twin("list", "--json").output
    assert twin("role", "li", "admin").output == "li: admin\n"
    assert twin("password", "li", "--password-stdin", text=f"{WORDS} two\n").exit_code == 0
    assert Roster(usual(), QUICK).verify("li", WORDS) is None
    assert twin("remove", "li").exit_code == 0
    whats = [each["what"] for each in Audit(home / "accounts.journal").newest(9)]
    assert whats == ["account: remove", "account: password", "account: role", "account: add"]
    assert WORDS not in (home / "accounts.journal").read_text(encoding="utf-8")
    assert (home.stat().st_mode & 0o777, usual().stat().st_mode & 0o777) == (0o700, 0o600)


@pytest.mark.parametrize(
    ("words", "text", "told"),
    [
        (["add", "li", "--password-stdin"], "short\n", "12 to 1024 characters"), (["add", "li", "--password-stdin"], "", "12 to 1024"),
        (["add", "li", "--role", "boss", "--password-stdin"], f"{WORDS}\n", "unknown role"), (["add", "l i", "--password-stdin"], f"{WORDS}\n", "a name has"),
        (["add", "li"], f"{WORDS}\n", "--password-stdin"), (["role", "li", "viewer"], None, "has no account"), (["remove", "li"], None, "has no account"),
        (["password", "li", "--password-stdin"], f"{WORDS}\n", "has no account"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_told_and_changes_nothing(words, text, told):
    found = twin(*words, text=text)
    assert found.exit_code != 0
    assert told in str(found.exception)
    assert not usual().exists()


def test_a_password_is_asked_for_twice_on_a_terminal(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    given = iter([WORDS, f"{WORDS}!", WORDS, WORDS])
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(commands, "getpass", lambda _: next(given))
    with pytest.raises(TwinError, match="differ"):
        commands.add("li")
    commands.add("li")
    assert Roster(usual()).get("li").role == "viewer"


@pytest.mark.parametrize(("name", "role", "said"), [("li", "king", "king"), ("-", "viewer", "1 to 64 letters")])
def test_a_name_or_role_that_cannot_be_is_told_before_a_password_is_asked_for(home, name, role, said):
    answer = twin("add", "--role", role, "--", name)
    assert said in str(answer.exception or answer.output)
    assert "password" not in str(answer.exception or answer.output)


def test_two_that_change_accounts_at_once_lose_nothing(tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    path = tmp_path / "accounts.json"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: Roster(path, QUICK).add(f"name{n}", "viewer", f"{WORDS} {n}"), range(24)))
    assert len(Roster(path).all()) == 24
    assert sorted(each.name for each in tmp_path.iterdir()) == [".accounts.json.lock", "accounts.json"]


def test_the_command_serves_a_log_in_and_its_output_holds_no_secret(tmp_path, kept):
    import socket

    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "twin", "serve", str(tmp_path), "--port", str(port), "--accounts", str(kept)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=Path(__file__).parents[2]
    ) as server:
        address = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=address, headers={"origin": address}, timeout=PATIENCE) as client:
            soon(lambda: answers(f"{address}/health"))
            client.post("/login", data={"name": "li", "password": "wrong words here"})
            assert client.post("/login", data={"name": "li", "password": WORDS}).status_code == 303
            assert client.get("/_dash-layout").status_code == 200
            token = client.cookies["twin_session"]
        server.send_signal(signal.SIGINT)
        told = server.communicate(timeout=30)[0]
    assert address in told
    for secret in (token, WORDS, "wrong words here"):
        assert secret not in told


def test_by_tls_the_cookie_is_secure_and_the_browser_stays_with_tls(source, tmp_path):
    access = Access(Roster(tmp_path / "accounts.json", QUICK), url="https://twin.example.org", secure=True)
    access.roster.add("li", "viewer", WORDS)
    with served(source, access, proxy_headers=True, forwarded_allow_ips="127.0.0.1") as address:
        origin = {"origin": "https://twin.example.org", "x-forwarded-for": "10.0.0.7"}
        answer = httpx.post(
            f"{address}/login", data={"name": "li", "password": WORDS}, headers=origin, timeout=PATIENCE
        )
        assert re.match(
            r"__Host-twin=[\w-]+; HttpOnly; Max-Age=\d+; Path=/; SameSite=lax; Secure$", answer.headers["set-cookie"]
        )
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert access.audit.newest(1)[0]["from"] == "10.0.0.7"
        assert (
            httpx.post(
                f"{address}/login", data={"name": "li"}, headers={"origin": address}, timeout=PATIENCE
            ).status_code
            == 403
        )
    access.close()


def test_an_open_dashboard_says_so_and_refuses_what_a_proxy_passes_on(source):
    with (
        served(source, Open()) as address,
        httpx.Client(base_url=address, headers={"origin": address}, timeout=PATIENCE) as client,
    ):
        assert client.get("/_dash-layout").status_code == 200
        assert client.get("/", headers={"x-forwarded-for": "10.0.0.7"}).status_code == 403
        assert (
            client.post("/_dash-update-component", json={}, headers={"origin": "https://somebody.example"}).status_code
            == 403
        )


def test_a_page_for_some_is_refused_to_others(source, monkeypatch):
    from dataclasses import replace

    from twin.dashboard import app as program

    monkeypatch.setitem(program.PAGES, "carbon", replace(program.PAGES["carbon"], role="admin"))
    with acting(Person("wang", "viewer")):
        told = json.dumps(program.screen(source, "/carbon", "?lang=en")[0], default=lambda each: each.to_plotly_json())
    assert "needs the role administrator" in told


def test_a_callback_that_needs_more_is_refused_by_its_first_line(source, monkeypatch):
    from dataclasses import replace

    from dash import Input, Output
    from twin.dashboard import app as program
    from twin.dashboard.rights.account import required

    ran = []

    def register(app, _):
        @app.callback(Output("result", "children"), Input("start", "n_clicks"))
        async def study(_):
            required("engineer")
            ran.append(1)
            return "done"

    monkeypatch.setitem(program.PAGES, "what_if", replace(program.PAGES["what_if"], register=register))
    asked = {"output": "result.children", "outputs": {"id": "result", "property": "children"}, "changedPropIds": ["start.n_clicks"], "inputs": [{"id": "start", "property": "n_clicks", "value": 1}]}  # fmt: skip
    for role, status in (("viewer", 403), ("engineer", 200)):
        with served(source, Open(role)) as address:
            answer = httpx.post(
                f"{address}/_dash-update-component", json=asked, headers={"origin": address}, timeout=PATIENCE
            )
        assert answer.status_code == status
        assert len(ran) == (role == "engineer")
        assert ("needs the role engineer" in answer.text) == (role == "viewer")
