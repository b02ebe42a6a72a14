"""An inventory is complete whatever a device cannot do, and stands in tables and models that others read."""

from __future__ import annotations

import asyncio
import csv
import re

import pytest
from bacpypes3.apdu import AbortPDU, AbortReason
from bacpypes3.basetypes import BinaryPV, PriorityArray, PriorityValue
from bacpypes3.pdu import Address
from hypothesis import given
from hypothesis import strategies as st

from twin.bacnet.application import SafeApplication, free_port
from twin.bacnet.building.objects import CLASSES
from twin.bacnet.gateway.discover import Client, discover
from twin.bacnet.inventory import brick, ede, properties
from twin.bacnet.inventory import inventory as kept
from twin.bacnet.inventory.classes import brick_class
from twin.bacnet.inventory.inventory import Device, Item
from twin.bacnet.inventory.survey import survey
from twin.errors import BacnetError


def analog(n, name="", **told):
    return CLASSES["analog-value"](**{
        "objectIdentifier": ("analog-value", n), "objectName": name or f"value {n}", "description": f"number {n}", "presentValue": float(n),
        "units": "degrees-fahrenheit", "covIncrement": 0.5, "statusFlags": [0, 0, 0, 0], "eventState": "normal", "outOfService": False,
        "reliability": "no-fault-detected",
    } | told)  # fmt: skip


def many(end):
    """What makes values 1 to before the end; bacpypes3's objects want a running loop."""
    return lambda: [analog(n) for n in range(1, end)]


def mixed():
    """One object of several kinds each."""
    common = {
        "statusFlags": [0, 0, 0, 1],
        "eventState": "normal",
        "outOfService": True,
        "reliability": "no-fault-detected",
    }
    slots = PriorityArray([PriorityValue(null=())] * 16)
    return [
        analog(1, "送风温度", description='the "old" one;\nbent \\ here', priorityArray=slots, relinquishDefault=0.0),
        analog(2),
        CLASSES["binary-value"](objectIdentifier=("binary-value", 1), objectName="fan", description="", presentValue=BinaryPV("active"),
                                inactiveText="off", activeText="on", **common),
        CLASSES["multi-state-value"](objectIdentifier=("multi-state-value", 3), objectName="mode", presentValue=2, numberOfStates=3,
                                     stateText=["auto", "hand", "off; safe"], **common),
        CLASSES["analog-output"](objectIdentifier=("analog-output", 1), objectName="valve", presentValue=50.0, units="percent",
                                 priorityArray=slots, relinquishDefault=0.0, covIncrement=1.0, **common),
    ]  # fmt: skip


class Plain(SafeApplication):
    """Counts what is asked of it, and answers only so many requests."""

    most = 10**9
    asked: list[str]

    async def indication(self, apdu):
        name = type(apdu).__name__
        self.asked = [*getattr(self, "asked", []), name]
        if name.startswith("Read") and sum(each.startswith("Read") for each in self.asked) > self.most:
            return
        await super().indication(apdu)


class WithoutMultiple(Plain):
    unexecuted = Plain.unexecuted | {"ReadPropertyMultipleRequest"}


class Overflowing(Plain):
    async def do_ReadPropertyMultipleRequest(self, apdu):  # noqa: N802
        if len(apdu.listOfReadAccessSpecs) > 2:
            await self.response(AbortPDU(True, reason=AbortReason.bufferOverflow, context=apdu))
        else:
            await super().do_ReadPropertyMultipleRequest(apdu)


class Deaf(Plain):
    """Says nothing to ReadPropertyMultiple."""

    async def do_ReadPropertyMultipleRequest(self, apdu):  # noqa: N802
        return


