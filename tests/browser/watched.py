"""A browser that is watched: whatever a page does that none of ours may do is noted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from attrs import field, frozen
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Route

#: Where everything of a test is.
HERE = {"127.0.0.1", "localhost"}

#: What browsers say of answers such as 403, which some tests are about.
KNOWN = ("Failed to load resource",)


@frozen(kw_only=True)
class Watched:
    """Somebody's browser; *wrong* is what its pages did amiss, a sentence each."""

    context: BrowserContext
    page: Page
    wrong: list[str] = field(factory=list)

    def goto(self, url: str) -> int:
        """Go somewhere; return the status of the answer."""
        answer = self.page.goto(url)
        assert answer is not None
        return answer.status

    def says(self, text: str, *, within: float = 5.0) -> None:
        """Wait until the page says *text*, some seconds at most."""
        self.page.get_by_text(text).first.wait_for(state="visible", timeout=within * 1000)

    def press(self, name: str) -> None:
        """Press the button that is called so."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str, *, exact: bool = True) -> None:
        """Follow the link that is called so."""
        self.page.get_by_role("link", name=name, exact=exact).first.click()

    def copied(self, id: str) -> str:
        """Press the button beside a value, and return what is on the clipboard then."""
        self.page.evaluate("navigator.clipboard.writeText('')")
        self.page.locator(f'[data-copy="{id}"]').click()
        self.page.wait_for_function("navigator.clipboard.readText().then((text) => text !== '')")
        return str(self.page.evaluate("navigator.clipboard.readText()"))


@contextmanager
def watched(browser: Browser, **how: Any) -> Iterator[Watched]:
    """Open a browser of somebody's own; what its pages did amiss fails at the end."""
    context = browser.new_context(**how)
    if how.get("java_script_enabled", True):
        context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(10_000)
    made = Watched(context=context, page=context.new_page())
    context.route("**/*", lambda route: _stays(route, made.wrong))
    context.on(
        "page", lambda page: made.wrong.append(f"opened {page.url}") if page is not made.page else None
    )
    made.page.on("dialog", lambda dialog: _dismiss(dialog, made.wrong))
    made.page.on("pageerror", lambda error: made.wrong.append(f"script: {error}"))
    made.page.on("console", lambda message: _heard(message, made.wrong))
    try:
        yield made
        assert [] == made.wrong
    finally:
        context.close()


def _stays(route: Route, wrong: list[str]) -> None:
    where = urlsplit(route.request.url)
    if where.hostname in HERE or where.scheme in {"data", "blob"}:
        route.continue_()
    else:
        wrong.append(f"asked {route.request.url}")
        route.abort()


def _dismiss(dialog: Dialog, wrong: list[str]) -> None:
    wrong.append(f"dialog: {dialog.message}")
    dialog.dismiss()


def _heard(message: ConsoleMessage, wrong: list[str]) -> None:
    if message.type == "error" and not message.text.startswith(KNOWN):
        wrong.append(f"console: {message.text}")
