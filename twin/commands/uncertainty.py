"""What `twin study` tells in the terminal of its uncertainty: what the percentiles may be trusted to, and global sensitivities."""

from __future__ import annotations

from typing import Any

from rich.markup import escape
from rich.table import Column, Table

from twin.study.convergence import needed, relative
from twin.study.indices import SensitivityError
from twin.study.sensitivity import Aim
from twin.tables import out, readable

SHOWN = 12
"""Rows of each output that are printed; the JSON answer has all."""
FIGURES = (("saving_kwh", "saving"), ("npv", "net present value"))


def aim(method: str, trajectories: int, base_samples: int, of: str) -> Aim | None:
    """What the options ask for; a number of 0 takes the usual one.

    Raises
    ------
    SensitivityError
        When an option does not go with the method.
    """
    for name, given, methods in (
        ("--trajectories", trajectories, "morris sobol"), ("--base-samples", base_samples, "sobol"), ("--of", of, "morris sobol"),
    ):  # fmt: skip
        if given and method not in methods.split():
            raise SensitivityError(f"{name} {given}: goes with --sensitivity {' or '.join(methods.split())}")
    if not method:
        return None
    usual = Aim("morris" if method == "morris" else "sobol")
    return Aim(usual.method, trajectories or usual.trajectories, base_samples or usual.base_samples, of)


def show_uncertainty(answer: dict[str, Any]) -> None:
    """Print what the samples of a study are enough for, and the sensitivities where they were asked for."""
    for line in trusted(answer):
        out.print(line, highlight=False)
    if answer.get("sensitivity"):
        _show(answer["sensitivity"])


def trusted(answer: dict[str, Any]) -> list[str]:
    """How exact the percentiles of the last scenario are."""
    sound = [row for row in answer["scenarios"] if row["central"]]
    if not sound:
        return []
    row, count = sound[-1], answer["samples"] - sound[-1]["failed_samples"]
    what = "the package" if len(row["measures"]) > 1 else escape(row["name"])
    shown, worst = [], 0.0
    for figure, words in FIGURES:
        errors = relative(row, figure)
        if errors:
            ends = ", ".join(f"{part.upper()} ±{errors[part]:.1%}" for part in ("p50", "p10", "p90"))
            shown.append(f"{words} {ends}")
            worst = max(worst, errors["p50"])
    lines = []
    if shown:
        goal = f"; about {needed(worst, count):,} samples would bring each P50 to ±1 %" if worst > 0.01 else ""
        lines.append(
            f"standard errors for {what} ({count} samples taken as independent, in shares of P50): {'; '.join(shown)}{goal}"
        )
    if answer["sampling"]["advice"]:
        lines.append(answer["sampling"]["advice"]["en"])
    idle = sum(not each["matters"] for each in answer["drivers"])
    if idle:
        lines.append(f"{idle} of {len(answer['drivers'])} ranges do not move the saving of the package at all")
    return lines


def _show(found: dict[str, Any]) -> None:
    """Print a table for each output, the largest indices first."""
    more = f"{found['trajectories']} trajectories" if found["trajectories"] else ""
    base = f"{found['base_samples']} base samples" if found["base_samples"] else ""
    amount = " and ".join(each for each in (base, more) if each)
    of = f" of {escape(found['of'])}" if found["of"] else ""
    out.print(
        f"[bold]sensitivities{of}[/bold] by {found['method']}: {amount}, {found['points']:,} points, {found['runs']:,} runs"
    )
    for output in (found, *found["others"]):
        _table(output, found["method"])
    if found["frozen"]:
        most = sum(each["square_share"] for each in found["frozen"])
        out.print(
            f"{len(found['frozen'])} numbers were frozen at their middle value after screening; together they make at most {most:.1%} of the squared effects of an output"
        )


def _table(output: dict[str, Any], method: str) -> None:
    """Print one output."""
    keys = ("mu_star", "mu_star_conf", "mu", "sigma") if method == "morris" else ("ST", "ST_conf", "S1", "S1_conf")
    unit = output["output_unit"]
    table = Table(Column(escape(f"{output['output']} [{unit}]"), min_width=30), "range", *(Column(key, justify="right") for key in keys), "")  # fmt: skip
    moving = [row for row in output["rows"] if row["matters"]]
    for row in moving[:SHOWN]:
        cells = [readable(row[key]) if method == "morris" else f"{row[key]:.3f}" for key in keys]
        table.add_row(escape(row["parameter"]), escape(row["range"]), *cells, "?" if row["doubtful"] else "")
    if moving:
        out.print(table)
    rest = len(output["rows"]) - len(moving)
    left = f"{len(moving) - SHOWN} smaller ones are in --json" if len(moving) > SHOWN else ""
    idle = f"{rest} of {len(output['rows'])} ranges do not matter" if rest and moving else ""
    said = "; ".join(each for each in (escape(output["note"]), left, idle) if each)
    if said:
        out.print(f"{output['output']}: {said}", highlight=False)
