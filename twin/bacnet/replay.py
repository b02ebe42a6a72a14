"""A virtual BACnet/IP building that replays trends: the reader steps it, so that no sample is torn.

Run as `python -m twin.bacnet.replay TRENDS.parquet POINTS.json --address 127.0.0.1 --port 47810`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import pandas as pd
from bacpypes3.apdu import SimpleAckPDU, WritePropertyRequest
from bacpypes3.errors import DecodingError, ExecutionError
from bacpypes3.local.analog import AnalogInputObject, AnalogValueObject
from bacpypes3.local.networkport import NetworkPortObject
from bacpypes3.primitivedata import Date, ObjectIdentifier, Real, Time

from twin.bacnet import codec
from twin.bacnet.application import APDU_LENGTH, SEGMENTS, Device, SafeApplication, claim
from twin.errors import BacnetError

DEVICE = 1001
STEP = ("analog-value", 1)
"""Writing k here makes row k of the trends current; it is the only property that can be written."""
ROWS = ("analog-value", 2)
MOST = 120
"""Most points served."""
UNITS = {
    "degC": "degreesCelsius", "W": "watts", "1": "noUnits", "kg/s": "kilogramsPerSecond", "person": "noUnits",
    "W/m2": "wattsPerSquareMeter", "ppm": "partsPerMillion", "m/s": "metersPerSecond",
}  # fmt: skip


class ReplayDevice(Device):
    """A device whose clock shows the time of the current row."""

    _moment: pd.Timestamp

    def show(self, moment: pd.Timestamp) -> None:
        """Set the clock."""
        self._moment = moment

    @property
    def localDate(self) -> Date:
        """Local date of the current row."""
        return Date(self._moment.date())

    @localDate.setter
    def localDate(self, value: Any) -> None:
        """Ignored: the trends set the clock."""

    @property
    def localTime(self) -> Time:
        """Local standard time of the current row."""
        return Time(self._moment.time())

    @localTime.setter
    def localTime(self, value: Any) -> None:
        """Ignored: the trends set the clock."""


class ReplayApplication(SafeApplication):
    """Serves one row of the trends at a time and refuses every write but the step."""

    trends: pd.DataFrame
    sensors: list[Any]
    clock: ReplayDevice

    async def do_WritePropertyRequest(self, apdu: WritePropertyRequest) -> None:
        """Accept a whole row number for the step, refuse all else with write-access-denied."""
        if apdu.objectIdentifier != ObjectIdentifier(STEP) or str(apdu.propertyIdentifier) != "present-value":
            raise ExecutionError("property", "writeAccessDenied")
        try:
            row = float(apdu.propertyValue.cast_out(Real))
        except (DecodingError, TypeError, ValueError) as problem:
            raise ExecutionError("property", "invalidDataType") from problem
        if not (row == row and 0 <= row < len(self.trends) and row == int(row)):
            raise ExecutionError("property", "valueOutOfRange")
        self.show(int(row))
        await self.response(SimpleAckPDU(context=apdu))

    def show(self, row: int) -> None:
        """Make a row current: all values change before the next request is looked at."""
        for sensor, value in zip(self.sensors, self.trends.iloc[row].tolist(), strict=True):
            sensor.presentValue = value
        self.clock.show(self.trends.index[row])
        self.get_object_id(ObjectIdentifier(STEP)).presentValue = float(row)


def build(trends: pd.DataFrame, points: list[dict[str, str]], address: str, port: int) -> ReplayApplication:
    """The application with its device, network port, sensors and the step."""
    codec.hasten()
    trends = trends[[point["name"] for point in points]]
    offset = trends.index[0].utcoffset()
    device = ReplayDevice(
        objectIdentifier=("device", DEVICE), objectName="virtual building", vendorIdentifier=999, maxApduLengthAccepted=APDU_LENGTH,
        segmentationSupported="segmentedBoth", maxSegmentsAccepted=SEGMENTS, description=str(trends.index[0]),
        utcOffset=-round(offset.total_seconds() / 60.0), daylightSavingsStatus=False,
    )  # fmt: skip
    network = NetworkPortObject(f"{address}/8:{port}", objectIdentifier=("network-port", 1), objectName="port")
    first = trends.iloc[0].to_numpy(dtype=float)
    sensors = [
        AnalogInputObject(
            objectIdentifier=("analog-input", number + 1), objectName=point["name"], description=point["description"],
            units=UNITS[point["unit"]], presentValue=float(first[number]), statusFlags=[0, 0, 0, 0],
            eventState="normal", outOfService=False,
        )
        for number, point in enumerate(points)
    ]  # fmt: skip
    values = [
        AnalogValueObject(
            objectIdentifier=identifier, objectName=name, description=name, units="noUnits", presentValue=value,
            statusFlags=[0, 0, 0, 0], eventState="normal", outOfService=False,
        )
        for identifier, name, value in ((STEP, "replay step", 0.0), (ROWS, "replay rows", float(len(trends))))
    ]  # fmt: skip
    app = ReplayApplication.from_object_list([device, network, *sensors, *values])
    app.trends, app.sensors, app.clock = trends, sensors, device
    app.show(0)
    return app


async def serve(trends: pd.DataFrame, points: list[dict[str, str]], address: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    app = build(trends, points, address, port)
    sys.stdout.write(f"ready {address}:{port}\n")
    sys.stdout.flush()
    await stop.wait()
    await app.stop()


def main() -> int:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trends", type=Path)
    parser.add_argument("points", type=Path)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    asked = parser.parse_args()
    points = json.loads(asked.points.read_text(encoding="utf-8"))
    if len(points) > MOST:
        sys.stderr.write(f"{asked.points}: {len(points)} points; at most {MOST} are served\n")
        return 2
    try:
        claim(asked.address, asked.port)
    except BacnetError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    asyncio.run(serve(pd.read_parquet(asked.trends), points, asked.address, asked.port))
    return 0


if __name__ == "__main__":
    sys.exit(main())
