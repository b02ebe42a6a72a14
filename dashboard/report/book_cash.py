"""The sheet of cash flows: a block of years for each scenario, computed from the inputs, with its net present value, rate of return and paybacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twin.dashboard.report.book import Book, Cell, Page
from twin.dashboard.report.book_inputs import SCOPES, Inputs, spans, tonnes
from twin.dashboard.report.content import Content
from xlsxwriter.utility import xl_col_to_name

EQUIPMENT = ("capital", "replacement", "residual", "maintenance")
ENDS = ("carbon", "net", "factor", "discounted", "cumulative", "cumulative_discounted", "paid", "base_running")
FIGURES = ("npv", "irr", "payback_years", "discounted_payback_years", "lcc_baseline", "lcc", "cost_of_saved_energy", "horizon_years", "capital", "first_year")  # fmt: skip
STYLES = {"irr": "rate", "payback_years": "years", "discounted_payback_years": "years", "horizon_years": "years", "cost_of_saved_energy": "cost"}  # fmt: skip
ROUNDING = "1E-9"
"""Years that are no more than rounding, as in the study's own cash flow."""
Row = Mapping[str, Any]


@dataclass
class Block:
    """The cells of one scenario: its figures, and its years as rows from `top`."""

    figures: dict[str, Cell]
    top: int
    years: int
    letters: dict[str, str]

    def stretch(self, name: str, first: int = 0, last: int | None = None) -> str:
        """Rows of a column, from a year to a year."""
        letter = self.letters[name]
        end = self.years if last is None else last
        return f"${letter}${self.top + first + 1}:${letter}${self.top + end + 1}"


def write_cash_flows(book: Book, content: Content, inputs: Inputs) -> tuple[Page, dict[str, Block]]:
    """Write the sheet; blocks by the name of their scenario."""
    names = ["year", "counts", "level", *EQUIPMENT, *(f"energy.{c}" for c in inputs.carriers), *ENDS]
    page = book.sheet("cash_flow", [12, *[14] * (len(names) - 1)], (0, 1))
    letters = {name: xl_col_to_name(place) for place, name in enumerate(names)}
    years, row, blocks = spans(content.sound), 0, {}
    for place, each in enumerate(content.sound):
        block = Block({}, row + 4, years, letters)
        page.text(row, 0, book.title(each), "title")
        _figures(book, page, block, content, each, place, inputs)
        page.heads(row + 3, 0, [_head(book, name) for name in names])
        for year in range(years + 1):
            _year(page, block, place, inputs, year, cached(content, each, year))
        line = row + 4 + years
        page.sheet.conditional_format(row + 5, 0, line, len(names) - 1, {"type": "formula", "criteria": f"=$B{row + 6}=0", "format": book.book.add_format({"font_color": "#B8C0C8"})})  # fmt: skip
        blocks[each["name"]] = block
        row = line + 2
    page.sheet.set_h_pagebreaks([each.top - 4 for each in blocks.values() if each.top > 4])
    return page, blocks


def _head(book: Book, name: str) -> str:
    if name.startswith("energy."):
        return book.known(f"carrier_{name[7:]}", name[7:]) + " [CNY]"
    unit = {"year": "", "counts": "", "level": "", "factor": "", "paid": ""}.get(name, " [CNY]")
    return book.say(f"flow_{name}" if name in (*EQUIPMENT, "carbon") else name) + unit


