"""The fields of an instance as a dict, for what is written with every request."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from attrs import AttrsInstance, fields


def shallow(of: type[AttrsInstance]) -> Callable[[AttrsInstance], dict[str, Any]]:
    """Return what reads all fields, two or more, of an instance, as `asdict` without recursion does.

    `asdict` looks at the class anew each time, which takes several times as long.
    """
    names = tuple(each.name for each in fields(of))
    values = attrgetter(*names)
    return lambda instance: dict(zip(names, values(instance), strict=True))
