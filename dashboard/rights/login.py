"""Log in and out, and change a password: plain pages and forms without a script."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from twin.dashboard.address import THEMES
from twin.dashboard.language import LANGUAGES, say
from twin.dashboard.rights.access import Access
from twin.dashboard.rights.account import LOCAL, NOBODY, OIDC, ROLES, Person, RightError, current, required
from twin.dashboard.rights.door import door
from twin.dashboard.rights.roster import Account, RosterError, plain
from twin.dashboard.rights.session import LIFETIMES

from twin.errors import TwinError

LARGEST = 8192
"""Octets of a form."""
WAITING = 20
"""Passwords that may wait to be judged; each takes a good part of a second and some memory."""
SINGLE = 600.0
"""How long a log-in at another's may take. [s]"""
STATE = "twin_login"
HERE = "/login/other"


class FormError(TwinError):
    """A form is not what the pages send."""


class Door:
    """The answers of everything under /login, /logout and /account."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._judges = ThreadPoolExecutor(max_workers=2, thread_name_prefix="twin-password")
        self._waiting = 0

    def routes(self) -> list[Route]:
        """Where they answer."""
        return [
            Route("/login", self.log_in, methods=["GET", "POST"]),
            Route("/login/here", self.still_here, methods=["GET"]),
            Route(HERE, self.leave, methods=["GET"]),
            Route(f"{HERE}/back", self.come_back, methods=["GET"]),
            Route("/logout", self.log_out, methods=["POST"]),
            Route("/account/password", self.new_password, methods=["POST"]),
            Route("/account/change", self.change, methods=["POST"]),
        ]

    async def log_in(self, request: Request) -> Response:
        """The page, and what is sent from it."""
        if request.method == "GET":
            told = dict(request.query_params)
            there = inside(told.get("next", ""))
            if current().known != NOBODY:
                return RedirectResponse(there, 303)
            why = say(_language(request, told))["accounts_ended"] if told.get("why") == "ended" else ""
            return self._page(request, told, why)
        try:
            told = await form(request)
        except FormError as problem:
            return PlainTextResponse(f"{problem}\n", 400)
        words = say(_language(request, told))
        name, place = told.get("name", ""), _place(request)
        found = await self._judged(name, told.get("password", ""), place)
        if isinstance(found, float):
            return self._page(request, told, words["accounts_wait"].format(seconds=math.ceil(found)), 429, found)
        if found is None:
            known = plain(name) if self.access.roster.get(name) else "?"
            self.access.audit.add(known, "log-in refused", "", place)
            return self._page(request, told, words["accounts_wrong"], 403)
        answer = RedirectResponse(inside(told.get("next", "")), 303)
        return self.enter(request, answer, Person(found.name, found.role, LOCAL), found.mark)

    async def _judged(self, name: str, password: str, place: str) -> Account | float | None:
        """The account, nobody, or how long to wait; a try that is too early is not judged at all."""
        if self._waiting >= WAITING:
            return 5.0
        wait = self.access.throttle.begin(name, place)
        if wait > 0.0:
            return wait
        self._waiting += 1
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._judges, self.access.roster.verify, name, password)  # fmt: skip
        finally:
            self._waiting -= 1
        if found is not None:
            self.access.throttle.right(name, place)
        return found

    def enter(self, request: Request, answer: Response, person: Person, mark: str) -> Response:
        """Begin a new session, whatever the browser had before."""
        self.access.sessions.end(request.cookies.get(self.access.cookie, ""))
        place, browser = _place(request), request.headers.get("user-agent", "")
        token = self.access.sessions.begin(person.name, person.role, person.known, mark, place, browser)
        self.access.audit.add(person.name, "logged in", person.role if person.known == LOCAL else f"{person.role}, by {person.known}", place)  # fmt: skip
        self._cookie(answer, self.access.cookie, token, LIFETIMES[person.role][1])
        return answer

    def _cookie(self, answer: Response, name: str, text: str, age: float, path: str = "/") -> None:
        answer.set_cookie(
            name, text, max_age=int(age), path=path, secure=self.access.secure, httponly=True, samesite="lax"
        )

    async def log_out(self, request: Request) -> Response:
        """End this session, or all of this person's."""
        told, person = {**request.query_params, **await form(request)}, current()
        if told.get("everywhere"):
            self.access.sessions.end_all(person.name, person.known)
        self.access.sessions.end(request.cookies.get(self.access.cookie, ""))
        self.access.audit.add(
            person.name, "logged out", "everywhere" if told.get("everywhere") else "", _place(request)
        )
        answer = RedirectResponse("/login?" + urlencode({"next": inside(told.get("back", ""))}), 303)
        self._cookie(answer, self.access.cookie, "", 0)
        return answer

    async def still_here(self, request: Request) -> Response:
        """Whether somebody is logged in, for pages that ask nothing else."""
        return Response(status_code=401 if current().known == NOBODY else 204)

    async def leave(self, request: Request) -> Response:
        """Go to the other's log-in; what has to come back is kept here, for this browser only."""
        provider = self.access.provider
        if provider is None:
            return RedirectResponse("/login", 303)
        there = inside(request.query_params.get("next", ""))
        try:
            token, answer = await provider.leave(request, self._back(request), there)
        except TwinError as problem:
            return self._page(request, {"next": there}, str(problem), 502)
        self._cookie(answer, STATE, token, SINGLE, HERE)
        return answer

    async def come_back(self, request: Request) -> Response:
        """Who the other says it is."""
        provider = self.access.provider
        if provider is None:
            return RedirectResponse("/login", 303)
        try:
            person, mark, there = await provider.come_back(request, request.cookies.get(STATE, ""), self._back(request))
        except TwinError as problem:
            self.access.audit.add("?", "log-in refused", f"by {provider.issuer}: {problem}", _place(request))
            answer = self._page(request, {}, str(problem), 403)
        else:
            answer = self.enter(request, RedirectResponse(inside(there), 303), person, mark)
        self._cookie(answer, STATE, "", 0, HERE)
        return answer

    def _back(self, request: Request) -> str:
        return f"{self.access.url or str(request.base_url).rstrip('/')}{HERE}/back"

    async def new_password(self, request: Request) -> Response:
        """Change one's own password; all other sessions end by it, and this one begins anew."""
        told, person = {**request.query_params, **await form(request)}, current()
        if person.known != LOCAL:
            return _told(told, "unknown")
        if told.get("password") != told.get("again"):
            return _told(told, "differ")
        found = await self._judged(person.name, told.get("present", ""), _place(request))
        if isinstance(found, float):
            return _told(told, "wait")
        if found is None:
            self.access.audit.add(person.name, "password change refused", "", _place(request))
            return _told(told, "present_wrong")
        try:
            account = await asyncio.to_thread(self.access.roster.password, person.name, told.get("password", ""))
        except RosterError:
            return _told(told, "weak")
        self.access.sessions.end_all(person.name, LOCAL)
        self.access.audit.add(person.name, "password changed", "", _place(request))
        return self.enter(request, _told(told, "password_changed"), person, account.mark)

    async def change(self, request: Request) -> Response:
        """What an administrator does with accounts: add, give a role or a password, remove, end sessions."""
        told = {**request.query_params, **await form(request)}
        person, what, name = required("admin"), told.get("what", ""), plain(told.get("name", ""))
        roster, role, known = self.access.roster, told.get("role", ""), OIDC if told.get("known") == OIDC else LOCAL
        if name == person.name and what in ("role", "remove"):
            return _told(told, "not_yourself")
        try:
            if what == "add":
                await asyncio.to_thread(roster.add, name, role, told.get("password", ""))
            elif what == "role" and role in ROLES:
                roster.role(name, role)
            elif what == "remove":
                roster.remove(name)
            elif what != "end":
                return _told(told, "unknown")
        except RosterError:
            taken = roster.get(name) is not None
            return _told(told, {"add": "taken" if taken else "weak"}.get(what, "unknown"))
        if what != "add":
            self.access.sessions.end_all(told.get("name", "") if known == OIDC else name, known)
        self.access.audit.add(person.name, f"account: {what}", f"{name} {role}".strip(), _place(request))
        return _told(told, f"done_{what}")

    def _page(
        self, request: Request, told: Mapping[str, str], why: str, status: int = 200, wait: float = 0.0
    ) -> Response:
        language, there = _language(request, told), inside(told.get("next", ""))
        theme = dict(parse_qsl(urlsplit(there).query)).get("theme", "")
        page = door(language, theme if theme in THEMES else "light", there, why, told.get("name", "")[:64], self.access.provider is not None)  # fmt: skip
        headers = {"retry-after": str(math.ceil(wait))} if wait else None
        return HTMLResponse(page, status, headers)