def surveyed(*made, deadline=1.0, rate=1e4, most=10**9):
    """Devices as a survey finds them, and the applications that they were; each is (class, objects, properties of the device)."""

    async def run():
        ports = [free_port("127.0.0.1") for _ in made]
        apps = [
            cls.start("127.0.0.1", port, 10 + n, f"device {n}", objects(), mask=8, **told)
            for n, (port, (cls, objects, told)) in enumerate(zip(ports, made, strict=True))
        ]
        apps[0].most = most
        client = Client.start("127.0.0.1", free_port("127.0.0.1"), 9, "client", mask=8)
        await asyncio.sleep(0.05)
        where = [Address(f"127.0.0.1:{port}") for port in ports]
        try:
            found, _ = await discover(client, where, waits=(0.3, 0.3))
            told = []
            return await survey(client, found, told.append, rate, deadline), apps, told
        finally:
            for each in [*apps, client]:
                await each.stop()

    return asyncio.run(asyncio.wait_for(run(), 60.0))


def test_every_object_is_told_with_all_that_an_engineer_needs():
    (device,), (app,), told = surveyed(
        (Plain, mixed, {"modelName": "M-1", "firmwareRevision": "7.2", "location": "roof"})
    )
    assert (device.instance, device.name, device.vendor, device.model) == (10, "device 0", "campus twin", "M-1")
    assert (device.firmware, device.location, device.problem) == ("7.2", "roof", "")
    assert {"readProperty", "readPropertyMultiple", "whoIs"} <= set(device.services)
    assert "writeProperty" not in device.services
    found = {(item.object, item.instance): item for item in device.items}
    assert list(found) == [("network-port", 1), ("AV", 1), ("AV", 2), ("BV", 1), ("MSV", 3), ("AO", 1)]
    first = found["AV", 1]
    assert (first.name, first.units, first.value, first.increment, first.commandable) == (
        "送风温度",
        "degrees-fahrenheit",
        "1",
        0.5,
        True,
    )
    assert first.description == 'the "old" one; bent \\ here'
    assert not found["AV", 2].commandable
    assert (found["BV", 1].states, found["BV", 1].value, found["BV", 1].flags) == (
        ("off", "on"),
        "1",
        ("out-of-service",),
    )
    assert (found["MSV", 3].states, found["MSV", 3].value) == (("auto", "hand", "off; safe"), "2")
    assert (found["AO", 1].commandable, found["AO", 1].units) == (True, "percent")
    assert not any(item.problem for item in device.items)
    assert app.asked.count("ReadPropertyRequest") == 1
    assert told == ["device 10: 6 objects"]


def test_a_list_too_long_for_a_device_that_cannot_segment_is_read_element_by_element():
    (device,), (app,), _ = surveyed((Plain, many(321), {"segmentationSupported": "noSegmentation"}))
    assert device.problem == ""
    assert [(item.object, item.instance) for item in device.items] == [
        ("network-port", 1),
        *(("AV", n) for n in range(1, 321)),
    ]
    assert [item.name for item in device.items[1:]] == [f"value {n}" for n in range(1, 321)]
    assert [float(item.value) for item in device.items[1:]] == [float(n) for n in range(1, 321)]
    assert app.asked.count("ReadPropertyRequest") >= 322
    assert app.asked.count("ReadPropertyMultipleRequest") < 60


def test_a_device_without_read_property_multiple_is_read_property_by_property():
    (device,), (app,), _ = surveyed((WithoutMultiple, mixed, {}))
    (same,), _, _ = surveyed((Plain, mixed, {}))
    assert app.asked.count("ReadPropertyMultipleRequest") == 1
    assert repr(device.items) == repr(same.items)
    assert device.vendor == "campus twin"
    assert "readPropertyMultiple" not in device.services


def test_a_device_that_is_silent_to_read_property_multiple_is_read_property_by_property():
    (device,), (app,), _ = surveyed((Deaf, mixed, {}), deadline=0.15)
    assert [item.name for item in device.items] == ["port", "送风温度", "value 2", "fan", "mode", "valve"]
    assert app.asked.count("ReadPropertyMultipleRequest") == 2


