"""A field of numbers as a small PNG picture inside the page, one point a number."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
import numpy.typing as npt

CIVIDIS = ((0, 34, 78), (53, 69, 108), (102, 105, 112), (148, 142, 119), (200, 184, 102), (254, 232, 56))
"""Six colours of Cividis, even for all eyes (Nunez, Anderton and Renslow, PLoS ONE 13(7), 2018), read off its ends and fifths."""


def embedded(field: npt.NDArray[np.float64]) -> str:
    """The field as the address of a PNG picture: rows from the top, lowest number dark, highest bright."""
    low, high = float(field.min()), float(field.max())
    share = (field - low) / (high - low) if high > low else np.zeros_like(field)
    stops = np.linspace(0.0, 1.0, len(CIVIDIS))
    channels = [np.interp(share, stops, [colour[i] for colour in CIVIDIS]) for i in range(3)]
    pixels = np.stack(channels, axis=-1).round().astype(np.uint8)
    height, width = field.shape
    raw = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(raw, 9)) + _chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
