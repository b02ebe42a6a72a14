"""Expand rooms told as boxes or archetypes into enclosures, walls, windows, people, lamps, devices and ideal loads."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

from twin.errors import SiteError, UnitError
from twin.site.form import known_fields
from twin.site.library import chosen, construction, glazing, shelf, u_value
from twin.site.named import as_node, panes_of, units
from twin.site.problems import Problems
from twin.site.provenance import quantity
from twin.site.reader import Node
from twin.site.site import Location
from twin.units import parse

Entry = tuple[str, str, Node]
SIDES = {"south": 0.0, "west": 90.0, "north": 180.0, "east": 270.0}
"""Sides of a room and how far they are turned, clockwise, from the first."""
FIELDS = (
    "use", "climate", "vintage", "width", "depth", "height", "turned", "level", "sides", "above", "below", "windows", "wall", "roof",
    "floor", "slab", "partition", "glazing", "wall_u", "roof_u", "floor_u", "infiltration", "ground", "loads", "overhang", "from",
)  # fmt: skip
OUTDOORS, SAME, GROUND = "outdoors", "same", "ground"
DEFAULTS = {
    "width": "8 m assumed", "depth": "6 m assumed", "height": "3 m assumed", "turned": "0 deg assumed", "level": "0 m assumed", "windows": "0.4 assumed",
    "above": SAME, "below": SAME, "wall": "concrete_insulated", "roof": "roof_concrete_insulated", "floor": "floor_on_ground",
    "slab": "slab", "partition": "partition_light", "loads": "ideal", "overhang": "0 assumed",
}  # fmt: skip
UNITS = {
    "width": "m",
    "depth": "m",
    "height": "m",
    "turned": "deg",
    "level": "m",
    "overhang": "1",
    "wall_u": "W/m2/K",
    "roof_u": "W/m2/K",
    "floor_u": "W/m2/K",
}
BARE = frozenset({"turned", "level", "overhang"})
"""Numbers that may be 0 or negative."""


class Rooms:
    """Expands the `rooms` of one site file.

    Attributes
    ----------
    entries : what they become: (name, place, node) of each component.
    filled : (room, what) -> value of everything that the file did not say.
    """

    def __init__(
        self, block: Node, location: Location, own: Mapping[str, Mapping[str, Any]], problems: Problems
    ) -> None:
        self.climate, self.own, self.problems = location.climate, own, problems
        self.entries: list[Entry] = []
        self.filled: dict[tuple[str, str], str] = {}
        self._hours: set[str] = set()
        self.shared: dict[tuple[frozenset[str], str], list[tuple[str, float]]] = {}
        """Areas that one of two rooms has told and the other has not."""
        self.names = set(block.fields or {})
        if block.fields is None:
            problems.add(block.place, f"rooms: is {block.words()}; a mapping of names is wanted")
        for name, node in (block.fields or {}).items():
            try:
                self._expand(name, block.keys[name], node)
            except SiteError as problem:
                said = str(problem)
                problems.add(node.place, said if said.startswith(name) else f"{name}: {said}")

    def _expand(self, name: str, place: str, node: Node) -> None:
        if node.fields is None:
            raise SiteError(
                f"{name}: is {node.words()}; a room is a mapping, for instance {{use: office, width: 8 m, depth: 6 m}}"
            )
        known_fields(node, FIELDS, self.problems, name)
        room = _Room(name, place, node, self)
        room.build()

    def hours(self, use: str, facts: Mapping[str, Any], place: str) -> str:
        """Name of the schedule of a use, made once."""
        name = f"hours/{use}"
        if name not in self._hours:
            self._hours.add(name)
            self.entries.append((name, place, as_node(place, {"kind": "schedule", **presence(facts)})))
        return name


class _Room:
    """One room while it is expanded."""

    def __init__(self, name: str, place: str, node: Node, rooms: Rooms) -> None:
        self.name, self.place, self.node, self.rooms = name, place, node, rooms
        self.fields = node.fields or {}
        self.use = self.text("use", "")
        self.envelope = self._envelope()

    def text(self, label: str, default: str | None = None) -> str:
        """A word of the description, or what stands in for it."""
        if label in self.fields:
            return self.fields[label].text or ""
        found = DEFAULTS[label] if default is None else default
        if found:
            self.rooms.filled[self.name, label] = found
        return found

    def number(self, label: str, default: str | None = None) -> float | None:
        """A number of the description in SI."""
        node = self.fields.get(label)
        if node is None:
            if default is None and label not in DEFAULTS:
                return None
            node = Node(self.place, text=self.text(label, default))
        try:
            found = quantity(node, UNITS[label], "").value
        except UnitError as problem:
            raise SiteError(f"{self.name}.{label}: {problem}") from problem
        if label not in BARE and not found > 0.0:
            raise SiteError(f"{self.name}.{label}: {node.text}: must be greater than 0")
        return found

    def _envelope(self) -> Mapping[str, str]:
        """What the code of its climate and vintage says of walls, roofs and glass; nothing without a use."""
        if not any(label in self.fields for label in ("use", "climate", "vintage")):
            return {}
        shelves = shelf("archetypes")
        known = {climate for vintage in shelves["envelopes"].values() for climate in vintage}
        climate = self.text("climate", shelves["climates"].get(self.rooms.climate, ""))
        if climate not in known:
            raise SiteError(
                f"{self.name}.climate: {climate or 'unknown'}: no such climate; write one of {', '.join(sorted(known))}"
            )
        fitting = [v for v, climates in shelves["envelopes"].items() if climate in climates]
        vintage = self.text("vintage", fitting[0])
        if vintage not in fitting:
            raise SiteError(
                f"{self.name}.vintage: {vintage!r} is not told for {climate}; write one of {', '.join(fitting)}"
            )
        found: Mapping[str, str] = shelves["envelopes"][vintage][climate]
        return found

    def build(self) -> None:
        """Add everything the room consists of."""
        width, depth, height = (self.number(label) or 0.0 for label in ("width", "depth", "height"))
        area = width * depth
        shelves = shelf("archetypes")
        infiltration = self.fields.get("infiltration")
        if infiltration is None:
            text = str(shelves["infiltration"])
            self.rooms.filled[self.name, "infiltration"] = text
            infiltration = Node("library/archetypes.yaml:infiltration", text=text)
        air = {"inputs": {"ventilation": f"{self.name}/outdoor_air.value"}} if self.use else {}
        sizes = {"volume": f"{area * height} m3", "area": f"{area} m2"}
        self._add("", {"kind": "enclosure", **sizes, "infiltration": infiltration, **air})
        self._sides(width, depth, height)
        if self.text("above") == self.text("below") == SAME:
            self._slab(area)
        else:
            self._lid("above", area, height)
            self._lid("below", area, 0.0)
        if self.use:
            self._use(area, chosen("use", self.use, shelves["uses"]))
        if self.text("loads") == "ideal":
            setpoints = {k: Node(f"library/archetypes.yaml:{k}", text=str(v)) for k, v in shelves["setpoints"].items()}
            self._add("loads", {"kind": "ideal_loads", "room": self.name, **setpoints})

    def _add(self, part: str, fields: Mapping[str, Any]) -> None:
        name = f"{self.name}/{part}" if part else self.name
        source = self.fields.get("from", "derived from the room's dimensions and its library")
        self.rooms.entries.append((name, self.place, as_node(self.place, {**fields, "from": source})))

    def _sides(self, width: float, depth: float, height: float) -> None:
        turned, level = self.number("turned") or 0.0, self.number("level") or 0.0
        beyond = self._beyond()
        shares = self._windows(beyond)
        outdoors = [side for side, other in beyond.items() if other == OUTDOORS]
        for side, other in beyond.items():
            length = width if side in ("south", "north") else depth
            azimuth = (180.0 + turned + SIDES[side]) % 360.0
            if other != OUTDOORS:
                self._partition(side, other, length * height, 90.0)
                continue
            facing = any(SIDES[side] == (SIDES[each] + 180.0) % 360.0 and shares[each] > 0.0 for each in outdoors)
            share = shares[side]
            if share < 1.0:
                self._add(side, {
                    "kind": "wall", "room": self.name, "area": f"{(1.0 - share) * length * height} m2", "azimuth": f"{azimuth} deg",
                    "height": f"{level + height / 2.0} m", "faces": 1.0 if facing else 0.0, **self._layers("wall"),
                })  # fmt: skip
            if share > 0.0:
                self._glass(side, share, length, height, azimuth, level, depth if side in ("south", "north") else width)

    def _beyond(self) -> dict[str, str]:
        """What lies behind each side."""
        node = self.fields.get("sides")
        if node is not None and node.fields is None:
            raise SiteError(f"{self.name}.sides: is {node.words()}; write for instance {{north: outdoors, west: same}}")
        told = {k: v.text or "" for k, v in (node.fields or {}).items()} if node else {}
        for side, other in told.items():
            if side not in SIDES:
                raise SiteError(f"{self.name}.sides.{side}: no such side; write south, west, north or east")
            if other not in (OUTDOORS, SAME) and other not in self.rooms.names:
                raise SiteError(
                    f"{self.name}.sides.{side}: {other!r} is no room; write outdoors, same, or one of {', '.join(sorted(self.rooms.names))}"
                )
        if not told:
            self.rooms.filled[self.name, "sides"] = "all outdoors"
        return {side: told.get(side, OUTDOORS) for side in SIDES}

    def _windows(self, beyond: Mapping[str, str]) -> dict[str, float]:
        """Share of glass of each side outdoors."""
        node = self.fields.get("windows")
        if node is None or node.fields is None:
            text = node.text or "" if node else self.text("windows")
            each: dict[str, str] = dict.fromkeys(SIDES, text)
        else:
            for side in node.fields:
                if beyond.get(side) != OUTDOORS:
                    raise SiteError(
                        f"{self.name}.windows.{side}: is no side outdoors; sides outdoors: {', '.join(s for s, o in beyond.items() if o == OUTDOORS)}"
                    )
            each = {side: (node.fields[side].text or "" if side in node.fields else "0") for side in SIDES}
        found = {}
        for side, text in each.items():
            try:
                found[side] = quantity(Node(self.place, text=text), "1", "").value
            except UnitError as problem:
                raise SiteError(f"{self.name}.windows: {problem}") from problem
            if not 0.0 <= found[side] <= 1.0:
                raise SiteError(
                    f"{self.name}.windows: {text}: a window cannot be larger than its wall; give a share from 0 to 1"
                )
        return found

    def _layers(self, part: str) -> dict[str, Any]:
        """Layers of a wall, roof or floor, insulated as asked or as its code has it."""
        name = self.text(part)
        code = self.envelope.get(part) if f"{part}_u" not in self.fields and part not in self.fields else None
        wanted = self.number(f"{part}_u", code) if f"{part}_u" in self.fields or code else None
        found = construction(name, wanted, self.rooms.own.get("constructions"))
        if part not in self.fields and wanted is None:
            self.rooms.filled[self.name, f"{part}_u"] = f"{u_value(found):.2f} W/m2/K derived from {name}"
        return {
            key: [str(v) for v in value] if isinstance(value, list) else str(value)
            for key, value in units(found).items()
        }

    def _glass(
        self, side: str, share: float, length: float, height: float, azimuth: float, level: float, behind: float
    ) -> None:
        """A window in the middle of its wall, shaped alike."""
        tall, wide = height * sqrt(share), length * sqrt(share)
        panes = glazing(
            self.text("glazing", self.envelope.get("glazing", "double_clear")), self.rooms.own.get("glazings")
        )
        self._add(f"{side}/window", {
            "kind": "window", "room": self.name, "area": f"{tall * wide} m2", "azimuth": f"{azimuth} deg", "tall": f"{tall} m", "wide": f"{wide} m",
            "sill": f"{(height - tall) / 2.0} m", "height": f"{level + height / 2.0} m", "room_depth": f"{behind} m", "room_width": f"{length} m",
            "overhang": self.fields.get("overhang", "0"), **panes_of(panes),
        })  # fmt: skip

    def _lid(self, label: str, area: float, height: float) -> None:
        """Roof or ceiling, floor on ground or between storeys."""
        other = self.text(label)
        tilt = 0.0 if label == "above" else 180.0
        catches = 1.0 if label == "below" else 0.0
        part = "roof" if label == "above" else "floor"
        if other in (OUTDOORS, GROUND):
            if (other == GROUND) == (label == "above"):
                raise SiteError(
                    f"{self.name}.{label}: {other!r} does not lie there; write same, another room, or {'outdoors' if label == 'above' else 'ground'}"
                )
            level = (self.number("level") or 0.0) + height
            fields = {
                "kind": "wall",
                "room": self.name,
                "area": f"{area} m2",
                "tilt": f"{tilt} deg",
                "height": f"{level} m",
                "catches": catches,
                **self._layers(part),
            }
            if other == GROUND:
                fields["ground"] = self.fields.get("ground") or self._ground()
                fields["exposed"] = "0"
            self._add(part, fields)
        else:
            if other != SAME and other not in self.rooms.names:
                raise SiteError(
                    f"{self.name}.{label}: {other!r} is no room; write same, outdoors, ground, or one of {', '.join(sorted(self.rooms.names))}"
                )
            self._partition(part, other, area, tilt)

    def _slab(self, area: float) -> None:
        """Between storeys that are alike: floor and ceiling of the same room."""
        layers = self._layers("slab")
        dark = layers.pop("absorptance")
        del layers["roughness"]
        self._add("slab", {
            "kind": "partition", "front": self.name, "rear": self.name, "area": f"{area} m2", "tilt": "180 deg", **layers,
            "absorptance_front": dark, "absorptance_rear": dark, "catches_front": "1",
        })  # fmt: skip

    def _ground(self) -> list[str]:
        self.rooms.filled[self.name, "ground"] = "18 degC all year assumed"
        return ["18 degC"] * 12

    def _partition(self, part: str, other: str, area: float, tilt: float) -> None:
        """A wall or slab to another room, once for both; `same` is a neighbour always as warm: both sides of half the area are in
        the room, so that no heat passes the middle.
        """
        behind, kind = self.name if other == SAME else other, "partition" if tilt == 90.0 else "slab"
        if other != SAME:
            told = self.rooms.shared.setdefault((frozenset((self.name, other)), kind), [])
            known = next((each for each in told if each[0] == other), None)
            if known:
                told.remove(known)
                if abs(known[1] - area) > 0.01 * area:
                    raise SiteError(
                        f"{self.name}: its {kind} to {other} has {area:.1f} m2, but {other} has it with {known[1]:.1f} m2; make both alike"
                    )
                return
            told.append((self.name, area))
        layers = self._layers(kind)
        dark = layers.pop("absorptance")
        del layers["roughness"]
        light = {
            "catches_front": "1" if tilt == 180.0 else "0",
            "catches_rear": "1" if tilt == 0.0 and other != SAME else "0",
        }
        self._add(part, {
            "kind": "partition", "front": self.name, "rear": behind, "area": f"{area * (0.5 if other == SAME else 1.0)} m2", "tilt": f"{tilt} deg",
            **layers, "absorptance_front": dark, "absorptance_rear": dark, **light,
        })  # fmt: skip

    def _use(self, area: float, facts: Mapping[str, Any]) -> None:
        """People, lamps and devices."""
        hours = self.rooms.hours(self.use, facts, self.place)
        flow = parse(facts["outdoor_air"], "m3/s/person") * area / parse(facts["people"], "m2/person")
        days = {day: [share * flow for share in shares] for day, shares in presence(facts).items()}
        self.rooms.filled[self.name, "outdoor_air"] = f"{facts['outdoor_air']} typical GB 50189-2015 B.0.4 (P2-90)"
        self._add("outdoor_air", {"kind": "schedule", **days})
        source = "typical GB 55015-2021 C.0.6 (P2-21)"
        common = {"area": f"{area} m2", "room": self.name, "schedule": hours}
        for part, kind, label in (
            ("people", "people", "people"),
            ("lighting", "lighting", "lighting"),
            ("devices", "plug_load", "plugs"),
        ):
            text = f"{facts[label]} {source}"
            self.rooms.filled[self.name, part] = text
            self._add(
                part,
                {"kind": kind, **common, "density": Node(f"library/archetypes.yaml:{self.use}.{label}", text=text)},
            )


def presence(facts: Mapping[str, Any]) -> dict[str, list[float]]:
    """Share of people present in each hour of each kind of day."""
    day = [1.0 if facts["first"] <= hour < facts["last"] else 0.0 for hour in range(24)]
    off = [share * facts["weekend"] for share in day]
    return {"workday": day, "saturday": off, "holiday": off}