def test_a_device_whose_buffer_overflows_gets_smaller_batches():
    (device,), (app,), _ = surveyed((Overflowing, many(81), {}))
    assert [item.value for item in device.items[1:]] == [str(n) for n in range(1, 81)]
    assert not any(item.problem for item in device.items)
    assert app.asked.count("ReadPropertyRequest") == 1


def test_a_device_that_goes_away_is_told_and_holds_up_nobody():
    devices, _, told = surveyed((Plain, many(81), {}), (Plain, mixed, {}), deadline=0.2, most=5)
    gone, other = devices
    assert re.fullmatch(r"stopped answering after \d+ of 81 objects", gone.problem)
    read = [item for item in gone.items if not item.problem]
    assert 0 < len(read) < 81
    assert {item.problem for item in gone.items} == {"", "not read"}
    assert len(gone.items) == 81
    assert (other.problem, len(other.items)) == ("", 6)
    assert sorted(told)[1] == "device 11: 6 objects"


def test_requests_under_way_to_a_device_stay_within_its_window():
    class Busy(Plain):
        now = high = 0

        async def indication(self, apdu):
            if not type(apdu).__name__.startswith("Read"):
                await super().indication(apdu)
                return
            self.now += 1
            self.high = max(self.high, self.now)
            await asyncio.sleep(0.005)
            await super().indication(apdu)
            self.now -= 1

    (device,), (app,), _ = surveyed((Busy, many(321), {"segmentationSupported": "noSegmentation"}))
    assert len(device.items) == 321
    assert app.high == 4


@given(st.binary(max_size=80))
def test_no_octets_stop_the_decoder(octets):
    asked = [(8 << 22 | 1, [("object-name", None), ("object-list", 3)]), (3, [("present-value", None)])]
    for decode in (
        lambda: properties.answers(octets, asked),
        lambda: properties.answers(properties.question(asked[:1])[:6] + octets, asked[:1]),
        lambda: properties.answer(properties.single(3, ("units", None)) + b"\x3e" + octets, 3, ("units", None)),
    ):
        try:
            decode()
        except ValueError:
            continue


def devices_in_a_table():
    items = [
        Item("AI", 1, 'SAT "x"; 1', "line, comma", "degrees-fahrenheit", "55.5", ("fault",), False, 0.5),
        Item("BV", 2, "风机", states=("off", "on")), Item("MSO", 3, "mode", commandable=True, states=("auto", "off; safe")),
        Item("BO", 4, "pump", commandable=True, states=("off", "on")), Item("trend-log", 1, "log"), Item("942", 7, "own", problem="no object-name"),
    ]  # fmt: skip
    return [
        Device(7, "10.0.0.5", "AHU", "Acme", "X", "1.0", services=("subscribeCOV",), items=items),
        Device(8, "2001:5@10.0.0.5", "VAV", items=[Item("AV", 1, "ZN-T", units="no-units")]),
    ]


def test_a_table_is_read_as_it_was_written(tmp_path):
    kept.write(devices_in_a_table(), tmp_path / "inventory.csv")
    back = kept.read(tmp_path / "inventory.csv")
    assert [repr(each.items) for each in back] == [repr(each.items) for each in devices_in_a_table()]
    assert [(each.instance, each.name, each.vendor, each.address) for each in back] == [
        (7, "AHU", "Acme", "10.0.0.5"), (8, "VAV", "", "2001:5@10.0.0.5"),
    ]  # fmt: skip


