"""A real SAML identity provider, pysaml2's, in a process of its own: `python idp.py FOLDER`.

It says on its first line where it is. GET /metadata is its own; what is POSTed to /sp is the metadata of who
may ask it; POST /as/NAME has whoever comes next be NAME; POST /roll has it sign with another certificate.
GET /sso signs somebody in: a page with a form, as a browser gets it.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAME_FORMAT_BASIC, NAMEID_FORMAT_EMAILADDRESS, NameID
from saml2.server import Server
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"


class Provider:
    """The identity provider; *sign_response* is whether it signs the response, too, as many do."""

    def __init__(self, folder: Path, root: str) -> None:
        self.folder, self.root = folder, root
        self.name, self.sp, self.number = "ann@acme.example", "", 0
        self.roll()

    def roll(self) -> None:
        """Sign with a new certificate from now on."""
        self.number += 1
        key = rsa.generate_private_key(65537, 2048)
        called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"idp {self.number}")])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(called)
            .issuer_name(called)
            .public_key(key.public_key())
            .serial_number(self.number)
            .not_valid_before(now - timedelta(minutes=1))
            .not_valid_after(now + timedelta(days=1))
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        certificate = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        for name, raw in {"key.pem": private, "cert.pem": certificate}.items():
            (self.folder / f"{self.number}-{name}").write_bytes(raw)

    @property
    def settings(self) -> IdPConfig:
        """Return what pysaml2 wants to know."""
        said: dict[str, Any] = {
            "entityid": f"{self.root}/metadata",
            "service": {
                "idp": {
                    "endpoints": {"single_sign_on_service": [(f"{self.root}/sso", BINDING_HTTP_REDIRECT)]},
                    "policy": {"default": {"lifetime": {"minutes": 5}, "name_form": NAME_FORMAT_BASIC}},
                    "name_id_format": [NAMEID_FORMAT_EMAILADDRESS],
                }
            },
            "key_file": str(self.folder / f"{self.number}-key.pem"),
            "cert_file": str(self.folder / f"{self.number}-cert.pem"),
            "metadata": {"inline": [self.sp]} if self.sp else {},
        }
        return IdPConfig().load(said)

    def metadata(self) -> bytes:
        """Return its metadata."""
        return str(entity_descriptor(self.settings)).encode()

    def signed_in(self, query: dict[str, str]) -> str:
        """Return the page that takes somebody back with a response."""
        server = Server(config=self.settings)
        request = server.parse_authn_request(query["SAMLRequest"], BINDING_HTTP_REDIRECT)
        answer = server.create_authn_response(
            {"mail": [self.name], "displayName": ["Ann Lee"]},
            userid=self.name,
            name_id=NameID(format=NAMEID_FORMAT_EMAILADDRESS, text=self.name),
            authn={"class_ref": PASSWORD, "authn_auth": self.root},
            sign_assertion=True,
            sign_response=True,
            sign_alg=SIG_RSA_SHA256,
            digest_alg=DIGEST_SHA256,
            **server.response_args(request.message),
        )
        destination = server.response_args(request.message)["destination"]
        form = server.apply_binding(
            BINDING_HTTP_POST, str(answer), destination, query.get("RelayState", ""), response=True
        )
        return str(form["data"])


class Handler(BaseHTTPRequestHandler):
    """Answers over HTTP."""

    provider: Provider

    def do_GET(self) -> None:
        """Answer its metadata, or a sign-in."""
        parts = urlsplit(self.path)
        if parts.path == "/metadata":
            self._send(self.provider.metadata(), "application/samlmetadata+xml")
        else:
            page = self.provider.signed_in(dict(parse_qsl(parts.query)))
            self._send(page.encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        """Do what a test asks."""
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path == "/sp":
            self.provider.sp = raw.decode()
        elif self.path == "/roll":
            self.provider.roll()
        else:
            self.provider.name = unquote(self.path.removeprefix("/as/"))
        self._send(b"done", "text/plain")

    def _send(self, body: bytes, media: str) -> None:
        self.send_response(200)
        self.send_header("content-type", media)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    where = f"http://127.0.0.1:{server.server_port}"
    Handler.provider = Provider(Path(sys.argv[1]), where)
    sys.stdout.write(f"{where}\n")
    sys.stdout.flush()
    server.serve_forever()
