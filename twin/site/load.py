"""Load a site file: every number with unit and provenance, and all problems reported at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from twin.core import catalogue
from twin.core.component import Component
from twin.errors import PlanError, SiteError, UnitError
from twin.site import claims
from twin.site import measures as measure_files
from twin.site.benchmarks import kinds
from twin.site.expand import expand
from twin.site.form import check_version, known_fields, texts
from twin.site.named import NAMED, named
from twin.site.problems import Problems
from twin.site.provenance import Quantity, quantity
from twin.site.reader import Node, read
from twin.site.rooms import Rooms
from twin.site.site import Location, Site
from twin.site.tariffs import Edition, edition
from twin.site.wiring import Address

SCHEMA_VERSION = "1"
FIELDS = (
    "schema_version", "name", "location", "floor_area", "building", "year", "suppliers", "defaults", "components", "repeat", "rooms", "constructions", "glazings", "tariffs", "reported",
)  # fmt: skip
OWN = ("kind", "inputs", "tags", "from")


def shipped() -> dict[str, Path]:
    """Folders of the shipped sites by name."""
    here = Path(__file__).resolve().parent.parent
    for folder in (here / "sites", here.parent / "sites"):
        if folder.is_dir():
            return {each.parent.name: each.parent for each in sorted(folder.glob("*/site.yaml"))}
    return {}


def find(text: str | Path) -> Path:
    """The site file that a folder, a file or the name of a shipped site means.

    Raises
    ------
    SiteError
        When there is none.
    """
    path = Path(text)
    if path.is_file():
        return path
    if (path / "site.yaml").is_file():
        return path / "site.yaml"
    known = shipped()
    if str(text) in known:
        return known[str(text)] / "site.yaml"
    raise SiteError(
        f"{text}: no site.yaml there, and no shipped site of that name; shipped: {', '.join(known) or 'none'}"
    )


def load(text: str | Path) -> Site:
    """Read and check a site.

    Parameters
    ----------
    text : folder, file, or name of a shipped site.

    Raises
    ------
    SiteError
        With every problem found, each as `file:line:column: what: rule; way out`.
    """
    path = find(text)
    loader = _Loader(path)
    site = loader.load()
    beside = path.parent / "measures.yaml"
    whole = measure_files.attach(site, beside) if beside.is_file() else site
    named = {each.name: each for each in whole.components}
    wrong = [claims.check(each, named, {**whole.measures, **whole.packages}) for each in whole.reported]
    if any(wrong):
        raise SiteError("\n".join(f"{path}: reported: {each}" for each in wrong if each))
    return whole


def read_component(site: Site, name: str, node: Node) -> tuple[Component, _Loader]:
    """One more component of a loaded site, as its file would describe it, and the loader with its numbers and connections.

    Raises
    ------
    SiteError
        With every problem of the component.
    """
    loader = _Loader(site.path)
    loader.suppliers = site.suppliers
    found = loader._component(name, node.place, node)
    loader.problems.check()
    assert found is not None  # a component that cannot be built leaves a problem
    return found, loader


class _Loader:
    """Walks one file and collects problems."""

    def __init__(self, path: Path) -> None:
        self.path, self.problems = path, Problems()
        self.quantities: dict[Address, Quantity] = {}
        self._numbers: dict[Quantity, Quantity] = {}
        self.links: dict[Address, tuple[str, ...]] = {}
        self.inputs: dict[Address, tuple[str, ...]] = {}
        self.tags: dict[str, tuple[str, ...]] = {}
        self.places: dict[str, str] = {}
        self.failed: set[Address] = set()
        self.told: set[tuple[str, str]] = set()
        self.filled: dict[tuple[str, str], str] = {}
        self.defaults: dict[str, Node] = {}
        self.suppliers: dict[str, tuple[str, ...]] = {}
        self.own: dict[str, Any] = {}
        self.tariffs: dict[str, Edition] = {}
        """Parameters whose number could not be read, and (place, parameter) already complained about."""

    def load(self) -> Site:
        root = read(self.path)
        if root.fields is None:
            raise SiteError(
                f"{root.place}: is {root.words()}; a site file is a mapping that starts with schema_version"
            )
        self._check_root(root)
        top = root.fields
        self.defaults = top["defaults"].fields or {} if "defaults" in top else {}
        self.suppliers = (
            {k: _texts(v) for k, v in (top["suppliers"].fields or {}).items()} if "suppliers" in top else {}
        )
        self.own = {k: plain(top[k]) for k in ("constructions", "glazings", "tariffs") if k in top}
        location = self._location(top.get("location"), root.place)
        components = self._components(root, location)
        area = self._number(top.get("floor_area"), "m2", "floor_area", root.place)
        name = texts(top.get("name"))
        year = top["year"].text if "year" in top else "2019"
        if not (year or "").isdigit() or not 1950 <= int(year or 0) <= 2100:
            self.problems.add(top["year"].place, f"year: {year!r}: must be a calendar year from 1950 to 2100")
        building = self._building(top.get("building"))
        told = [claims.read(each, self.problems) for each in (top["reported"].items or [] if "reported" in top else [])]
        reported = tuple(each for each in told if each)
        self.problems.check()
        site = Site(
            self.path, name, location, area, int(year or 0), tuple(components), self.links, self.inputs, self.quantities,
            self.tags, reported, filled=self.filled, suppliers=self.suppliers, tariffs=self.tariffs, building=building,
        )  # fmt: skip
        self._check_wiring(site)
        self.problems.check()
        return site

    def _building(self, node: Node | None) -> str:
        """The kind of building, one of the library's."""
        text = node.text or "" if node else ""
        if node and text not in kinds():
            self.problems.add(node.place, f"building: {text!r}: must be one of {', '.join(kinds())}")
        return text

    def _check_root(self, root: Node) -> None:
        top = known_fields(root, FIELDS, self.problems)
        check_version(root, self.problems)
        for name in ("name", "location", "floor_area", "components"):
            if name not in top:
                self.problems.add(root.place, f"{name}: is missing; every site has one")

    def _components(self, root: Node, location: Location) -> list[Component]:
        top = root.fields or {}
        block = top.get("components")
        entries: list[tuple[str, str, Node]] = []
        if block and block.fields is not None:
            entries = [(name, block.keys[name], node) for name, node in block.fields.items()]
        elif block:
            self.problems.add(block.place, f"components: is {block.words()}; a mapping of names is wanted")
        for each in (top["repeat"].items or []) if "repeat" in top else []:
            entries += expand(each, self.problems)
        if "rooms" in top:
            rooms = Rooms(top["rooms"], location, self.own, self.problems)
            entries += rooms.entries
            self.filled = rooms.filled
        found = []
        for name, place, node in entries:
            if name in self.places:
                self.problems.add(place, f"{name}: stands twice; the first is at {self.places[name]}")
                continue
            self.places[name] = place
            component = self._component(name, place, node)
            if component is not None:
                found.append(component)
        return found

    def _component(self, name: str, place: str, node: Node) -> Component | None:
        if node.fields is None or "kind" not in node.fields:
            self.problems.add(node.place, f"{name}: needs a mapping with 'kind'")
            return None
        try:
            cls = catalogue.kind(node.fields["kind"].text or "")
        except SiteError as problem:
            self.problems.add(node.fields["kind"].place, f"{name}.kind: {problem}")
            return None
        defaults = self.defaults.get(cls.kind)
        fields = {**(defaults.fields or {} if defaults else {}), **node.fields}
        keys = {**(defaults.keys if defaults else {}), **node.keys}
        try:
            fields = {**dict(named(cls.kind, fields, self.own)), **fields}
        except SiteError as problem:
            self.problems.add(place, f"{name}: {problem}")
            return None
        if cls.kind == "grid" and "tariff" in fields:
            self.tariffs[name] = edition(fields["tariff"].text or "", self.own.get("tariffs"))
        inherited = fields["from"].text or "" if "from" in fields else ""
        values: dict[str, Any] = {"name": name}
        parameters = cls.parameters()
        needing = {label for label, port in cls.ports.items() if not port.serving}
        for label, value in fields.items():
            where = f"{name}.{label}"
            if label in parameters:
                self._parameter(cls, name, label, value, inherited, values)
            elif label in needing:
                self.links[name, label] = _texts(value)
            elif label == "inputs":
                for signal, source in (value.fields or {}).items():
                    self.inputs[name, signal] = _texts(source)
            elif label == "tags":
                self.tags[name] = _texts(value)
            elif label not in OWN + NAMED.get(cls.kind, ()):
                known = {*parameters, *needing, *OWN, *NAMED.get(cls.kind, ())}
                self.problems.unknown(keys.get(label, place), where, label, known)
        for label in needing:
            medium = cls.ports[label].medium
            if (name, label) not in self.links and medium in self.suppliers:
                self.links[name, label] = self.suppliers[medium]
        return self._build(cls, name, place, values, fields)

    def _parameter(
        self, cls: type[Component], name: str, label: str, node: Node, inherited: str, values: dict[str, Any]
    ) -> None:
        """Read one parameter into `values`."""
        where = f"{name}.{label}"
        if cls.is_series(label):
            if node.items is None:
                self.problems.add(node.place, f"{where}: is {node.words()}; a list of numbers is wanted")
                return
            try:
                values[label] = tuple(quantity(each, cls.unit(label) or "1", inherited).value for each in node.items)
            except UnitError as problem:
                self.problems.add(node.place, f"{where}: {problem}")
        elif cls.unit(label):
            try:
                number = quantity(node, cls.unit(label), inherited)
            except UnitError as problem:
                self.failed.add((name, label))
                if (node.place, label) not in self.told:
                    self.told.add((node.place, label))
                    self.problems.add(node.place, f"{where}: {problem}")
                return
            values[label] = number.value
            self.quantities[name, label] = self._numbers.setdefault(number, number)  # one object for all that share it
        else:
            values[label] = node.text

    def _build(
        self, cls: type[Component], name: str, place: str, values: dict[str, Any], fields: dict[str, Node]
    ) -> Component | None:
        try:
            return cls.model_validate(values)
        except ValidationError as problem:
            for each in problem.errors():
                label = str(each["loc"][0]) if each["loc"] else ""
                node = fields.get(label)
                if (name, label) in self.failed:
                    continue
                if not label:
                    self.problems.add(place, f"{name}: {each['msg'].removeprefix('Value error, ')}")
                    continue
                if node and node.items is not None and len(each["loc"]) > 1:
                    node = node.items[int(each["loc"][1])]
                if each["type"] == "missing":
                    unit = cls.unit(label)
                    self.problems.add(place, f"{name}.{label}: is missing; write for instance '{label}: 1 {unit}'")
                else:
                    said = f"{node.text}: " if node and node.text else ""
                    rule = each["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
                    unit = cls.unit(label)
                    must = f"must be {rule} {unit if unit not in ('', '1') else ''}".rstrip()
                    self.problems.add(node.place if node else place, f"{name}.{label}: {said}{must}")
        return None

    def _number(self, node: Node | None, unit: str, where: str, place: str) -> Quantity:
        nothing = Quantity(0.0, unit, 0.0, 0.0, "", "", "", place, "")
        if node is None:
            return nothing
        try:
            found = quantity(node, unit, "")
        except UnitError as problem:
            self.problems.add(node.place, f"{where}: {problem}")
            return nothing
        if not found.value > 0.0:
            self.problems.add(node.place, f"{where}: {found.text}: must be greater than 0")
        return found

    def _location(self, node: Node | None, place: str) -> Location:
        fields = node.fields or {} if node else {}
        words = {}
        for name in ("country", "province", "climate"):
            if node and name not in fields:
                self.problems.add(node.place, f"location.{name}: is missing")
            words[name] = fields[name].text or "" if name in fields else ""
        angles = {}
        for name, most in (("latitude", 90.0), ("longitude", 180.0)):
            angles[name] = 0.0
            if name in fields:
                try:
                    angles[name] = quantity(fields[name], "deg", "").value
                except UnitError as problem:
                    self.problems.add(fields[name].place, f"location.{name}: {problem}")
                if abs(angles[name]) > most:
                    self.problems.add(
                        fields[name].place, f"location.{name}: must be from -{most:.0f} to {most:.0f} deg"
                    )
            elif node:
                self.problems.add(node.place, f"location.{name}: is missing")
        return Location(angles["latitude"], angles["longitude"], words["country"], words["province"], words["climate"])

    def _check_wiring(self, site: Site) -> None:
        """Try each component's edges by themselves, so that all wrong ones are told."""
        for each in site.components:
            for label, port in type(each).ports.items():
                if not port.serving:
                    self._check_edge(site, each, label)
        for (name, signal), _ in site.inputs.items():
            if signal not in type(site[name]).signals:
                self.problems.unknown(self.places[name], f"{name}.inputs.{signal}", signal, type(site[name]).signals)
        if not self.problems.found:
            try:
                site.wiring()
            except PlanError as problem:
                edge = str(problem).partition(":")[0]
                self.problems.add(self.places.get(edge.rpartition(".")[0], str(self.path)), str(problem))

    def _check_edge(self, site: Site, each: Component, label: str) -> None:
        port, names = type(each).ports[label], site.links.get((each.name, label), ())
        place = self.places[each.name]
        if not names and not port.optional:
            self.problems.add(
                place,
                f"{each.name}: needs a supplier of {port.medium}; name one under '{label}:' or under 'suppliers:'",
            )
        for name in names:
            if name not in self.places:
                self.problems.unknown(place, f"{each.name}.{label}: {name!r}", name, self.places)
                continue
            offers = [p.medium for p in type(site[name]).ports.values() if p.serving]
            if port.medium not in offers:
                said = ", ".join(offers) or "nothing"
                self.problems.add(place, f"{each.name}.{label}: {name} supplies {said}, not {port.medium}")


def plain(node: Node) -> Any:
    """A node as Python values; texts that are numbers become numbers."""
    if node.fields is not None:
        return {name: plain(each) for name, each in node.fields.items()}
    if node.items is not None:
        return [plain(each) for each in node.items]
    try:
        return float(node.text or "")
    except ValueError:
        return node.text


def _texts(node: Node) -> tuple[str, ...]:
    if node.items is not None:
        return tuple(each.text or "" for each in node.items)
    return (node.text or "",)
