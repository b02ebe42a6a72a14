"""A dashboard served on a free port for tests, and a browser's eye on what it does."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from urllib.parse import urlsplit

import uvicorn
from twin.dashboard.app import make

from tests.dashboard.waiting import PATIENCE, soon


@contextmanager
def served(source, access=None, **options):
    """Address of a dashboard that runs while the block does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(make(source, access=access).server, host="127.0.0.1", port=port, log_level="warning", **options)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    soon(lambda: server.started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(PATIENCE)


def tab(browser, **more):
    """A page of somebody else, as patient as the others."""
    found = browser.new_page(**more)
    found.set_default_timeout(PATIENCE * 1000)
    return found


class Witness:
    """What went wrong on a page: errors of the console, failed answers, and requests to anybody else."""

    def __init__(self, page, address):
        self.seen, self.host = [], urlsplit(address).netloc
        page.on("console", lambda told: self.seen.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda problem: self.seen.append(str(problem)))
        page.on("request", self._asked)
        page.on("response", lambda answer: self.seen.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)  # fmt: skip

    def _asked(self, request):
        where = urlsplit(request.url)
        if where.scheme not in ("data", "blob") and where.netloc != self.host:
            self.seen.append(f"outside: {request.url}")