def _year(page: Page, block: Block, scenario: int, inputs: Inputs, year: int, now: Mapping[str, float]) -> None:
    """One year of a block."""
    row = block.top + year
    a, b, c = f"$A{row + 1}", f"$B{row + 1}", f"$C{row + 1}"
    horizon, members = str(block.figures["horizon_years"]), inputs.of(scenario, "members", len(inputs.measures))
    capital, life, upkeep, salvage = (inputs.stretch(name) for name in ("capital", "life", "upkeep", "salvage"))
    times = f"(ROUNDUP(MIN({a}+0.5,{horizon}-{ROUNDING})/{life},0)-ROUNDUP(({a}-0.5)/{life},0))"
    left = f"(ROUNDUP(({horizon}-{ROUNDING})/{life},0)-{horizon}/{life})"
    fulfilled, t = inputs.of(scenario, "fulfilled"), inputs.terms
    formulas = {
        "counts": f"=IF({a}>0,MAX(0,MIN(1,{horizon}-{a}+1)),0)",
        "level": f"=(1+{t['inflation']})^{a}",
        "capital": f"=IF({a}=0,-SUMPRODUCT({members},{capital}),0)",
        "replacement": f"=IF({a}=0,0,-SUMPRODUCT({members},{capital}-{salvage},({times}>0)*{times})*{c})",
        "residual": f"=IF({a}=ROUNDUP({horizon}-{ROUNDING},0),SUMPRODUCT({members},{salvage}+({capital}-{salvage})*({left}>0)*{left})*{c},0)",
        "maintenance": f"=-SUMPRODUCT({members},{upkeep})*{b}*{c}",
        "carbon": f"=SUMPRODUCT({inputs.of(scenario, 'tonnes.scope1', len(SCOPES))},{inputs.stretch('prices')})*{fulfilled}*(1+{t['carbon_growth']})^{a}*{b}*{c}",
        "net": f"=SUM(${block.letters['capital']}{row + 1}:${block.letters['carbon']}{row + 1})",
        "factor": f"=(1+{t['discount']})^-{a}",
        "discounted": f"={block.letters['net']}{row + 1}*{block.letters['factor']}{row + 1}",
    }  # fmt: skip
    for place, carrier in enumerate(inputs.carriers):
        level, growth = (Cell(at.sheet, at.row + place, at.column) for at in (inputs.columns["levels"], inputs.columns["escalations"]))  # fmt: skip
        formulas[f"energy.{carrier}"] = f"={inputs.of(scenario, f'saved.{carrier}')}*{fulfilled}*{level}*(1+{growth})^{a}*{b}*{c}"  # fmt: skip
    for total, part in (("cumulative", "net"), ("cumulative_discounted", "discounted")):
        before = f"{block.letters[total]}{row}+" if year else ""
        formulas[total] = f"={before}{block.letters[part]}{row + 1}"
    formulas["paid"] = f"=IF({block.letters['cumulative_discounted']}{row + 1}>=0,1,0)"
    running = f"SUMPRODUCT({inputs.stretch('base_cost')},{inputs.stretch('levels')},(1+{inputs.stretch('escalations')})^{a})"  # fmt: skip
    priced = f"SUMPRODUCT({inputs.stretch('base_tonnes')},{inputs.stretch('prices')})*(1+{t['carbon_growth']})^{a}"
    formulas["base_running"] = f"=({running}+{priced})*{b}*{c}"
    page.number(row, 0, year, "year")
    styles = {"counts": "plain", "level": "plain", "factor": "price", "paid": "year"}
    for name, text in formulas.items():
        column = list(block.letters).index(name)
        page.formula(row, column, text, now.get(name, 0.0), styles.get(name, "money"))


def cached(content: Content, each: Row, year: int) -> dict[str, float]:
    """What the cells of a year hold before anything is changed: the study's own figures, and what it does not tell."""
    terms, flow, base = content.study["terms"], each["cash_flow"], content.base
    counts = min(max(each["horizon_years"] - year + 1.0, 0.0), 1.0) if year else 0.0
    level = (1.0 + (terms["inflation"] if terms["basis"] == "nominal" else 0.0)) ** year
    price = terms["carbon_price_cny_t"]
    carbon = sum(m * price.get(s, 0.0) for s, m in zip(SCOPES, tonnes(base["emissions"], terms["scope2"]), strict=True))
    grown = sum(v * (1.0 + terms["escalation"].get(c, 0.0)) ** year for c, v in base["costs"].items())
    found = {
        "counts": counts, "level": level, "factor": (1.0 + terms["discount"]) ** -year,
        "base_running": (grown + carbon * (1.0 + terms["carbon_growth"]) ** year) * counts * level,
    }  # fmt: skip
    if year < len(flow):
        own = flow[year]
        found |= {name: own[name] for name in (*EQUIPMENT, "carbon", "net", "discounted")}
        found |= {f"energy.{carrier}": value for carrier, value in own["energy"].items()}
    row = flow[min(year, len(flow) - 1)]
    found |= {name: row[name] for name in ("cumulative", "cumulative_discounted")}
    return found | {"paid": float(row["cumulative_discounted"] >= 0.0)}


