"""Waiting in tests: long enough for a busy machine that compiles the twin's kernels for the first time, and never for ever."""

from __future__ import annotations

import time
import urllib.request

PATIENCE = 180.0
"""How long anything may take. [s]"""


def soon(true):
    """What something says once it is true."""
    until = time.monotonic() + PATIENCE
    while not (found := true()):
        assert time.monotonic() < until, f"not true within {PATIENCE:g} s"
        time.sleep(0.02)
    return found


def settled(*asks):
    """The last of these answers, once none of them is worked out any more."""
    soon(lambda: all(ask().state != "loading" for ask in asks))
    return asks[-1]()


def answers(address):
    """Status that a server answers with; None while it is not there."""
    try:
        return urllib.request.urlopen(address, timeout=PATIENCE).status
    except OSError:
        return None
