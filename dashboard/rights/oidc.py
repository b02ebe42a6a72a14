"""Somebody else's log-in by OpenID Connect: a code with proof of possession, a state and a nonce, and a signed token that is checked."""

from __future__ import annotations

import json
import secrets
import warnings
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.deprecate import AuthlibDeprecationWarning
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import Response
from twin.dashboard.rights.account import OIDC, ROLES, Person
from twin.dashboard.rights.session import State, digest

from twin.errors import TwinError

SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures that only the provider can make; a shared secret signs nothing here."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PATIENCE = 10.0
"""How long a provider may take for an answer. [s]"""
LASTS = 600.0
"""How long a log-in there may take. [s]"""
MOST = 1000
"""Log-ins that may be under way; the oldest give way."""
ANYBODY = "*"
TROUBLE = (AuthlibBaseError, JoseError, httpx.HTTPError, RuntimeError, ValueError, KeyError, TypeError)


class ProviderError(TwinError):
    """The other's log-in cannot be used, or did not go well."""

    exit_code = 2


class Provider:
    """One provider.

    Parameters
    ----------
    issuer : its address, exactly as its own description and its tokens say it.
    client, secret : who this dashboard is there.
    claim : where its tokens tell groups or roles; dots lead into parts, such as realm_access.roles.
    roles : the dashboard's role of each of its groups; `*` is anybody.
    """

    def __init__(self, issuer: str, client: str, secret: str, claim: str, roles: Mapping[str, str]) -> None:
        parts = urlsplit(issuer)
        if not parts.hostname or (
            parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK)
        ):
            raise ProviderError(f"{issuer}: an issuer is reached by https")
        wrong = [f"{group}={role}" for group, role in roles.items() if role not in ROLES]
        if wrong or not roles:
            raise ProviderError(f"{', '.join(wrong) or 'no role is given to anybody'}: --oidc-role GROUP=ROLE, with one of {', '.join(ROLES)}; GROUP may be *")  # fmt: skip
        self.issuer, self.claim, self.roles = issuer, claim, dict(roles)
        self.state: State | None = None
        self._client = _registry().register(
            "other", client_id=client, client_secret=secret, server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256", "timeout": PATIENCE},
        )  # fmt: skip
        self._id = client

    async def leave(self, request: Request, back: str, there: str) -> tuple[str, Response]:
        """The way to the provider, and the token of what is kept for the way back."""
        request.scope["session"] = kept = {}
        try:
            await self._described()
            answer = await self._client.authorize_redirect(request, back)
        except TROUBLE as problem:
            raise ProviderError(f"{self.issuer}: does not answer as it should ({_short(problem)}); try again, or log in by a local account") from problem  # fmt: skip
        token = secrets.token_urlsafe(32)
        self._ask("DELETE FROM pending WHERE made < ?", self._now() - LASTS)
        self._ask("DELETE FROM pending WHERE digest NOT IN (SELECT digest FROM pending ORDER BY made DESC LIMIT ?)", MOST)  # fmt: skip
        self._ask(
            "INSERT INTO pending VALUES (?, ?, ?)",
            digest(token),
            self._now(),
            json.dumps({"session": kept, "there": there}),
        )
        return token, answer

    async def come_back(self, request: Request, token: str, back: str) -> tuple[Person, str, str]:
        """Who the provider says it is, their identity there, and where they wanted to go; what was kept serves once.

        Raises
        ------
        ProviderError
            When anything does not fit: then nobody is let in.
        """
        found = self._ask(
            "DELETE FROM pending WHERE digest = ? AND made >= ? RETURNING told", digest(token), self._now() - LASTS
        )
        if not found:
            raise ProviderError("this log-in took too long, or began in another browser; begin again")
        told = json.loads(found[0][0])
        request.scope["session"] = told["session"]
        if request.query_params.get("iss", self.issuer) != self.issuer:
            raise ProviderError("the answer is another provider's")
        try:
            await self._described()
            claims = (await self._client.authorize_access_token(request, claims_options=self._options()))["userinfo"]
        except TROUBLE as problem:
            raise ProviderError(
                f"the log-in at {self.issuer} was refused ({_short(problem)}); begin again"
            ) from problem
        return self._person(claims), f"{claims['sub']}", told["there"]

    def _options(self) -> dict[str, dict[str, Any]]:
        return {"iss": {"essential": True, "value": self.issuer}, "aud": {"essential": True, "value": self._id}, "sub": {"essential": True}}  # fmt: skip

    async def _described(self) -> None:
        """What the provider says of itself, once; its address has to be the one that was given, its signatures its own."""
        told = await self._client.load_server_metadata()
        if told.get("issuer") != self.issuer:
            told.pop("_loaded_at", None)
            raise ValueError(f"it calls itself {told.get('issuer')}")
        told["id_token_signing_alg_values_supported"] = [each for each in told.get("id_token_signing_alg_values_supported", ["RS256"]) if each in SIGNED] or ["RS256"]  # fmt: skip

    def _person(self, claims: Mapping[str, Any]) -> Person:
        """The highest role that any of somebody's groups has."""
        groups = _told(claims, self.claim)
        granted = [role for group, role in self.roles.items() if group == ANYBODY or group in groups]
        name = next((str(claims[key]) for key in ("preferred_username", "email", "sub") if claims.get(key)), "")[:64]
        if not granted:
            raise ProviderError(f"{name}: has no role here; whoever keeps the accounts gives one of your groups a role")
        return Person(name, max(granted, key=ROLES.index), OIDC)

    def _ask(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        assert self.state is not None, "a provider is used by an Access, which has the state"
        return self.state.ask(text, *values)

    def _now(self) -> float:
        assert self.state is not None, "a provider is used by an Access, which has the state"
        return self.state.clock()


def _registry() -> Any:
    """Authlib's clients; on import it tells its users' programmers which packages it will need one day, which is no user's matter."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AuthlibDeprecationWarning)
        from authlib.integrations.starlette_client import OAuth
    return OAuth()


def _told(claims: Mapping[str, Any], claim: str) -> list[str]:
    """The texts of a claim, by its whole name or a way of dots.

    >>> _told({"a": {"roles": ["x", "y"]}}, "a.roles"), _told({"https://b/roles": "x"}, "https://b/roles"), _told({}, "a.b")
    (['x', 'y'], ['x'], [])
    """
    found: Any = claims.get(claim)
    if found is None:
        found = claims
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return [found]
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def _short(problem: Exception) -> str:
    """What went wrong, in few words and without a secret."""
    if isinstance(problem, AuthlibBaseError):
        return str(problem.error)[:80]
    return type(problem).__name__ if isinstance(problem, httpx.HTTPError) else str(problem)[:120]
