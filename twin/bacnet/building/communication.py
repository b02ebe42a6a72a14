"""What a device lets itself be told about its own doing: its clock, and whether it talks at all."""

from __future__ import annotations

import asyncio
import hmac
from datetime import UTC, datetime
from typing import Any

from bacpypes3.apdu import SimpleAckPDU
from bacpypes3.errors import ExecutionError

from twin.bacnet.application import SafeApplication
from twin.bacnet.clock import Clock
from twin.bacnet.numbers import UNSPECIFIED
from twin.bacnet.transactions import host

ENABLE, DISABLE, DISABLE_INITIATION = 0, 1, 2
"""ASHRAE 135-2016, 16.1.1.1.2."""


class Communicative(SafeApplication):
    """An application whose clock can be set and which can be silenced, both by listed addresses only.

    Attributes
    ----------
    clock : the clock of the device.
    writers : addresses that may.
    password : what device communication control needs; while it is empty, every such request is refused.
    talking : ENABLE, DISABLE or DISABLE_INITIATION.
    """

    clock: Clock
    writers: frozenset[str] = frozenset()
    password: str = ""
    talking: int = ENABLE
    _again: asyncio.TimerHandle | None = None

    async def indication(self, apdu: Any) -> None:
        """Take a request; a device that was silenced hears nothing but the request to talk again."""
        if self.talking == DISABLE and type(apdu).__name__ != "DeviceCommunicationControlRequest":
            self.counted["unheard_while_silenced"] += 1
            self.asap.drop(apdu.pduSource, getattr(apdu, "apduInvokeID", None))
            return
        await super().indication(apdu)

    async def do_DeviceCommunicationControlRequest(self, apdu: Any) -> None:
        """Fall silent, for minutes or until told otherwise, or talk again. ASHRAE 135-2016, 16.1."""
        right = bool(self.password) and hmac.compare_digest(str(apdu.password or "").encode(), self.password.encode())
        if not right or host(apdu.pduSource) not in self.writers:
            self.counted["controls_refused"] += 1
            raise ExecutionError("security", "passwordFailure")
        wanted = int(apdu.enableDisable) if apdu.enableDisable is not None else -1
        if wanted not in (ENABLE, DISABLE, DISABLE_INITIATION):
            raise ExecutionError("services", "parameterOutOfRange")
        await self.response(SimpleAckPDU(context=apdu))
        self.talk(wanted, float(apdu.timeDuration or 0) * 60.0)

    def talk(self, wanted: int, seconds: float = 0.0) -> None:
        """Fall silent or talk; after so many seconds talk again, never by itself when 0."""
        if self._again:
            self._again.cancel()
            self._again = None
        self.talking = wanted
        self.hush(wanted == DISABLE)
        if wanted != ENABLE and seconds:
            self._again = asyncio.get_running_loop().call_later(seconds, self.talk, ENABLE)

    def hush(self, quiet: bool) -> None:
        """Tell those who answer for this device whether they may."""

    async def do_TimeSynchronizationRequest(self, apdu: Any) -> None:
        """Set the clock to a local time. ASHRAE 135-2016, 16.7."""
        self._set(apdu, utc=False)

    async def do_UTCTimeSynchronizationRequest(self, apdu: Any) -> None:
        """Set the clock to a time in UTC. ASHRAE 135-2016, 16.8."""
        self._set(apdu, utc=True)

    def _set(self, apdu: Any, utc: bool) -> None:
        """Set the clock, if a listed address tells a whole moment; all others are counted and forgotten."""
        if host(apdu.pduSource) not in self.writers:
            self.counted["times_refused"] += 1
            return
        year, month, day, _ = apdu.time.date
        hour, minute, second, hundredth = apdu.time.time
        zone = UTC if utc else self.clock.now().tzinfo
        try:
            if year == UNSPECIFIED:
                raise ValueError("a year is missing")
            told = datetime(1900 + year, month, day, hour, minute, second, 10_000 * hundredth, zone)
        except ValueError:
            self.counted["times_refused"] += 1
            return
        self.clock.offset += told - self.clock.now()
        self.counted["times_set"] += 1

    async def stop(self) -> None:
        """Forget to talk again, too."""
        self.talk(ENABLE)
        await super().stop()