def test_ede_has_the_lines_and_columns_of_its_layout(tmp_path):
    paths = ede.write(devices_in_a_table(), tmp_path / "tower")
    assert [path.name for path in paths] == [
        "tower_EDE.csv",
        "tower_ObjTypes.csv",
        "tower_StateTexts.csv",
        "tower_Units.csv",
    ]
    raw = paths[0].read_bytes()
    assert raw.startswith(b"#Engineering-Data-Exchange - B.I.G.-EU\r\nPROJECT_NAME;tower\r\n")
    tables = {path.stem: list(csv.reader(path.read_text("utf-8").splitlines(), delimiter=";")) for path in paths}
    rows = tables["tower_EDE"]
    assert [row[0] for row in rows[1:6]] == [
        "PROJECT_NAME", "VERSION_OF_REFERENCEFILE", "TIMESTAMP_OF_LAST_CHANGE", "AUTHOR_OF_LAST_CHANGE", "VERSION_OF_LAYOUT",
    ]  # fmt: skip
    assert rows[5] == ["VERSION_OF_LAYOUT", "2.3"]
    assert rows[6] == ["#mandatory", *["mandatory"] * 4, *["optional"] * 11]
    assert rows[7][:5] == ["# keyname", "device obj.-instance", "object-name", "object-type", "object-instance"]
    assert {len(row) for row in rows[6:]} == {16}
    found = {row[0]: dict(zip(rows[7], row, strict=True)) for row in rows[8:]}
    assert len(found) == 7
    sensor = found["7_AI_1"]
    assert (sensor["object-name"], sensor["object-type"], sensor["unit-code"]) == ('SAT "x"; 1', "0", "64")
    assert (sensor["settable"], sensor["supports COV"], found["8_AV_1"]["supports COV"]) == ("N", "Y", "N")
    assert found["7_MSO_3"]["settable"] == "Y"
    assert found["7_942_7"]["object-type"] == "942"
    assert found["7_BV_2"]["state-text-reference"] == found["7_BO_4"]["state-text-reference"] == "1"
    texts = {row[0]: row[1:] for row in tables["tower_StateTexts"][2:]}
    assert texts[found["7_MSO_3"]["state-text-reference"]] == ["auto", "off; safe"]
    assert texts["1"] == ["off", "on"]
    assert tables["tower_Units"][:2] == [["#Encoding of BACnet Engineering Units"], ["#Code", "Unit Text"]]
    assert ["62", "degrees-celsius"] in tables["tower_Units"]
    assert tables["tower_ObjTypes"][2] == ["0", "Analog Input"]


TOKEN = re.compile(
    r'\s*(?:(@prefix)|<([^<>"{}|^`\\\s]*)>|"((?:[^"\\\n\r]|\\[tbnrf"\'\\])*)"|([A-Za-z]\w*):([\w-]*)|(\d+)|(a)(?=\s)|([.;\[\],]))'
)
"""The Turtle that is written here: RDF 1.1 Turtle, 6.5, without what is not used."""
UNESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


def triples(text):
    """What a Turtle document says."""
    tokens, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        assert match, f"no Turtle: {text[at : at + 60]!r}"
        tokens.append(match)
        at = match.end()
    prefixes, found, blanks = {}, [], iter(range(10**6))

    def term():
        each = tokens.pop(0)
        if each[3] is not None:
            return "text", re.sub(r"\\(.)", lambda escaped: UNESCAPED[escaped[1]], each[3])
        if each[4] is not None:
            return "iri", prefixes[each[4]] + each[5]
        if each[6] is not None:
            return "number", int(each[6])
        if each[7]:
            return "iri", "a"
        if each[8] == "[":
            node = "blank", next(blanks)
            statements(node, "]")
            return node
        raise AssertionError(each)

    def statements(subject, end):
        while True:
            verb = term()
            found.append((subject, verb, term()))
            stop = tokens.pop(0)[8]
            if stop == end:
                return
            assert stop == ";"

    while tokens:
        if tokens[0][1]:
            _, name, place, dot = (tokens.pop(0) for _ in range(4))
            assert (name[5], dot[8]) == ("", ".")
            prefixes[name[4]] = place[2]
        else:
            statements(term(), ".")
    return found


AWKWARD = 'a "quote", a \\ back, a tab\t, a\nline, 送风, ]; . <x>'


