"""Courses of seats as lines that a page can draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from hub.engine.values.courses import Course

#: The picture's own units: it is drawn as wide as the page has room.
WIDTH, HEIGHT = 900, 160


@frozen(kw_only=True)
class Chart:
    """A *course* drawn: the points of what was *held* and *bought*, the *area* below the first.

    *top* is the number at the upper edge; the lower one is zero.
    """

    course: Course
    top: int
    held: str
    bought: str
    area: str
    width: int = WIDTH
    height: int = HEIGHT


def chart(course: Course) -> Chart:
    """Return *course* drawn in steps: a number holds for its whole day."""
    days = course.days
    top = _top(max(max(day.bought, day.held) for day in days))
    held = " ".join(_steps([day.held for day in days], top))
    return Chart(
        course=course,
        top=top,
        held=held,
        bought=" ".join(_steps([day.bought for day in days], top)),
        area=f"0,{HEIGHT} {held} {WIDTH},{HEIGHT}",
    )


def _steps(numbers: Sequence[int], top: int) -> Iterator[str]:
    wide = WIDTH / len(numbers)
    for place, number in enumerate(numbers):
        y = f"{HEIGHT - HEIGHT * max(number, 0) / top:g}"
        yield f"{place * wide:g},{y}"
        yield f"{(place + 1) * wide:g},{y}"


def _top(most: int) -> int:
    """Return the next number above *most* that is easy to read, so that no line runs along the edge."""
    size = 1
    while True:
        for tenths in (10, 20, 50, 80) if size < 10 else (10, 12, 15, 20, 25, 30, 40, 50, 60, 80):
            if tenths * size // 10 > most:
                return tenths * size // 10
        size *= 10