async def form(request: Request) -> dict[str, str]:
    """The fields of a form, each once.

    Raises
    ------
    FormError
        When it is no form, too long, or not text.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise FormError("the form is too long")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != "application/x-www-form-urlencoded":
        raise FormError("only a form is understood here")
    try:
        found = parse_qs(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError as problem:
        raise FormError("the form is not text") from problem
    return {name: values[-1].replace("\0", "") for name, values in found.items()}


async def refused(request: Request, problem: Exception) -> Response:
    """Answer of a route or callback that somebody may not use, or whose form is none."""
    return PlainTextResponse(f"{problem}\n", 403 if isinstance(problem, RightError) else 400)


def inside(text: str) -> str:
    """An address of this dashboard, and none of anybody else or of the log-in itself.

    >>> inside("/map?site=a"), inside("//b.example"), inside("https://b.example"), inside("/login?next=/"), inside("")
    ('/map?site=a', '/', '/', '/', '/')
    """
    strange = any(ord(letter) < 33 or letter == "\\" for letter in text)
    if strange or len(text) > 2000 or not text.startswith("/") or text.startswith("//"):
        return "/"
    return "/" if urlsplit(text).path.startswith(("/login", "/logout", "/account/")) else text


def _told(told: Mapping[str, str], key: str) -> Response:
    """Back to the page of accounts, which says what came of it."""
    parts = urlsplit(inside(told.get("back", "")))
    query = {**dict(parse_qsl(parts.query)), "told": key}
    return RedirectResponse(f"{parts.path}?{urlencode(query)}", 303)


def _language(request: Request, told: Mapping[str, str]) -> str:
    """The language of the page that was asked for, else the browser's."""
    asked = told.get("lang") or dict(parse_qsl(urlsplit(told.get("next", "")).query)).get("lang", "")
    if asked in LANGUAGES:
        return asked
    return "zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"


def _place(request: Request) -> str:
    return request.client.host if request.client else ""
