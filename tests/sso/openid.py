"""OpenID providers for tests: one that says whatever it is told to, and a real one."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from attrs import define, field
from joserfc import jwt
from joserfc.jwk import Key, RSAKey

CLIENT, SECRET = "hub-client", "a secret of the client"


@define(kw_only=True)
class Forger:
    """An OpenID provider that answers what a test wants; *asked* is what it was asked for."""

    issuer: str
    keys: list[Key]
    says: dict[str, Any] = field(factory=dict)
    documents: dict[str, bytes] = field(factory=dict)
    headers: dict[str, str] = field(factory=dict)
    status: int = 200
    token: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(factory=list)

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return the claims of an honest token, with *changes*; None takes one away."""
        now = int(time.time())
        honest = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "ann-1",
            "nonce": "the nonce",
            "iat": now,
            "exp": now + 300,
            "auth_time": now - 5,
            "email": "Ann@Acme.Example",
            "email_verified": True,
            "name": "Ann Lee",
        }
        return {name: value for name, value in {**honest, **changes}.items() if value is not None}

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        """Return *claims* signed by the first key."""
        said = {"alg": "RS256", "kid": self.keys[0].kid, **header}
        said = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(said, claims, self.keys[0], [said["alg"]])

    def answer(self, path: str) -> bytes:
        """Return what stands at *path*."""
        if path in self.documents:
            return self.documents[path]
        found: dict[str, Any] = {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                **self.says,
            },
            "/keys": {"keys": [key.as_dict(private=False) for key in self.keys]},
            "/token": {"access_token": "opaque", "token_type": "bearer", "id_token": self.token},
        }
        return json.dumps(found[path]).encode()

    def count(self, path: str) -> int:
        """Return how often it was asked for what stands at *path*."""
        return sum(each == path for each, _ in self.asked)


@contextmanager
def forging() -> Iterator[Forger]:
    """Serve a `Forger` on a port of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    issuer = f"http://127.0.0.1:{server.server_port}"
    server.forger = Forger(issuer=issuer, keys=[_first_key()])  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.forger  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer a question."""
        self._answer({})

    def do_POST(self) -> None:
        """Answer a form."""
        raw = self.rfile.read(int(self.headers["content-length"]))
        self._answer({name: values[0] for name, values in parse_qs(raw.decode()).items()})

    def _answer(self, form: dict[str, str]) -> None:
        forger: Forger = self.server.forger  # type: ignore[attr-defined]
        path = urlsplit(self.path).path
        forger.asked.append((path, form))
        body = forger.answer(path)
        self.send_response(forger.status)
        for name, value in {"content-length": str(len(body)), **forger.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@cache
def _first_key() -> RSAKey:
    return new_key("one")


def new_key(kid: str) -> RSAKey:
    """Return a new key called *kid*."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


class Canaille:
    """A real OpenID provider with one client and its people, asked over HTTP as a browser would."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.issuer = server.url.rstrip("/")

    def client(self, redirect: str) -> tuple[str, str]:
        """Let a client in that people are sent back to at *redirect*; return its id and its secret."""
        models, name = self.server.models, f"client-{time.time_ns()}"
        with self.server.app.app_context():
            client = models.Client(
                client_id=name,
                client_secret=SECRET,
                client_name="The hub",
                client_uri=redirect,
                redirect_uris=[redirect],
                grant_types=["authorization_code"],
                response_types=["code"],
                token_endpoint_auth_method="client_secret_basic",
                scope=["openid", "email", "profile"],
            )
            self.server.backend.save(client)
            client.audience = [client]
            self.server.backend.save(client)
        return name, SECRET

    def person(self, address: str, name: str = "Ann Lee") -> Any:
        """Add somebody."""
        return self.server.random_user(emails=[address], formatted_name=name)

    def authorise(self, url: str, person: Any) -> str:
        """Return where somebody is sent who goes to *url*, signs in, and agrees."""
        self.server.login(person)
        self.server.consent(person)
        try:
            answer = httpx2.get(url, follow_redirects=False, trust_env=False)
        finally:
            self.server.logout()
        assert 302 == answer.status_code, answer.text[:2000]
        return str(answer.headers["location"])


@contextmanager
def canaille() -> Iterator[Canaille]:
    """Run a real OpenID provider in a thread."""
    import os
    import uuid

    import pytest_iam
    from canaille import create_app
    from canaille.backends import Backend
    from joserfc.jwk import JWKRegistry

    from tests.postgres import free_port

    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    port = free_port()
    key = JWKRegistry.generate_key("RSA", 2048)
    key.ensure_kid()
    config = {
        "TESTING": True,
        "ENV_FILE": None,
        "SECRET_KEY": str(uuid.uuid4()),
        "WTF_CSRF_ENABLED": False,
        "PREFERRED_URL_SCHEME": "http",
        "SERVER_NAME": f"localhost:{port}",
        "CANAILLE": {
            "DATABASE": "memory",
            "JAVASCRIPT": False,
            "ACL": {"DEFAULT": {"PERMISSIONS": ["use_oidc", "manage_oidc"]}},
        },
        "CANAILLE_OIDC": {"ACTIVE_JWKS": [key.as_dict(private=True)]},
    }
    app = create_app(config=config, env_file=None)
    # It verifies addresses, and has no claim for it.
    app.config["CANAILLE_OIDC"]["USERINFO_MAPPING"]["EMAIL_VERIFIED"] = "true"
    server = pytest_iam.Server(app, port, Backend.instance)
    thread = threading.Thread(target=server.httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        with app.app_context():
            yield Canaille(server)
    finally:
        server.httpd.shutdown()
        thread.join()
        server.httpd.server_close()