@given(st.text(max_size=30))
def test_every_text_survives_turtle(text):
    told = [Device(7, name=text, items=[Item("AI", 1, text)])]
    labels = [thing[1] for _, verb, thing in triples(brick.turtle(told, lambda item: "")) if verb[1].endswith("#label")]
    expected = "".join(c if c in "\t\n\r\b\f" or (c >= " " and c != "\x7f") else "\ufffd" for c in text)
    assert labels == ([expected] if text else []) + [expected]


def test_the_brick_model_says_where_every_point_is_found(tmp_path):
    devices = devices_in_a_table()
    devices[0].items[0] = Item("AI", 1, AWKWARD, "SAT", "degrees-fahrenheit")
    brick.write(
        devices, tmp_path / "model.ttl", lambda item: "Supply_Air_Temperature_Sensor" if item.object == "AI" else ""
    )
    found = triples((tmp_path / "model.ttl").read_text("utf-8"))
    base = "https://brickschema.org/schema/Brick"
    point = ("iri", "urn:bacnet:device_7_AI_1")
    said = {verb[1]: thing for subject, verb, thing in found if subject == point}
    assert said["a"] == ("iri", f"{base}#Supply_Air_Temperature_Sensor")
    assert said[f"{base}#hasUnit"] == ("iri", "http://qudt.org/vocab/unit/DEG_F")
    reference = said[f"{base}/ref#hasExternalReference"]
    where = {verb[1].rpartition("#")[2]: thing[1] for subject, verb, thing in found if subject == reference}
    assert where["object-identifier"] == "analog-input,1"
    assert where["object-name"] == AWKWARD
    assert where["BACnetURI"] == "bacnet://7/analog-input,1/present-value"
    assert where["objectOf"] == "urn:bacnet:device_7"
    assert (
        ("iri", "urn:bacnet:device_7"),
        ("iri", "http://data.ashrae.org/bacnet/2020#device-instance"),
        ("number", 7),
    ) in found
    classes = [thing[1] for _, verb, thing in found if verb[1] == "a"]
    assert classes.count(f"{base}#Point") == 4
    assert classes.count(f"{base}/ref#BACnetReference") == 5


@pytest.mark.parametrize(
    ("item", "told"),
    [
        (Item("AI", 1, "AHU1-SAT"), "Supply_Air_Temperature_Sensor"), (Item("AI", 1, "AHU1 RA-T"), "Return_Air_Temperature_Sensor"),
        (Item("AI", 1, "OAT", units="degrees-fahrenheit"), "Outside_Air_Temperature_Sensor"), (Item("AI", 1, "VAV-3.ZN-T"), "Zone_Air_Temperature_Sensor"),
        (Item("AI", 1, "CHWST"), "Chilled_Water_Supply_Temperature_Sensor"), (Item("AV", 1, "CLGSP", units="degrees-celsius"), "Cooling_Temperature_Setpoint"),
        (Item("AI", 1, "X", units="parts-per-million"), ""), (Item("AI", 1, "CO2-3", units="parts-per-million"), "CO2_Sensor"),
        (Item("AO", 1, "CHW-VLV"), "Valve_Position_Command"), (Item("AO", 1, "SF-SPD"), "Fan_Speed_Command"), (Item("BI", 1, "SF-ALM"), "Alarm"),
        (Item("AI", 1, "3层送风温度"), "Supply_Air_Temperature_Sensor"), (Item("AI", 1, "室外温度"), "Outside_Air_Temperature_Sensor"),
        (Item("AI", 1, "AI 17"), ""),
    ],
)  # fmt: skip
def test_a_class_is_told_only_where_the_name_says_it(item, told):
    assert brick_class(item) == told


def test_a_table_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    for write in (lambda path: kept.write([], path), lambda path: ede.write([], path)):
        with pytest.raises(BacnetError, match="cannot be"):
            write(tmp_path / "file" / "x")
