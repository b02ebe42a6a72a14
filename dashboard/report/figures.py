"""The charts an energy engineer looks for, each one function from a study's figures to a chart that needs no script."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from markupsafe import Markup
from twin.dashboard import theme
from twin.dashboard.amounts import percent, said, unit
from twin.dashboard.language import words
from twin.dashboard.report.charts import Bar, Bars, Blocks, Chart, Columns, Dots, Line, Lines, Plot
from twin.dashboard.report.content import Content, titled
from twin.dashboard.report.drawing import Scale, Sheet, shown
from twin.dashboard.report.picture import CIVIDIS, embedded

HOURS_OF_YEAR = 8760.0
BINS = 12
MOST_DRIVERS = 12
Row = Mapping[str, Any]


def end_use_split(content: Content, language: str) -> Chart:
    """Electricity by end use, the largest on top."""
    say, uses = words(language), content.base["end_uses_kwh"]
    total, one = sum(uses.values()) or 1.0, unit("energy", language, uses.values())
    rows = [
        Bar(say.get(use, use), 0.0, v / one.scale, theme.colour(use), f"{one.of(v)} {one.name} · {percent(v / total)}")
        for use, v in sorted(uses.items(), key=lambda pair: -pair[1])
    ]
    return Chart(say["split"], Bars(rows, one.name))


def monthly_bars(content: Content, language: str) -> Chart:
    """Electricity by month and end use of the baseline, with the best scenario's total over it."""
    say, months = words(language), content.detail["monthly_kwh"]
    uses, own = months["baseline"]["end_uses"], months["best"]["end_uses"]
    order = sorted(uses, key=lambda use: -sum(uses[use]))
    count = len(months["baseline"]["months"])
    totals = [sum(own[use][i] for use in own) for i in range(count)]
    one = unit("energy", language, [sum(uses[use][i] for use in uses) for i in range(count)])
    stacks = {say.get(use, use): (theme.colour(use), [v / one.scale for v in uses[use]]) for use in order}
    line = Line(say["best"], range(count), [v / one.scale for v in totals], "var(--ink)")
    plot = Plot(one.name, labels=[m[5:] for m in months["baseline"]["months"]], lines=(line,))
    return Chart(say["monthly"], Columns(stacks, plot))


def load_duration(content: Content, language: str) -> Chart:
    """Load-duration curves of the baseline and the best scenario."""
    say, loads = words(language), content.detail["duration_kw"]
    hours = [share * HOURS_OF_YEAR for share in content.detail["duration_share"]]
    drawn = (
        Line(say["baseline"], hours, loads["baseline"], theme.FIRST),
        Line(say["best"], hours, loads["best"], theme.SECOND, dashed=True),
    )
    return Chart(say["duration"], Lines(Plot("kW", say["hours"], lines=drawn)))


def mean_days(content: Content, language: str) -> Chart:
    """Mean workday and free day, of the baseline and the best scenario."""
    say, days = words(language), content.detail["day_kw"]
    colours = {"baseline": theme.FIRST, "best": theme.SECOND}
    drawn = tuple(
        Line(f"{say[name]}, {say[kind]}", [hour + 0.5 for hour in range(24)], load, colours[name], kind != "workday")
        for name, kinds in days.items()
        for kind, load in kinds.items()
    )
    plot = Plot("kW", say["hour"], x_includes=(0.0, 24.0), lines=drawn)
    return Chart(say["day"], Lines(plot))


def carpet(content: Content, language: str) -> Chart:
    """Carpet of the baseline's load: one column a day, one row an hour, local standard time."""
    say = words(language)
    field = np.array([[float(v) for v in day.split(",")] for day in content.detail["hour_kw"]]).T[::-1]
    picture, first = embedded(field), date.fromisoformat(content.detail["first_day"])

    def draw(width: float) -> Sheet:
        sheet = Sheet(width, 300.0)
        left, right, top, bottom = 34.0, width - 8.0, 22.0, 236.0
        sheet.parts.append(f'<image href="{picture}" x="{left}" y="{top}" width="{right - left:.0f}" height="{bottom - top}" preserveAspectRatio="none" style="image-rendering:pixelated"/>')  # fmt: skip
        y, x = Scale(0.0, 24.0, bottom, top), Scale(0.0, field.shape[1], left, right)
        for hour in (0, 6, 12, 18, 24):
            sheet.text(left - 5.0, y(hour) + 4.0, str(hour), "end", "quiet")
        sheet.text(2.0, 13.0, say["hour"], "start", "quiet")
        for month in range(1, 13):
            day = (date(first.year, month, 1) - first).days
            if 0 <= day < field.shape[1] and (width > 500.0 or month % 2):
                sheet.text(x(day) + 2.0, bottom + 16.0, f"{month:02d}", "start", "quiet")
        sheet.text(left, bottom + 47.0, f"{shown(float(field.min()))} kW", "start", "quiet")
        step = 22.0
        for place, colour in enumerate(CIVIDIS):
            sheet.box(left + 90.0 + place * step, bottom + 37.0, step, 12.0, "rgb({},{},{})".format(*colour))
        sheet.text(left + 100.0 + len(CIVIDIS) * step, bottom + 47.0, f"{shown(float(field.max()))} kW", "start", "quiet")  # fmt: skip
        return sheet

    return Chart(say["carpet"], draw)


