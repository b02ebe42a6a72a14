"""A historian of each kind: a folder, and a database of a PostgreSQL server that runs for these tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

import pytest

from twin.historian.store import open_store


def _tool(name):
    found = shutil.which(name) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))), None
    )
    return found or pytest.fail(f"{name} is missing; `make system` installs PostgreSQL")


def _run(*command):
    """PostgreSQL refuses to be run by root."""
    user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run([*user, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def server():
    """Folder of the socket of a running PostgreSQL server, without a port on the network."""
    home = Path(tempfile.mkdtemp(prefix="pg"))
    home.chmod(0o755)
    if os.getuid() == 0:
        shutil.chown(home, "postgres")
    data = home / "data"
    _run(_tool("initdb"), "-D", str(data), "-A", "trust", "-U", "twin", "-E", "UTF8")
    options = f"-c listen_addresses='' -c unix_socket_directories={home}"
    control = [_tool("pg_ctl"), "-D", str(data), "-w"]
    _run(*control, "-o", options, "-l", str(home / "log"), "start")
    yield home
    _run(*control, "-m", "immediate", "stop")
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def database(server):
    """Address of an empty database."""
    name = f"db{uuid.uuid4().hex[:8]}"
    subprocess.run([_tool("createdb"), "-h", str(server), "-U", "twin", name], check=True)
    return f"postgresql://twin@/{name}?host={server}"


@pytest.fixture(params=["folder", "postgresql"])
def store(request, tmp_path):
    """An empty store of each kind."""
    where = tmp_path / "it's here" if request.param == "folder" else request.getfixturevalue("database")
    with open_store(where) as found:
        yield found
