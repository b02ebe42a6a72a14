"""The commands `twin accounts`: who may log in to the dashboard, and what they may do there."""

from __future__ import annotations

import sys
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from twin.errors import TwinError
from twin.tables import out, print_json

if TYPE_CHECKING:
    from twin.dashboard.rights.roster import Roster

app = typer.Typer(no_args_is_help=True, help="Who may log in to the dashboard: viewer, engineer, operator, admin.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the account; upper and lower case are the same.")]
File = Annotated[
    Path | None, typer.Option("--accounts", help="File of accounts; default is in the user's data folder.")
]
Stdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]


class AccountsError(TwinError):
    """The command cannot be done like this."""

    exit_code = 2


@app.command()
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="viewer reads; engineer also runs studies; operator also writes set-points; admin also keeps accounts.")] = "viewer",
    password_stdin: Stdin = False, accounts: File = None,
) -> None:  # fmt: skip
    """Make an account; the password is asked for."""
    from twin.dashboard.rights.roster import entry

    roster = _roster(accounts)
    entry(name, role)  # before anybody thinks of a password
    found = roster.add(name, role, _password(password_stdin))
    _noted(roster, "add", f"{found.name} {found.role}")
    out.print(f"{escape(found.name)}: {found.role}; kept in {escape(str(roster.path))}", soft_wrap=True)


@app.command("list")
def list_accounts(accounts: File = None, as_json: AsJson = False) -> None:
    """List the accounts."""
    found = sorted(_roster(accounts).all().values(), key=lambda each: each.name)
    if as_json:
        print_json([{"name": each.name, "role": each.role, "password_since": each.since} for each in found])
        return
    table = Table("name", "role", "password since")
    for each in found:
        table.add_row(escape(each.name), each.role, each.since)
    out.print(table if found else "nobody has an account; `twin accounts add NAME --role admin` makes one")


@app.command()
def remove(name: Name, accounts: File = None) -> None:
    """Take an account away; its sessions end at once."""
    roster = _roster(accounts)
    roster.remove(name)
    _noted(roster, "remove", name)
    out.print(f"{escape(name)}: removed")


@app.command()
def password(name: Name, password_stdin: Stdin = False, accounts: File = None) -> None:
    """Give an account another password; its sessions end at once."""
    roster = _roster(accounts)
    found = roster.password(name, _password(password_stdin))
    _noted(roster, "password", found.name)
    out.print(f"{escape(found.name)}: has another password")


@app.command()
def role(name: Name, role: Annotated[str, typer.Argument(metavar="ROLE", help="viewer, engineer, operator or admin.")], accounts: File = None) -> None:  # fmt: skip
    """Give an account another role; its sessions end at once."""
    roster = _roster(accounts)
    found = roster.role(name, role)
    _noted(roster, "role", f"{found.name} {found.role}")
    out.print(f"{escape(found.name)}: {found.role}")


def _roster(path: Path | None) -> Roster:
    try:
        from twin.dashboard.rights.roster import Roster, usual
    except ImportError as problem:
        raise AccountsError(f"accounts need the dashboard's packages ({problem.name} is missing): pip install 'campus-twin[dashboard]'") from problem  # fmt: skip
    return Roster(path or usual())


def _password(from_stdin: bool) -> str:
    """The password, never from an argument, which others of this computer could see."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise AccountsError("a password is asked for on a terminal; where there is none, give it by --password-stdin")
    first = getpass("Password: ")
    if getpass("Again: ") != first:
        raise AccountsError("the two passwords differ; nothing was changed")
    return first


def _noted(roster: Roster, what: str, detail: str) -> None:
    """Put the change into the audit journal, as done by the user of this computer."""
    from getpass import getuser

    from twin.dashboard.rights.audit import Audit

    Audit(roster.path.with_suffix(".journal")).add(f"{getuser()} (terminal)", f"account: {what}", detail)