def first_year(content: Content, each: Row) -> float:
    """What a year saves in today's prices, less maintenance. [CNY]"""
    terms, base, own = content.study["terms"], content.base, each["central"]
    upkeep = sum(content.detail["measures"][name]["maintenance_cny"] for name in each["measures"])
    masses = zip(SCOPES, tonnes(base["emissions"], terms["scope2"]), tonnes(own["emissions"], terms["scope2"]), strict=True)  # fmt: skip
    carbon = sum((before - after) * terms["carbon_price_cny_t"].get(scope, 0.0) for scope, before, after in masses)
    return float(sum(base["costs"].values()) - sum(own["costs"].values()) - upkeep + carbon)


def _figures(book: Book, page: Page, block: Block, content: Content, each: Row, scenario: int, inputs: Inputs) -> None:
    """What the block comes to, above its years."""
    row = block.top - 2
    page.heads(row - 1, 0, [book.say(f"figure_{name}") for name in FIGURES])
    block.figures = {name: Cell(page.name, row, column) for column, name in enumerate(FIGURES)}
    members, t = inputs.of(scenario, "members", len(inputs.measures)), inputs.terms
    capital, life = inputs.stretch("capital"), inputs.stretch("life")
    at, fulfilled = block.figures, inputs.of(scenario, "fulfilled")
    saved = inputs.of(scenario, f"saved.{inputs.carriers[0]}", len(inputs.carriers))
    mass = inputs.of(scenario, "tonnes.scope1", len(SCOPES))
    paid, summed, flows = (block.stretch(name) for name in ("paid", "cumulative_discounted", "discounted"))
    place = f"MATCH(1,{paid},0)"
    real = f"((1+{t['discount']})/(1+{t['inflation']})-1)"
    bought = "+".join(block.stretch(name) for name in EQUIPMENT)
    energy = f"{inputs.of(scenario, 'energy')}*{fulfilled}"
    irr = each["irr"]
    formulas = {
        "horizon_years": f"=IF({t['horizon']}>0,{t['horizon']},IF({at['capital']}>0,SUMPRODUCT({members},{capital},{life})/{at['capital']},SUMPRODUCT({members},{life})/SUM({members})))",
        "capital": f"=SUMPRODUCT({members},{capital})",
        "first_year": f"=(SUMPRODUCT({saved},{inputs.stretch('levels')})+SUMPRODUCT({mass},{inputs.stretch('prices')}))*{fulfilled}-SUMPRODUCT({members},{inputs.stretch('upkeep')})",
        "npv": f"={block.letters['net']}{block.top + 1}+NPV({t['discount']},{block.stretch('net', 1)})",
        "irr": f'=IFERROR(IRR({block.stretch("net")},{irr if irr is not None else 0.1:.6f}),"–")',
        "payback_years": f'=IF({at["first_year"]}>0,{at["capital"]}/{at["first_year"]},"–")',
        "discounted_payback_years": f'=IFERROR(IF({place}=1,0,{place}-1-INDEX({summed},{place})/INDEX({flows},{place})),"–")',
        "lcc_baseline": f"=SUMPRODUCT({block.stretch('base_running')},{block.stretch('factor')})",
        "lcc": f"={at['lcc_baseline']}-{at['npv']}",
        "cost_of_saved_energy": f'=IF({energy}>0,-SUMPRODUCT({bought},{block.stretch("factor")})/({energy}*SUMPRODUCT({block.stretch("counts")},(1+{real})^-{block.stretch("year")})),"–")',
    }  # fmt: skip
    flow = each["cash_flow"]
    values = {name: each.get(name) for name in FIGURES} | {
        "npv": flow[-1]["cumulative_discounted"], "capital": -flow[0]["capital"], "first_year": first_year(content, each),
    }  # fmt: skip
    for name, cell in at.items():
        if name == "irr" and irr is None:
            page.text(cell.row, cell.column, each["irr_why"], "quiet")
        else:
            page.formula(cell.row, cell.column, formulas[name], values[name], STYLES.get(name, "money"))
