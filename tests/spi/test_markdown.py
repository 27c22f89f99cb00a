"""Guides as they are written, read strictly."""

from __future__ import annotations

import pytest

from hub.spi import GuideError, read_guide
from hub.spi.guides import Block, Done, Section, Span, Step

GUIDE = """\
# Acme Directory

*Last checked 2026-09-30.* One app does both.

Sign in as an administrator.

## 1. Make the app

Under **Apps**, choose [the wizard](https://acme.example/apps)
and *wait*.

- **Base URL**: `{base_url}?x`
- **Token**: `{token}`

```
{"a": "{$user.mail}"}
```

*Done when* its test request is answered: `test`.

*Done when* somebody arrives: `user-created`.

## 2. Assign

## Good to know

- It is slow.
"""


def text(*lines: str) -> str:
    """Return a guide of one step that holds *lines*."""
    return "\n\n".join(["# Acme", "*Last checked 2026-09-30.* Know this.", "## 1. Go", *lines])


def test_a_guide_is_what_it_says():
    """Title, day, what to know first, steps with what shows that they are done, notes."""
    guide = read_guide("acme", GUIDE)

    assert ("acme", "Acme Directory", "2026-09-30") == (guide.name, guide.title, guide.checked)
    assert ["One app does both.", "Sign in as an administrator."] == [
        block.lines[0][0].text for block in guide.says
    ]
    assert ["Make the app", "Assign"] == [step.title for step in guide.steps]
    assert (
        Done(fact="test", says="its test request is answered"),
        Done(fact="user-created", says="somebody arrives"),
    ) == guide.steps[0].done
    assert Step(title="Assign", blocks=()) == guide.steps[1]
    assert (
        Section(title="Good to know", blocks=(Block(kind="bullets", lines=((Span(text="It is slow."),),)),)),
    ) == guide.notes


def test_a_line_is_made_of_spans():
    """Bold, italics, code and links are told apart; a line goes on below itself."""
    first, values, code = read_guide("acme", GUIDE).steps[0].blocks

    assert (
        Span(text="Under "),
        Span(text="Apps", kind="strong"),
        Span(text=", choose "),
        Span(text="the wizard", kind="link", leads="https://acme.example/apps"),
        Span(text=" and "),
        Span(text="wait", kind="emphasis"),
        Span(text="."),
    ) == first.lines[0]
    assert [True, True] == [line[-1].has_place for line in values.lines]
    assert '{"a": "{$user.mail}"}' == code.lines[0][0].text
    assert not code.lines[0][0].has_place


def test_values_are_filled_into_their_places():
    """A value that is not known leaves its place as it is."""
    span = Span(text="{base_url}?x={token}", kind="code")

    assert "https://hub.example?x={token}" == span.filled({"base_url": "https://hub.example"})


def test_html_is_text():
    """Nothing in a guide is markup but what is listed."""
    guide = read_guide("acme", text("A <b>bold</b> <script>alert(1)</script> word"))

    assert (Span(text="A <b>bold</b> <script>alert(1)</script> word"),) == guide.steps[0].blocks[0].lines[0]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "begins with '# '"),
        ("Some words", "begins with '# '"),
        ("# Acme\n\nKnow this.\n\n## 1. Go", r"line 1: after its title it says \*Last checked"),
        ("# Acme\n\n*Last checked in May.* Know.\n\n## 1. Go", "line 1: after its title"),
        ("# Acme\n\n*Last checked 2026-09-30.* Know.", "its steps"),
        ("# Acme\n\n*Last checked 2026-09-30.*\n\n## Notes\n\n## 1. Go", "come before what is good to know"),
        (text("x", "## 3. Go on"), "line 9: step 2 was expected, and not '3. Go on'"),
        (text("x", "### Deeper"), "headings after the title begin with '## '"),
        (text("`{nothing}`"), "no value is called {nothing}: known are base_url, token"),
        (text("**{token}**"), "{token} stands between backticks"),
        (text("*Done when* it rains: `rain`."), "line 7: the hub sees no 'rain': it sees request, "),
        (text("*Done when* it rains."), "expected '\\*Done when\\*"),
        (text("*Done when* it comes: `test`.", "Then more"), "stands at the end of a step"),
        (text("![picture](https://acme.example/x.png)"), "a line has no image"),
        (
            text("[mail](mailto:ann@a.example)"),
            "a link leads to https://…, and not to 'mailto:ann@a.example'",
        ),
        (text("**Apps › `x`**"), "hold words, and no other marks"),
        (text("1. first\n2. second"), "a guide has no ordered_list"),
        (text("> said"), "a guide has no blockquote"),
        (text("- one\n\n  - two"), "an item of a list is one paragraph"),
    ],
)
def test_what_is_not_written_as_guides_are_is_refused(written, why):
    """The sentence names the guide, the line and what was expected."""
    with pytest.raises(GuideError, match=f"guide acme: .*{why}"):
        read_guide("acme", written)
