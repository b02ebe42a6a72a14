"""Every frame that we send is decoded by Wireshark without a word against it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter

from tests.bacnet.netns import network
from tests.bacnet.session import HELD, NARROW, Session
from tests.bacnet.sniffer import capture, decode
from tests.bacnet.test_building import play
from tests.bacnet.test_namespaces import serving, twin
from twin.bacnet.port import PORT
from twin.bacnet.transactions import UNBROKEN

CONFIRMED = {1: "COV", 5: "SubscribeCOV", 12: "RP", 14: "RPM", 15: "WP", 16: "WPM", 26: "ReadRange"}
UNCONFIRMED = {0: "I-Am", 1: "I-Have", 2: "COV", 7: "Who-Has", 8: "Who-Is"}
WANTED = {
    "Confirmed-REQ": {"COV", "SubscribeCOV", "RP", "RPM", "WP", "WPM"}, "Unconfirmed-REQ": {"I-Am", "I-Have", "COV", "Who-Has", "Who-Is"},
    "Simple-ACK": {"COV", "SubscribeCOV", "WP", "WPM"}, "Complex-ACK": {"RP", "RPM"}, "Error": {"RP", "WP", "WPM", "SubscribeCOV"},
    "Segment-ACK": {""}, "Reject": {""}, "Abort": {""},
}  # fmt: skip
"""What a session must have shown, by kind of APDU."""


ERROR, REJECT, ABORT = 5, 6, 7
HEADS = 8 + 4 + 8
"""Octets before the APDU: of UDP, of BVLL, and of a network layer that names a source of three octets."""


def port_of(app):
    """UDP port of an application."""
    return next(layer.server.local_address[1] for layer in app.link_layers.values())


def shown(frames):
    """Services by kind of APDU."""
    found = {}
    for each in frames:
        name = ""
        if each.service:
            confirmed, number = each.service
            name = (CONFIRMED if confirmed else UNCONFIRMED).get(number, str(number))
        found.setdefault(each.kind or f"network {each.message}", Counter())[name] += 1
    return found


def test_all_frames_of_all_services_are_well_formed(tmp_path):
    async def act(scene):
        with contextlib.ExitStack() as stack:
            await asyncio.to_thread(stack.enter_context, capture(tmp_path / "all.pcapng", "lo", scene.port))
            session = Session(scene)
            try:
                for part in (session.finding, session.reading, session.writing, session.telling):
                    await part()
                provoked = await session.provoking()
            finally:
                await session.stop()
            await asyncio.to_thread(stack.close)
            ours = {scene.port, *map(port_of, (scene.client, session.wide, session.narrow))}
            return scene.port, ours, port_of(session.narrow), provoked, session.refused

    port, ours, narrow, provoked, refused = play(act, points=HELD)
    frames = decode(tmp_path / "all.pcapng", port)
    sent = [each for each in frames if each.port in ours]
    assert [each for each in sent if each.complaint] == []
    assert any(
        each.complaint for each in frames if each.port not in ours
    )  # the judge does complain, of the provoking ones
    found = shown(sent)
    assert [kind for kind, names in WANTED.items() if names - set(found.get(kind, ()))] == []
    assert found["Complex-ACK"].total() > 300
    assert found["Segment-ACK"].total() > 100
    assert max(each.length for each in sent if each.to == narrow and each.port == port) <= NARROW + HEADS
    assert max(each.length for each in sent if each.port == port) <= UNBROKEN + HEADS
    assert (provoked[REJECT], provoked[ABORT], provoked[ERROR]) == (3, 3, 1)
    assert set(refused) == {"error", "reject", "abort"}


def test_a_real_discovery_and_a_poll_are_well_formed(tmp_path):
    with network("ab") as on, capture(tmp_path / "wire.pcapng", "eth0", PORT, on["b"]), serving(on["a"]):
        done = twin(on["b"], "bacnet", "validate", "binhai", "--own", on["b"].address).result(60)
    assert done.stdout.strip().endswith("749 of 749 points are good")
    frames = decode(tmp_path / "wire.pcapng", PORT)
    assert [each for each in frames if each.complaint] == []
    found = shown(frames)
    assert found["network 0x01"].total() == 1  # the router announces its network
    assert found["Unconfirmed-REQ"]["I-Am"] >= 2 * 19
    assert found["Complex-ACK"]["RPM"] == found["Confirmed-REQ"]["RPM"] > 19
