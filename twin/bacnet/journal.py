"""Logs that a flood of bad packets cannot fill: each place that complains is heard a few times a minute, and the rest is counted."""

from __future__ import annotations

import logging
import time
from collections import Counter

MOST = 5
"""Records of one place in a minute."""
MINUTE = 60.0
NAMES = ("bacpypes3", "twin.bacnet")
"""Loggers that are limited."""


class Limiter(logging.Filter):
    """Lets the first records of each place through, and says at the next minute how many it held back.

    Attributes
    ----------
    held_back : records that were not written so far.
    """

    def __init__(self) -> None:
        super().__init__()
        self._since = time.monotonic()
        self._seen: Counter[tuple[str, int]] = Counter()
        self.held_back = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is written."""
        if time.monotonic() - self._since > MINUTE:
            held = sum(max(0, count - MOST) for count in self._seen.values())
            self._seen.clear()
            self._since = time.monotonic()
            if held:
                record.msg = f"{record.getMessage()} ({held} records held back in the last minute)"
                record.args = ()
        place = (record.pathname, record.lineno)
        self._seen[place] += 1
        if record.exc_info and self._seen[place] > 1:
            record.exc_info = None  # one traceback is enough
        self.held_back += self._seen[place] > MOST
        return self._seen[place] <= MOST


def held_back() -> int:
    """Records that were not written, in all."""
    filters = (
        each
        for name in NAMES
        for handler in logging.getLogger(name).handlers
        for each in handler.filters
        if isinstance(each, Limiter)
    )
    return sum(each.held_back for each in filters)


def limit() -> None:
    """Limit what bacpypes3 and our own layer log; doing it twice does nothing."""
    for name in NAMES:
        logger = logging.getLogger(name)
        if not any(isinstance(each, Limiter) for handler in logger.handlers for each in handler.filters):
            handler = logging.StreamHandler()
            handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
            handler.addFilter(Limiter())
            logger.addHandler(handler)
            logger.propagate = False
