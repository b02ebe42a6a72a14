"""Numbers of the BACnet standard that the octets of requests and answers carry. ASHRAE 135-2016, clauses 20 and 21."""

from __future__ import annotations

from typing import Final

from twin.bacnet.points import KINDS

NUMBERS: Final = {name: place for place, name in enumerate(("AI", "AO", "AV", "BI", "BO", "BV"))} | {
    "MSI": 13, "MSO": 14, "MSV": 19,
}  # fmt: skip
"""BACnetObjectType of a point."""
DEVICE: Final = 8
TREND_LOG: Final = 20
"""BACnetObjectType of other objects."""
PRESENT_VALUE: Final = 85
STATUS_FLAGS: Final = 111
LOG_BUFFER: Final = 131
"""BACnetPropertyIdentifier."""
READ: Final = 12
READ_MULTIPLE: Final = 14
READ_RANGE: Final = 26
"""BACnetConfirmedServiceChoice."""
CONFIRMED: Final = 1
UNCONFIRMED: Final = 2
"""Service choices of COV notifications, confirmed and unconfirmed."""
IN_ALARM: Final = 1
FAULT: Final = 2
OVERRIDDEN: Final = 4
OUT_OF_SERVICE: Final = 8
"""Bits of the status flags as they are kept here, the first one of the standard lowest."""
LENGTHS: Final = (50, 128, 206, 480, 1024, 1476)
"""Longest APDU that a peer takes, by its code. Clause 20.1.2.5."""
UNSPECIFIED: Final = 255
"""An open part of a date or time. Clause 20.2.12."""


def kind_of(number: int) -> str:
    """Name of an object type, as bacpypes3 writes it; empty where points have none such."""
    return next((KINDS[name] for name, place in NUMBERS.items() if place == number), "")
