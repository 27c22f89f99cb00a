"""Guides as they are written: Markdown of a few forms, read strictly.

    # Acme Directory

    *Last checked 2026-09-30.* What to know first.

    ## 1. Make the app

    Under **Apps**, as **Base URL**: `{base_url}`

    *Done when* its test request is answered: `test`.

    ## Good to know

Numbered headings are steps, others are notes. There are paragraphs, lists without lists within, blocks of
code, **bold**, *italics*, `code` and links to https; nothing else, and HTML is text like any other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal, NoReturn

from attrs import evolve
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode as Node

from .facts import FACTS
from .guides import PLACE, PLACES, Block, Done, Guide, Line, Section, Span, Step

_CHECKED: Final = re.compile(r"Last checked (20\d\d-\d\d-\d\d)\.")
_STEP: Final = re.compile(r"(\d+)\. (.+)")
_DONE: Final = "Done when"

_MARKS: Final[dict[str, Literal["strong", "emphasis", "link"]]] = {
    "strong": "strong",
    "em": "emphasis",
    "link": "link",
}


class GuideError(ValueError):
    """A guide is not written as guides are; the text says where, and what was expected."""


def read_guide(name: str, text: str) -> Guide:
    """Return the guide called *name* that *text* is, or raise `GuideError`."""
    nodes = Node(MarkdownIt("commonmark", {"html": False}).parse(text)).children
    try:
        guide = _guide(name, nodes)
    except GuideError as error:
        raise GuideError(f"guide {name}: {error}") from None
    for span in guide.spans:
        _check_places(name, span)
    return guide


def _guide(name: str, nodes: Sequence[Node]) -> Guide:
    if not nodes or (nodes[0].type, nodes[0].tag) != ("heading", "h1"):
        raise GuideError("it begins with '# ' and what the provider is called")
    (title, preface), *parts = _parts(nodes)
    checked, says = _checked(title, preface)
    sections = [_section(heading, body) for heading, body in parts]
    steps = tuple(each for each in sections if isinstance(each, Step))
    notes = tuple(each for each in sections if not isinstance(each, Step))
    if not steps or [*steps, *notes] != sections:
        raise GuideError("its steps, '## 1. …' and on, come before what is good to know")
    for number, (heading, _) in enumerate(parts[: len(steps)], 1):
        if not _text(heading).startswith(f"{number}. "):
            _wrong(heading, f"step {number} was expected, and not '{_text(heading)}'")
    return Guide(name=name, title=_text(title), checked=checked, says=says, steps=steps, notes=notes)


def _parts(nodes: Sequence[Node]) -> list[tuple[Node, Sequence[Node]]]:
    """Return the headings, each with what stands below it."""
    places = [number for number, node in enumerate(nodes) if node.type == "heading"]
    ends = [*places[1:], len(nodes)]
    return [(nodes[begin], nodes[begin + 1 : end]) for begin, end in zip(places, ends, strict=True)]


def _checked(heading: Node, body: Sequence[Node]) -> tuple[str, tuple[Block, ...]]:
    """Return when a guide was last checked, and what stands beside that."""
    blocks = [_block(node) for node in body]
    line = blocks[0].lines[0] if blocks else ()
    found = _CHECKED.fullmatch(line[0].text) if line and line[0].kind == "emphasis" else None
    if found is None:
        _wrong(heading, "after its title it says *Last checked 2026-09-30.*, with its own day")
    rest = [evolve(line[1], text=line[1].text.lstrip()), *line[2:]] if line[1:] else []
    first = [evolve(blocks[0], lines=(tuple(rest),))] if rest else []
    return found[1], (*first, *blocks[1:])


def _section(heading: Node, body: Sequence[Node]) -> Section:
    if heading.tag != "h2":
        _wrong(heading, "headings after the title begin with '## '")
    found = _STEP.fullmatch(_text(heading))
    if found is None:
        return Section(title=_text(heading), blocks=tuple(_block(node) for node in body))
    done = [each for each in map(_done, body) if each]
    told = len(body) - len(done)
    if any(map(_done, body[:told])):
        _wrong(heading, f"'*{_DONE}* …' stands at the end of a step")
    return Step(title=found[2], blocks=tuple(_block(node) for node in body[:told]), done=tuple(done))


def _done(node: Node) -> Done | None:
    """Return what shows that a step is done, where *node* says so."""
    if node.type != "paragraph":
        return None
    match _line(node):
        case (
            Span(kind="emphasis", text="Done when"),
            Span(kind="plain", text=says),
            Span(kind="code", text=fact),
            Span(kind="plain", text="."),
        ) if says.endswith(": "):
            if fact not in FACTS:
                _wrong(node, f"the hub sees no '{fact}': it sees {', '.join(FACTS)}")
            return Done(fact=fact, says=says.strip().removesuffix(":"))
        case (Span(kind="emphasis", text="Done when"), *_):
            _wrong(node, "expected '*Done when* what is seen: `fact`.'")
    return None


def _block(node: Node) -> Block:
    match node.type:
        case "paragraph":
            return Block(kind="paragraph", lines=(_line(node),))
        case "bullet_list":
            return Block(kind="bullets", lines=tuple(map(_item, node.children)))
        case "fence":
            return Block(kind="code", lines=((Span(text=node.content.rstrip("\n"), kind="code"),),))
    return _wrong(node, f"a guide has no {node.type}: paragraphs, lists by '-', and code between ```")


def _item(node: Node) -> Line:
    if [child.type for child in node.children] != ["paragraph"]:
        _wrong(node, "an item of a list is one paragraph")
    return _line(node.children[0])


def _line(node: Node) -> Line:
    (inline,) = node.children
    spans: list[Span] = []
    for child in inline.children:
        span = _span(node, child)
        if spans and spans[-1].kind == span.kind == "plain":
            spans[-1] = evolve(span, text=spans[-1].text + span.text)
        else:
            spans.append(span)
    return tuple(span for span in spans if span.text)


def _span(block: Node, node: Node) -> Span:
    match node.type:
        case "text":
            return Span(text=node.content)
        case "softbreak":
            return Span(text=" ")
        case "code_inline":
            return Span(text=node.content, kind="code")
        case "strong" | "em" | "link" as mark:
            if {child.type for child in node.children} - {"text", "softbreak"}:
                _wrong(block, "bold, italics and links hold words, and no other marks")
            leads = str(node.attrs.get("href", ""))
            if mark == "link" and not leads.startswith("https://"):
                _wrong(block, f"a link leads to https://…, and not to '{leads}'")
            text = "".join(child.content or " " for child in node.children)
            return Span(text=text, kind=_MARKS[mark], leads=leads)
    return _wrong(block, f"a line has no {node.type}: **bold**, *italics*, `code`, links")


def _check_places(name: str, span: Span) -> None:
    for place in PLACE.findall(span.text):
        if place not in PLACES:
            raise GuideError(f"guide {name}: no value is called {{{place}}}: known are {', '.join(PLACES)}")
        if span.kind != "code":
            raise GuideError(f"guide {name}: {{{place}}} stands between backticks, to be copied")


def _text(heading: Node) -> str:
    return heading.children[0].content


def _wrong(node: Node, what: str) -> NoReturn:
    line = node.map[0] + 1 if node.map else 1
    raise GuideError(f"line {line}: {what}")
