"""A small provider of OpenID Connect on loopback for tests: real HTTP, signed tokens, codes that serve once, and faults on demand."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "twin", "a secret that only the two know"
STRANGER = RSAKey.generate_key(2048, parameters={"kid": "one"})


class Provider(ThreadingHTTPServer):
    """It logs everybody in as `claims` say, at once; `fault` makes it lie in one way."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.claims = {"sub": "7", "preferred_username": "wang", "groups": ["energy"]}
        self.codes, self.fault, self.asked = {}, "", []

    def token(self, nonce):
        """The signed token of a log-in."""
        now = int(time.time())
        told = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce, **self.claims}
        told |= {
            "issuer": {"iss": "http://127.0.0.1:9"}, "audience": {"aud": "somebody"}, "nonce": {"nonce": "another"},
            "expired": {"exp": now - 3600, "iat": now - 7200},
        }.get(self.fault, {})  # fmt: skip
        told = {key: value for key, value in told.items() if not (self.fault == "no nonce" and key == "nonce")}
        if self.fault == "unsigned":
            parts = [json.dumps(part).encode() for part in ({"alg": "none"}, told)]
            return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
        if self.fault == "shared":
            return jwt.encode({"alg": "HS256"}, told, OctKey.import_key(SECRET * 2), algorithms=["HS256"])
        return jwt.encode({"alg": "RS256", "kid": "one"}, told, STRANGER if self.fault == "key" else self.key)


class Answers(BaseHTTPRequestHandler):
    """What it answers."""

    def do_GET(self):
        path, query = urlsplit(self.path).path, {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
        server = self.server
        server.asked.append(self.path)
        if path == "/.well-known/openid-configuration":
            self.told({
                "issuer": server.issuer if server.fault != "description" else "http://127.0.0.1:9",
                "authorization_endpoint": f"{server.issuer}/authorize", "token_endpoint": f"{server.issuer}/token",
                "jwks_uri": f"{server.issuer}/keys", "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
            })  # fmt: skip
        elif path == "/keys":
            self.told({"keys": [server.key.as_dict(private=False)]})
        elif path == "/authorize" and query.get("client_id") == CLIENT:
            code = secrets.token_urlsafe(8)
            server.codes[code] = query
            self.send_response(302)
            state = "another" if server.fault == "state" else query["state"]
            self.send_header("location", f"{query['redirect_uri']}?{urlencode({'code': code, 'state': state})}")
            self.send_header("content-length", "0")
            self.end_headers()
        else:
            self.told({"error": "invalid_request"}, 400)

    def do_POST(self):
        body = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        who = base64.b64decode(self.headers.get("authorization", "Basic ").partition(" ")[2]).decode()
        begun = self.server.codes.pop(body.get("code", [""])[0], None)
        challenge = (
            base64.urlsafe_b64encode(sha256(body.get("code_verifier", [""])[0].encode()).digest()).rstrip(b"=").decode()
        )
        fits = (
            begun
            and who.split(":")[0] == CLIENT
            and begun.get("code_challenge_method") == "S256"
            and begun["code_challenge"] == challenge
        )
        if not fits:
            self.told({"error": "invalid_grant"}, 400)
            return
        self.told({"access_token": "x", "token_type": "Bearer", "id_token": self.server.token(begun.get("nonce"))})

    def told(self, answer, status=200):
        """Send one JSON document."""
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def provider():
    """A provider that runs while the block does."""
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)
