"""A site of one load with measures that interact, exclude, contradict and need each other."""

from __future__ import annotations

from tests.components.test_grid import ONES, SITE
from twin.site.load import load

GRID = "{kind: grid, energy_price: 1 CNY/kWh, emission_factor: 0.5 kg/kWh}"
MEASURES = {
    "half": ("scale: {rating: '0.5 [0.4 .. 0.6] assumed'}", 10_000, ""),
    "fifth": ("scale: {rating: 0.8 assumed}", 200_000, ""),
    "tenth": ("scale: {rating: 0.9 assumed}", 30_000, ""),
    "four": ("set: {rating: 4 kW assumed}", 900_000, ""),
    "three": ("set: {rating: 3 kW assumed}", 5_000_000, ""),
    "more": ("add: {rating: -0.3 kW assumed}", 100_000, "needs: [tenth]"),
    "other": ("scale: {rating: 0.95 assumed}", 20_000, "excludes: [fifth]"),
    "dear": ("scale: {rating: 0.97 assumed}", 400_000, ""),
}


def measured(folder, names=tuple(MEASURES), rest=""):
    """The site with some of the measures, and other blocks of the file."""
    lines = []
    for name in names:
        change, cost, more = MEASURES[name]
        lines.append(
            f"  {name}: {{title: {{en: {name.title()}, zh: 措施{name}}}, changes: [{{select: {{kind: base_load}}, {change}}}], "
            f"cost: {{per: site, value: {cost} CNY assumed}}, lifetime: 10 assumed{', ' + more if more else ''}}}"
        )
    (folder / "site.yaml").write_text(SITE.format(grid=GRID, ones=ONES))
    (folder / "measures.yaml").write_text("schema_version: 1\nmeasures:\n" + "\n".join(lines) + "\n" + rest, "utf-8")
    return load(folder)
