"""SAML identity providers for tests: a real one in a process of its own, and a hand that forges."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import httpx2
from attrs import frozen

INSTALL = "apt-get install --yes --no-install-recommends xmlsec1"


@frozen
class Idp:
    """The real provider, as a test and a browser see it."""

    root: str

    @property
    def metadata_url(self) -> str:
        """Return where its metadata is."""
        return f"{self.root}/metadata"

    def knows(self, metadata: bytes) -> None:
        """Tell it who may ask it."""
        self._post("/sp", metadata)

    def is_now(self, name: str) -> None:
        """Have whoever comes next be *name*."""
        self._post(f"/as/{name}")

    def roll(self) -> None:
        """Have it sign with another certificate."""
        self._post("/roll")

    def sign_in(self, url: str) -> tuple[str, dict[str, str]]:
        """Return where a browser that goes to *url* posts what, once somebody has signed in."""
        page = httpx2.get(url, trust_env=False).raise_for_status().text
        action = re.search(r'<form[^>]*action="([^"]*)"', page)
        fields = dict(re.findall(r'<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"', page))
        assert action, page
        return unescape(action[1]), {name: unescape(value) for name, value in fields.items()}

    def _post(self, path: str, body: bytes = b"") -> None:
        httpx2.post(self.root + path, content=body, trust_env=False).raise_for_status()


@contextmanager
def idp(folder: Path) -> Iterator[Idp]:
    """Run the real provider in a process of its own."""
    have_xmlsec()
    script = Path(__file__).with_name("idp.py")
    with (folder / "idp.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(script), str(folder)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    try:
        where = process.stdout.readline().strip()
        assert where, (folder / "idp.log").read_text()[-4000:]
        yield Idp(where)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def have_xmlsec() -> None:
    """See to it that the program xmlsec1 is there, which pysaml2 signs with."""
    if shutil.which("xmlsec1"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "--quiet"], check=False, capture_output=True)
        subprocess.run(INSTALL.split(), check=False, capture_output=True)
    if not shutil.which("xmlsec1"):
        raise AssertionError(f"the identity provider of the tests needs xmlsec1: sudo {INSTALL}")
