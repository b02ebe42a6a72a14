"""Points on loan: orders go to a process beside the server, which gives everything back when this one ends, however it ends."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LateError
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin.dashboard.rights.account import ROLES, Person

from twin.bacnet.gateway.leases import LONGEST, Journal, Lease, Rule, rules
from twin.bacnet.points import Point
from twin.errors import BacnetError

PATIENCE = 20.0
"""How long an order may take: devices are looked for, asked, and asked again. [s]"""
LEAVING = 15.0
"""How long giving everything back may take. [s]"""
LATELY = 20
"""Lines of the journal that are shown."""
Answer = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """Something that was done about a loan, as the journal has it."""

    time: float
    what: str
    signal: str
    value: float | None
    who: str
    why: str


class Lending:
    """The desk's process, and what its journal says.

    Parameters
    ----------
    site : folder of the site. allow : the list of what may be written. journal : record of all that is written.
    network : options of `twin bacnet desk` that say where the devices are.
    """

    longest = LONGEST

    def __init__(self, site: str, allow: Path, journal: Path, network: Sequence[str] = ()) -> None:
        self.allowed = rules(allow)
        self.journal = Journal(journal)
        self._command = [sys.executable, "-m", "twin", "bacnet", "desk", site, "--allow", str(allow), "--journal", str(journal), *network]  # fmt: skip
        self._process: subprocess.Popen[str] | None = None
        self._asked: dict[int, Future[Answer]] = {}
        self._alarms: deque[str] = deque(maxlen=5)
        self._last: deque[str] = deque(maxlen=3)
        self._number, self._lock, self._closed = 0, threading.Lock(), False

    def start(self) -> None:
        """Open the desk; what an earlier run has left in the building is given back."""
        with self._lock:
            self._open()

    def _open(self) -> None:
        if self._closed or (self._process is not None and self._process.poll() is None):
            return
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
            start_new_session=True,
        )  # fmt: skip
        threading.Thread(target=self._hear, args=(self._process,), name="twin-desk", daemon=True).start()
        threading.Thread(target=self._fret, args=(self._process,), name="twin-desk-errors", daemon=True).start()

    def _hear(self, process: subprocess.Popen[str]) -> None:
        """Hand answers to those who wait for them, until the process ends."""
        assert process.stdout is not None
        for line in process.stdout:
            with suppress(ValueError):
                told = json.loads(line)
                if told.get("event") == "alarm":
                    self._alarms.append(str(told["text"]))
                waiting = self._asked.pop(told.get("id"), None)
                if waiting:
                    waiting.set_result(told)
        process.stdout.close()
        process.wait()
        for number in list(self._asked):
            waiting = self._asked.pop(number, None)
            if waiting:
                waiting.set_result({"error": "\n".join(self._last) or "the program that writes has ended; try again"})

    def _fret(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        with process.stderr as told:
            self._last.extend(line.strip() for line in told if line.strip())

    def ask(self, do: str, **told: Any) -> Answer:
        """Give an order and wait for its answer.

        Raises
        ------
        BacnetError
            With the reason, when it was not done.
        """
        waiting: Future[Answer] = Future()
        with self._lock:
            self._open()
            if self._process is None or self._process.stdin is None:
                raise BacnetError("the dashboard is closing; nothing was done")
            self._number += 1
            number = self._number
            self._asked[number] = waiting
            try:
                self._process.stdin.write(json.dumps({"id": number, "do": do, **told}) + "\n")
                self._process.stdin.flush()
            except (OSError, ValueError):
                self._asked.pop(number, None)
                raise BacnetError("\n".join(self._last) or "the program that writes has ended; try again") from None
        try:
            answer = waiting.result(PATIENCE)
        except LateError:
            self._asked.pop(number, None)
            raise BacnetError(f"no answer within {PATIENCE:.0f} s; the record says what was done") from None
        if "error" in answer:
            raise BacnetError(str(answer["error"]))
        return answer

    def rule(self, point: Point | None) -> Rule | None:
        """What may be written to a point, within its own range; nothing where the list does not have it."""
        held = self.allowed.get(point.signal) if point and point.writable else None
        if held is None or point is None:
            return None
        return Rule(
            held.signal, max(held.low, point.low), min(held.high, point.high), held.slot, held.hourly, held.role
        )

    def leases(self) -> list[Lease]:
        """What is on loan now, by the journal."""
        return self.journal.open_leases()

    def lately(self) -> list[Entry]:
        """What was done last, the newest first."""
        known: dict[str, Answer] = {}
        found = []
        for line in self.journal.lines():
            if line["what"] == "intent":
                known[line["lease"]["id"]] = line["lease"]
            lease = line.get("lease")
            if not isinstance(lease, dict):
                lease = known.get(line.get("id") or lease or "", {})
            told = {**lease, **line}
            why = str(line.get("why") or line.get("text") or "")
            found.append(
                Entry(
                    line["time"],
                    line["what"],
                    str(told.get("signal", "")),
                    told.get("value"),
                    str(told.get("who", "")),
                    why,
                )
            )
        return [each for each in reversed(found) if each.what != "active"][:LATELY]

    @property
    def alarms(self) -> list[str]:
        """What people should know, the newest last."""
        return list(self._alarms)

    def close(self) -> None:
        """End the desk; it gives everything back first."""
        with self._lock:
            self._closed = True
            process = self._process
        if process is None or process.stdin is None:
            return
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(LEAVING)
        except subprocess.TimeoutExpired:
            process.terminate()

    @staticmethod
    def acts_as(person: Person, rule: Rule) -> str:
        """The role in which somebody writes to a point: the list's own where theirs includes it, and else theirs, which it refuses."""
        return rule.role if rule.role in ROLES and person.may(rule.role) else person.role
