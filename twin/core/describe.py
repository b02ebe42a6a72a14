"""Describe a kind for people and programs: the catalogue page is made from the class."""

from __future__ import annotations

from typing import Any

from twin.core.component import Component


def describe(cls: type[Component]) -> dict[str, Any]:
    """Parameters, signals and ports of a kind in plain data."""
    docs = cls.docs()
    return {
        "kind": cls.kind,
        "doc": cls.__doc__ or "",
        "brick": cls.brick,
        "parameters": [
            {
                "name": name,
                "unit": f"{cls.unit(name) or '1'} each"
                if cls.is_series(name)
                else cls.unit(name) or " or ".join(cls.words(name)) or "text",
                "default": None if field.is_required() else field.default,
                "doc": docs.get(name, ""),
            }
            for name, field in cls.parameters().items()
        ],
        "signals": [
            {"name": name, "role": s.role, "unit": s.unit, "doc": s.doc, "medium": s.medium, "point": s.point}
            for name, s in cls.signals.items()
        ],
        "ports": [
            {"name": name, "medium": port.medium, "serves": port.serving, "channels": dict(port.channels)}
            for name, port in cls.ports.items()
        ],
    }


def page(cls: type[Component]) -> str:
    """One Markdown page of the catalogue."""
    told = describe(cls)
    lines = [f"## {told['kind']}", "", told["doc"], "", "| parameter | unit | default | meaning |", "|---|---|---|---|"]
    for each in told["parameters"]:
        default = "required" if each["default"] is None else each["default"]
        lines.append(f"| {each['name']} | {each['unit']} | {default} | {each['doc']} |")
    lines += ["", "| signal | role | unit | meaning |", "|---|---|---|---|"]
    lines += [f"| {each['name']} | {each['role']} | {each['unit']} | {each['doc']} |" for each in told["signals"]]
    for each in told["ports"]:
        verb = "serves" if each["serves"] else "needs"
        lines.append(f"\n{verb} **{each['medium']}** as `{each['name']}`: {', '.join(each['channels'])}")
    return "\n".join([*lines, ""])
