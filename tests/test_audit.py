"""The audit of locked packages: findings fail, silence of the service is told and does not."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCK = """#
alpha==1.2.3 \\
    --hash=sha256:00
beta[more]==2.0 ; python_version >= "3.11" \\
    --hash=sha256:00
    # via alpha
"""


@pytest.fixture
def service():
    class Answers(BaseHTTPRequestHandler):
        def do_POST(self):
            self.server.asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(self.server.status)
            self.end_headers()
            self.wfile.write(self.server.answer)

        def log_message(self, *_):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answers)
    server.status, server.answer, server.asked = 200, b'{"results": [{}, {}]}', None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def audit(tmp_path, service, *words, lock=LOCK):
    (tmp_path / "lock").write_text(lock, encoding="utf-8")
    where = service if isinstance(service, str) else f"http://127.0.0.1:{service.server_port}/"
    command = [sys.executable, ROOT / ".ci" / "audit.py", "--lock", tmp_path / "lock", "--service", where, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_locked_package_is_asked_about_with_its_version(tmp_path, service):
    done = audit(tmp_path, service)
    assert (done.returncode, "2 packages asked about" in done.stdout, "0 findings" in done.stdout) == (0, True, True)
    asked = [(each["package"]["name"], each["version"]) for each in service.asked["queries"]]
    assert asked == [("alpha", "1.2.3"), ("beta", "2.0")]


def test_a_finding_fails_unless_it_was_judged(tmp_path, service):
    service.answer = b'{"results": [{"vulns": [{"id": "X-1"}, {"id": "X-2"}]}, {}]}'
    done = audit(tmp_path, service)
    assert done.returncode == 1
    assert "audit: alpha 1.2.3: X-1\n" in done.stdout
    assert audit(tmp_path, service, "--accept", "X-1").returncode == 1
    assert audit(tmp_path, service, "--accept", "X-1", "--accept", "X-2").returncode == 0


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (503, b""),
        (200, b"<html>"),
        (200, b"{}"),
        (200, b'{"results": [{}]}'),
        (200, b"[]"),
        (200, b'{"results": [1, 2]}'),
    ],
)
def test_an_answer_that_is_none_is_told_and_fails_nothing(tmp_path, service, status, answer):
    service.status, service.answer = status, answer
    done = audit(tmp_path, service)
    assert done.returncode == 0
    assert "NOT DONE" in done.stdout


def test_a_service_that_cannot_be_reached_is_told(tmp_path):
    done = audit(tmp_path, "http://127.0.0.1:9/")
    assert (done.returncode, "nothing is known either way" in done.stdout) == (0, True)
    assert audit(tmp_path, "http://127.0.0.1:9/", lock="# nothing\n").returncode == 2
