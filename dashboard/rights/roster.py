"""The local accounts: a file that only its owner can read, with names, roles and argon2 digests of passwords."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from twin.dashboard.rights.account import ROLES

from twin.errors import TwinError
from twin.stock import data_folder

FEWEST, MOST = 12, 1024
"""Characters of a password: long rather than strange; more than any password has are refused unread."""
NAME = re.compile(r"\w[\w.@-]{0,63}")
PRIVATE = 0o600
TAKEN = (".sqlite", ".journal")
"""Endings of what is kept beside the file."""


class RosterError(TwinError):
    """An account cannot be kept as asked, or the file of accounts cannot be used."""

    exit_code = 2


@dataclass(frozen=True)
class Account:
    """A local account.

    Attributes
    ----------
    digest : argon2's text of the password. since : when the password was set, ISO 8601.
    """

    name: str
    role: str
    digest: str
    since: str

    @property
    def mark(self) -> str:
        """What a session remembers of its account: another password or role gives another mark, which ends the session."""
        return sha256(f"{self.name}\n{self.role}\n{self.digest}".encode()).hexdigest()


def usual() -> Path:
    """Where accounts are kept when no file is named."""
    return data_folder() / "accounts.json"


def plain(name: str) -> str:
    """A name as it is kept: case and ways to write the same letter do not tell people apart.

    >>> plain(" Ｌi ")
    'li'
    """
    return unicodedata.normalize("NFKC", name).strip().casefold()


def fit(name: str, password: str) -> None:
    """Refuse a password that is guessed too easily.

    Raises
    ------
    RosterError
        With the rule.
    """
    if not FEWEST <= len(password) <= MOST:
        raise RosterError(f"a password has {FEWEST} to {MOST} characters; some words in a row are easy to keep in mind")
    if (len(name) > 2 and name in plain(password)) or len(set(password)) < FEWEST // 2:
        raise RosterError("this password is guessed too easily: it holds the name, or few different characters; take some words in a row")  # fmt: skip


def entry(name: str, role: str) -> tuple[str, str]:
    """A name and a role as they are kept.

    Raises
    ------
    RosterError
        For a name that is none, or an unknown role.
    """
    name = plain(name)
    if not NAME.fullmatch(name):
        raise RosterError("a name has 1 to 64 letters, digits, dots, hyphens and @, and begins with a letter or digit")
    return name, _role(role)


class Roster:
    """The accounts of one file; it is read again whenever it has changed, so that a change holds at once.

    Parameters
    ----------
    path : of the file; it is made by the first account.
    hasher : of passwords; tests take a quicker one.
    """

    def __init__(self, path: Path, hasher: PasswordHasher | None = None) -> None:
        if path.suffix in TAKEN:
            raise RosterError(f"{path}: another ending, such as .json; sessions and the journal have this one")
        self.path = path
        self.hasher = hasher or PasswordHasher()
        self._stamp: tuple[int, ...] = ()
        self._read: Mapping[str, Account] = {}

    def all(self) -> Mapping[str, Account]:
        """All accounts by name.

        Raises
        ------
        RosterError
            When the file can be read by others, or is no file of accounts.
        """
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return {}
        except OSError as problem:
            raise RosterError(f"{self.path}: cannot be read ({problem.strerror})") from problem
        if found.st_mode & 0o077:
            raise RosterError(f"{self.path}: others can read it; nobody is let in until you run: chmod 600 {self.path}")
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        if stamp != self._stamp:
            self._read, self._stamp = self._loaded(), stamp
        return self._read

    def _loaded(self) -> Mapping[str, Account]:
        try:
            told = json.loads(self.path.read_text(encoding="utf-8"))
            found = {each["name"]: Account(**each) for each in told["accounts"]}
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise RosterError(f"{self.path}: is no file of accounts ({problem}); bring back a copy, or move it away and add accounts again") from problem  # fmt: skip
        wrong = [name for name, each in found.items() if each.role not in ROLES]
        if wrong:
            raise RosterError(f"{self.path}: {', '.join(wrong)}: unknown role; it is one of {', '.join(ROLES)}")
        return found

    def get(self, name: str) -> Account | None:
        """An account by its name."""
        return self.all().get(plain(name))

    def add(self, name: str, role: str, password: str) -> Account:
        """Make an account.

        Raises
        ------
        RosterError
            For a name that is taken or none, an unknown role or a password that is guessed too easily.
        """
        return self._set(*entry(name, role), password, new=True)

    def password(self, name: str, password: str) -> Account:
        """Give an account another password; its sessions end.

        Raises
        ------
        RosterError
            For an unknown account, or a password that is guessed too easily.
        """
        return self._set(plain(name), "", password, new=False)

    def _set(self, name: str, role: str, password: str, new: bool) -> Account:
        fit(name, password)
        digest = self.hasher.hash(_same(password))
        with self._changing() as accounts:
            if new and name in accounts:
                raise RosterError(f"{name}: has an account; `twin accounts password {name}` gives it another password")
            kept = role or self._known(accounts, name).role
            accounts[name] = Account(name, kept, digest, datetime.now(UTC).isoformat(timespec="seconds"))
            return accounts[name]

    def role(self, name: str, role: str) -> Account:
        """Give an account another role; its sessions end.

        Raises
        ------
        RosterError
            For an unknown account or role.
        """
        with self._changing() as accounts:
            found = self._known(accounts, plain(name))
            accounts[found.name] = replace(found, role=_role(role))
            return accounts[found.name]

    def remove(self, name: str) -> None:
        """Take an account away; its sessions end.

        Raises
        ------
        RosterError
            For an unknown account.
        """
        with self._changing() as accounts:
            del accounts[self._known(accounts, plain(name)).name]

    def verify(self, name: str, password: str) -> Account | None:
        """The account, if the password is right; an unknown name takes as long as a wrong password."""
        account = self.get(name)
        same = _same(password)
        try:
            self.hasher.verify(account.digest if account else self._nobody, same)
        except (VerificationError, InvalidHashError):
            return None
        if account and self.hasher.check_needs_rehash(account.digest):
            with self._changing() as accounts:
                account = accounts[account.name] = replace(account, digest=self.hasher.hash(same))
        return account

    @cached_property
    def _nobody(self) -> str:
        """Digest of a password that nobody has."""
        return self.hasher.hash(secrets.token_urlsafe(32))

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Account]]:
        """The accounts to be changed by one at a time; they are written when the block ends well."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock_file = os.open(self.path.with_name(f".{self.path.name}.lock"), os.O_CREAT | os.O_WRONLY, PRIVATE)
            with os.fdopen(lock_file, "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                accounts = dict(self.all())
                yield accounts
                self._write(accounts)
        except OSError as problem:
            raise RosterError(f"{self.path}: cannot be written ({problem.strerror}); name another file with --accounts") from problem  # fmt: skip

    def _write(self, accounts: Mapping[str, Account]) -> None:
        text = json.dumps({"schema_version": 1, "accounts": [asdict(each) for each in accounts.values()]}, ensure_ascii=False, indent=1)  # fmt: skip
        part = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        try:
            with os.fdopen(
                os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE), "w", encoding="utf-8"
            ) as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(part, self.path)
        finally:
            part.unlink(missing_ok=True)

    def _known(self, accounts: Mapping[str, Account], name: str) -> Account:
        if name not in accounts:
            raise RosterError(f"{name}: has no account; there are: {', '.join(sorted(accounts)) or 'none'}")
        return accounts[name]


def _same(password: str) -> str:
    """A password however its letters were written; too long ones stay wrong, and cost nothing."""
    return unicodedata.normalize("NFKC", password[: MOST + 1])


def _role(role: str) -> str:
    if role not in ROLES:
        raise RosterError(f"{role}: unknown role; it is one of {', '.join(ROLES)}")
    return role
