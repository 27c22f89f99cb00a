"""An exchange is told so that a person sees what came, what was made of it, and what it did."""

from hub.cli import printing
from hub.cli.exchanges import told

KEPT = {
    "at": "2026-11-24T12:00:00.000Z",
    "method": "PATCH",
    "path": "/Users/1",
    "status": 200,
    "duration_ms": 4.4,
    "reference": "hx_ABC",
    "quirks": ["boolean-as-text"],
    "effect": ["user_deactivated", "seat_released: standard"],
    "error": None,
    "request": {"active": "False"},
    "became": {"active": False},
    "answer": None,
}


def test_told():
    """What does not apply is left out; the rest stands one thing a line."""
    assert [
        "2026-11-24T12:00:00.000Z  PATCH /Users/1 → 200, 4 ms",
        "  reference  hx_ABC",
        "  quirks     boolean-as-text",
        "  effect     user_deactivated, seat_released: standard",
        '  sent       {"active": "False"}',
        '  became     {"active": false}',
    ] == told(KEPT).splitlines()


def test_what_was_sent_cannot_play_tricks(capsys):
    """A name that a provider sent reaches the terminal without its control characters."""
    printing.show(
        told({**KEPT, "error": "no \x1b]0;gotcha\x07seat", "request": {"userName": "\u202eann\x9b2J"}})
    )

    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(capsys.readouterr().out)