def waterfall_steps(content: Content, language: str) -> list[tuple[str, float, float]]:
    """Label, start and end of each step from the baseline through measures alone and their interaction to what is left. [kWh]"""
    say, scenario = words(language), content.stepped
    if scenario is None:
        return []
    at = content.base["electricity_kwh"]
    rows = [(say["baseline"], 0.0, at)]
    parts = [(titled(each, language), saved) for each, saved in content.steps]
    for label, saved in [*parts, (say["interaction"], content.interaction)]:
        rows.append((label, at, at - saved))
        at -= saved
    return [*rows, (titled(scenario, language), 0.0, scenario["central"]["electricity_kwh"])]


def waterfall(content: Content, language: str) -> Chart | Markup:
    """From the baseline through each measure alone and their interaction to what is left; savings are green."""
    say, steps = words(language), waterfall_steps(content, language)
    if not steps:
        return Markup("")
    one = unit("energy", language, [end for _, _, end in steps])
    lowest, highest = (pick(end for _, _, end in steps) / one.scale for pick in (min, max))
    floor = lowest - 0.6 * (highest - lowest)
    cut = floor > 0.5 * highest  # else the axis starts at nothing
    floor = floor if cut else 0.0
    rows = []
    for place, (label, start, end) in enumerate(steps):
        whole = place in (0, len(steps) - 1)
        colour = theme.REPORTED if whole else theme.SAVING if end <= start else theme.INCREASE
        sign = "+" if end > start else "−" if end < start else ""
        text = f"{one.of(end)} {one.name}" if whole else f"{sign}{one.of(abs(end - start))}"
        begin = start / one.scale if not whole else -math.inf if cut else 0.0
        rows.append(Bar(label, begin, end / one.scale, colour, text))
    note = say["waterfall_axis"] if cut else ""
    return Chart(say["waterfall"], Bars(rows, one.name, (floor,)), note)


def spread(content: Content, key: str, kind: str, language: str) -> Chart:
    """Each scenario's P10 to P90 as a bar with its P50 as a mark."""
    say, found = words(language), content.sound
    one = unit(kind, language, [row[key][end] for row in found for end in ("p10", "p90")])
    rows = [
        Bar(
            titled(row, language), row[key]["p10"] / one.scale, row[key]["p90"] / one.scale,
            theme.SAVING if row[key]["p50"] > 0.0 else theme.INCREASE,
            f"{one.of(row[key]['p50'])} ({one.range(row[key])})", row[key]["p50"] / one.scale,
        )
        for row in found
    ]  # fmt: skip
    return Chart(say[f"spread_{kind}"], Bars(rows, one.name), say["spread_note"])


def exceedance(scenario: Row, language: str) -> Chart:
    """How probable it is that the net present value is above a number, from the samples."""
    say, values = words(language), np.sort(np.array(scenario["money"]["samples"]["npv"], dtype=float))
    one = unit("money", language, values.tolist())
    share = [(values.size - place) / values.size * 100.0 for place in range(values.size)]
    x = [float(v) / one.scale for v in values]
    steps_x, steps_y = [x[0], *(v for v in x for _ in (0, 1))], [100.0]
    for place in range(values.size):
        steps_y += [share[place], share[place] - 100.0 / values.size]
    plot = Plot("%", f"{say['npv_plain']} [{one.name}]", includes=(0.0, 100.0), x_includes=(0.0,), lines=(Line("", steps_x, steps_y, theme.FIRST),))  # fmt: skip
    return Chart(f"{say['exceedance']}: {titled(scenario, language)}", Lines(plot))


