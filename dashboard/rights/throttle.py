"""Failed log-ins cost time: an account and an address wait longer after each, and a restart forgets nothing."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from twin.dashboard.rights.roster import plain
from twin.dashboard.rights.session import State, digest

FORGOTTEN = 86400.0
"""After how long without a failure all is forgotten. [s]"""
KNOWN = 30 * 86400.0
"""How long an address from which somebody logged in counts as theirs. [s]"""


@dataclass(frozen=True)
class Rule:
    """How long to wait after failures: not at all for the first, then twice as long each time up to the longest. [s]"""

    free: int
    longest: float

    def wait(self, failures: int) -> float:
        """Seconds between the last failure and the next try.

        >>> [Rule(5, 60.0).wait(n) for n in (4, 5, 6, 10, 99)]
        [0.0, 1.0, 2.0, 32.0, 60.0]
        """
        return 0.0 if failures < self.free else min(self.longest, 2.0 ** min(failures - self.free, 30))


ACCOUNT, ADDRESS = Rule(5, 300.0), Rule(20, 900.0)


class Throttle:
    """Counts tries before they are judged, so that many at once do not slip through.

    Somebody else's guesses do not lock a person out: from an address where they logged in before, their own failures count.
    """

    def __init__(self, state: State) -> None:
        self.state = state

    def begin(self, name: str, place: str) -> float:
        """Count a try; seconds to wait where it is too early, and then it is not counted and must not be judged."""
        now = self.state.clock()
        self.state.ask("DELETE FROM failures WHERE last < ?", now - FORGOTTEN)
        self.state.ask("DELETE FROM places WHERE last < ?", now - KNOWN)
        tried = [(self._account(name, place), ACCOUNT), (_address(place), ADDRESS)]
        wait = max(self._left(key, rule, now) for key, rule in tried)
        if wait <= 0.0:
            for key, _ in tried:
                self.state.ask("INSERT INTO failures VALUES (?, 1, ?) ON CONFLICT (key) DO UPDATE SET count = count + 1, last = excluded.last", key, now)  # fmt: skip
        return wait

    def right(self, name: str, place: str) -> None:
        """The try was right: the account's failures are forgotten, the address's lose this one, and the address is known."""
        self.state.ask("DELETE FROM failures WHERE key = ?", self._account(name, place))
        self.state.ask("UPDATE failures SET count = count - 1 WHERE key = ?", _address(place))
        self.state.ask("INSERT OR REPLACE INTO places VALUES (?, ?)", _pair(name, place), self.state.clock())
        self.state.ask("DELETE FROM failures WHERE key = ?", self._account(name, place))

    def _left(self, key: str, rule: Rule, now: float) -> float:
        found = self.state.ask("SELECT count, last FROM failures WHERE key = ?", key)
        return found[0][1] + rule.wait(found[0][0]) - now if found else 0.0

    def _account(self, name: str, place: str) -> str:
        pair = _pair(name, place)
        return pair if self.state.ask("SELECT 1 FROM places WHERE key = ?", pair) else f"account {digest(plain(name))}"


def _pair(name: str, place: str) -> str:
    return f"pair {digest(plain(name))} {digest(place)}"


def _address(place: str) -> str:
    return f"address {digest(network(place))}"


def network(place: str) -> str:
    """What one person can change of their address at will counts as the same.

    >>> network("2001:db8::1:2"), network("10.0.0.7")
    ('2001:db8::/64', '10.0.0.7')
    """
    try:
        found = ip_address(place)
    except ValueError:
        return place
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else str(found)
