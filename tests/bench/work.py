"""A kind of request that is measured, and what its answers must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import frozen

from .fill import Filled
from .wire import Answer, Request


@frozen(kw_only=True)
class Work:
    """A kind of request, so many *at_once*; one with *members* is about the group of so many.

    One *of_product* asks what a team's product does, one *of_portal* what its administrators do, and not
    below the SCIM root.
    """

    name: str
    requests: Callable[[Filled], Iterator[Request]]
    shows: Callable[[bytes], bool]
    at_once: int = 16
    members: int | None = None
    of_product: bool = False
    of_portal: bool = False

    def fault(self, answer: Answer) -> str:
        """Tell what is wrong with *answer*: its status, or that it does not show what was asked for."""
        return refused(answer) or ("" if self.shows(answer.raw) else "wrong")


def refused(answer: Answer) -> str:
    """Tell the status of *answer* if it is none of success, or why there is none."""
    if answer.status in {200, 201, 204}:
        return ""
    return str(answer.status or answer.raw.decode())