def histogram(scenario: Row, language: str) -> Chart:
    """How often the net present value of a sample falls in each part of its range."""
    say, values = words(language), np.array(scenario["money"]["samples"]["npv"], dtype=float)
    one = unit("money", language, values.tolist())
    counts, edges = np.histogram(values / one.scale, bins=min(BINS, max(4, values.size // 3)))
    labels = [shown(float(a + b) / 2, 3) for a, b in zip(edges[:-1], edges[1:], strict=True)]
    stacks = {say["samples"]: (theme.FIRST, [100.0 * float(v) / values.size for v in counts])}
    plot = Plot(f"% {say['samples']}", f"{say['npv_plain']} [{one.name}]", labels, height=280.0)
    return Chart(f"{say['histogram']}: {titled(scenario, language)}", Columns(stacks, plot))


def tornado(content: Content, language: str) -> Chart | Markup:
    """What each assumption alone does to the package's saving, from the low to the high end of its range."""
    say, rows = words(language), content.study["drivers"][:MOST_DRIVERS]
    if not rows or not any(row["effect_kwh"] for row in rows):
        return Markup("")
    one = unit("energy", language, [row["effect_kwh"] for row in rows])
    drawn = [
        Bar(row["parameter"], 0.0, row["effect_kwh"] / one.scale, theme.FIRST if row["effect_kwh"] > 0.0 else theme.SECOND,
            f"{one.of(row['effect_kwh'])} · {percent(row['share'])}")
        for row in rows
    ]  # fmt: skip
    return Chart(
        say["tornado"].format(title=content.driven(language)),
        Bars(drawn, one.name),
        say["drivers_note"],
    )


def abatement(content: Content, language: str) -> Chart | Markup:
    """The marginal abatement curve: a bar as wide as the tonnes and as high as a tonne costs."""
    say = words(language)
    bars = [row for row in (content.curve or {}).get("rows", []) if row["cost_per_t"] is not None]
    if not bars:
        return Markup("")
    one = unit("carbon", language, [row["cumulative_t"] for row in bars])
    rows, at = [], 0.0
    for row in bars:
        words_of = (
            f"{titled(row, language)}: {said('carbon', language, row['abated_t'])}, {row['cost_per_t']:,.0f} CNY/t"
        )
        rows.append((at / one.scale, (at + row["abated_t"]) / one.scale, row["cost_per_t"], theme.SAVING if row["cost_per_t"] <= 0.0 else theme.INCREASE, words_of))  # fmt: skip
        at += row["abated_t"]
    plot = Plot("CNY/t", f"{say['abated']} [{one.name} CO2e / a]", height=360.0)
    return Chart(say["macc"], Blocks(rows, plot), say["macc_note"])


def cash_flow(scenario: Row, language: str) -> Chart:
    """Flows of each year by what they are for, and what they have come to, discounted and not."""
    say, table = words(language), scenario["cash_flow"]
    carriers = list(table[0]["energy"])
    one = unit("money", language, [row[key] for row in table for key in ("net", "cumulative")])
    parts = {
        key: [row[key] for row in table] for key in ("capital", "replacement", "residual", "maintenance", "carbon")
    }
    parts |= {carrier: [row["energy"][carrier] for row in table] for carrier in carriers}
    colours = dict(zip(parts, ("#6b7280", "#8d99a6", "#b9c2cb", "#cc79a7", "#3b3f73", "#0072b2", "#56b4e9", "#8a8dc0", "#e69f00", "#d55e00", "#009e73", "#c8b400", "#999999"), strict=False))  # fmt: skip
    stacks = {
        say.get(f"carrier_{name}", say.get(f"flow_{name}", name)): (colours[name], [v / one.scale for v in values])
        for name, values in parts.items()
        if any(abs(v) > 1e-9 for v in values)
    }
    drawn = tuple(
        Line(say[key], range(len(table)), [row[key] / one.scale for row in table], colour, dashed)
        for key, colour, dashed in (("cumulative", "var(--ink)", True), ("cumulative_discounted", theme.SECOND, False))
    )
    plot = Plot(one.name, say["year"], [str(row["year"]) for row in table], lines=drawn)
    return Chart(f"{say['cash_flow']}: {titled(scenario, language)}", Columns(stacks, plot))


def pareto(content: Content, language: str) -> Chart:
    """Sets of measures that no other beats in both cost and carbon."""
    say, front = words(language), sorted(content.study["search"]["front"], key=lambda each: each["co2_t"])
    money = unit("money", language, [each["cost_cny"] for each in front])
    mass = unit("carbon", language, [each["co2_t"] for each in front])
    points = [
        (each["co2_t"] / mass.scale, each["cost_cny"] / money.scale, theme.INCREASE if each.get("knee") else theme.FIRST,
         say["comma"].join(content.title(name, language) for name in each["measures"]) or say["baseline"])
        for each in front
    ]  # fmt: skip
    line = Line("", [p[0] for p in points], [p[1] for p in points], "var(--mute)", dashed=True)
    lowest = min(p[1] for p in points)
    plot = Plot(f"{say['annual_cost']} [{money.name}/a]", f"{say['carbon_a_year']} [{mass.name}/a]", includes=(lowest,), lines=(line,))  # fmt: skip
    return Chart(say["pareto"], Dots(points, plot))


def sensitivity(rows: Sequence[Row], keys: tuple[str, str], title: str, language: str) -> Chart:
    """Sensitivity indices, the largest on top; the first index is the bar, the second the mark."""
    ordered = sorted(rows, key=lambda row: -abs(row[keys[0]]))[:MOST_DRIVERS]
    drawn = [
        Bar(str(row["parameter"]), 0.0, row[keys[0]], theme.FIRST, shown(row[keys[0]], 3), row.get(keys[1]))
        for row in ordered
    ]
    return Chart(title, Bars(drawn, " · ".join(key for key in keys if key)))


def measured(content: Content, language: str) -> Chart:
    """Measured and simulated values of one point, hour by hour."""
    say, found = words(language), content.detail["bacnet"]
    days = [place / 24.0 for place in range(len(found["twin"]))]
    drawn = (
        Line(say["measured"], days, found["measured"], "var(--mute)"),
        Line(say["twin"], days, found["twin"], theme.FIRST),
    )
    plot = Plot("", f"{say['days_since']} {found['first'][:10]}", lines=drawn)
    return Chart(f"{say['compared']}: {found['point']}", Lines(plot))
