"""A BACnet/IP application that nobody can change from outside: every service that alters or subscribes is refused."""

from __future__ import annotations

from typing import Any

from bacpypes3.app import Application
from bacpypes3.errors import ExecutionError, UnrecognizedService


class ReadOnly(Application):
    """bacpypes3 accepts every write to every property; this refuses them, and subscriptions, which can stop it for ever."""

    async def do_WritePropertyRequest(self, apdu: Any) -> None:
        """Refuse with write-access-denied."""
        raise ExecutionError("property", "writeAccessDenied")

    async def do_WritePropertyMultipleRequest(self, apdu: Any) -> None:
        """Reject as a service that is not executed."""
        raise UnrecognizedService("WritePropertyMultiple is not executed")

    async def do_SubscribeCOVRequest(self, apdu: Any) -> None:
        """Reject: 257 unacknowledged notifications stop bacpypes3 0.0.110 for ever."""
        raise UnrecognizedService("SubscribeCOV is not executed")
