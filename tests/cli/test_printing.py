"""What is printed for people only shows itself."""

import sys

import pytest

from hub.cli import printing


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("", None),
        ("7", 7),
        ("Zoë Ångström 李", "Zoë Ångström 李"),
        ("red", "\x1b[31mred\x1b[0m"),
        ("red", "\x9b31mred"),
        ("title", "\x1b]0;you are root\x07title"),
        ("link", "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\"),
        ("", "\x1b]52;c;never ended"),
        ("moved", "\x1b[2J\x1b[1;1Hmoved"),
        ("onetwo", "one\rt\x00w\x08o\n".replace("t\x00w\x08o", "two")),
        ("gpj.exe", "\u202egpj.exe\u202c"),
        ("ab", "a\u200b\u2066\u2028b"),
        ("a", "a\ud800"),
    ],
)
def test_plain(expected, text):
    """Control sequences go whole; controls, bidi marks and line ends go; letters of every script stay."""
    assert expected == printing.plain(text)


def test_lines_stay_lines(capsys):
    """A text of several lines is printed on as many, each made plain."""
    printing.show("one\ntw\x1b[1mo")

    assert "one\ntwo\n" == capsys.readouterr().out


def test_complaints_go_to_stderr(capsys):
    """What went wrong is told on stderr."""
    printing.complain("no\x07")

    assert ("", "no\n") == capsys.readouterr()


def test_table_keeps_long_words_whole(capsys, monkeypatch):
    """In a pipe no cell is folded or cut, and nothing in a cell is taken for markup."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False)
    long = "x" * 200

    printing.show(printing.table(("Name", "Word"), [("[red]a[/red]", long), (":smile:", "\x1b[31mb")]))

    assert ["Name", "Word", "[red]a[/red]", long, ":smile:", "b"] == capsys.readouterr().out.split()
