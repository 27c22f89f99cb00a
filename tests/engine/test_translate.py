"""Hearing a request in its dialect, and answering in it."""

from __future__ import annotations

from functools import partial

from attrs import evolve

from hub.engine.answering.translate import answer, hear, shapes
from hub.spi import Dialect, Example, Inbound, Outbound, Quirk, Verb
from hub.spi.messages import patch
from hub.spi.rewrites import lower_case_ops

SHOUTED = Quirk(
    name="shouted-op",
    says="Operations are spelt in capitals.",
    source="https://acme.example/scim",
    rewrite=lower_case_ops(),
    example=Example(before=patch({"op": "ADD"}), after=patch({"op": "add"})),
)


def without_members(outbound: Outbound) -> Outbound:
    """Leave the members out of a group's answer."""
    assert isinstance(outbound.body, dict)
    return evolve(outbound, body={key: value for key, value in outbound.body.items() if key != "members"})


BRIEF = Quirk(
    name="members-unread",
    says="Members are never read.",
    source="https://acme.example/scim",
    rewrite=without_members,
    example=Example(
        before=Outbound(verb=Verb.REPLACE, body={"id": "g1", "members": []}),
        after=Outbound(verb=Verb.REPLACE, body={"id": "g1"}),
    ),
)


def broken(message: Inbound) -> Inbound:
    """Fail, as a plugin may."""
    raise RuntimeError(message)


PLAIN = Dialect(name="plain", title="Plain")
ACME = Dialect(name="acme", title="Acme", hears=(SHOUTED,), answers=(BRIEF,))


def test_what_a_dialect_knows_shows_under_its_name():
    """The same departure is named by the dialect that documents it, and in plain words otherwise."""
    assert (patch({"op": "add"}), ("shouted-op",)) == hear(ACME, patch({"op": "ADD"}), strict=False)
    assert (patch({"op": "add"}), ("operation-case",)) == hear(PLAIN, patch({"op": "ADD"}), strict=False)


def test_a_cursor_passes_whatever_dialect_is_spoken():
    """A cursor is the hub's own word: no rule for everybody looks into it, though a filter beside it is."""
    query = {"cursor": "Replace.emails[type eq Ann]", "count": "5", "sortBy": "Department"}
    asked = Inbound(verb=Verb.SEARCH, query={**query, "filter": "externalId eq ann"})
    heard, shown = hear(PLAIN, asked, strict=False)

    assert {**query, "filter": 'externalId eq "ann"'} == heard.query
    assert ("bare-word",) == shown


def test_a_request_that_says_nothing_is_not_looked_at():
    """Reading and deleting by id costs nothing, whatever a dialect has in mind."""
    dialect = evolve(ACME, hears=(evolve(SHOUTED, rewrite=broken),))

    for verb in (Verb.READ, Verb.DELETE):
        request = Inbound(verb=verb, id="u1")
        assert (request, ()) == hear(dialect, request, strict=False)


def test_a_rewrite_that_has_run_is_not_run_again():
    """A dialect that names a departure of everybody's takes the same rewrite, and its place."""
    assert SHOUTED.rewrite is lower_case_ops()
    assert "operation-case" not in hear(ACME, patch({"op": "ADD"}), strict=False)[1]


def test_strict_puts_nothing_right():
    """A strict connection hears what was said."""
    request = patch({"op": "ADD"})

    assert (request, ()) == hear(ACME, request, strict=True)


def test_a_rewrite_that_raises_is_passed_over_and_named():
    """A plugin's mistake loses nobody's request: the next quirk goes on with what there was."""
    dialect = evolve(ACME, hears=(evolve(SHOUTED, name="broken", rewrite=broken), SHOUTED))

    assert (patch({"op": "add"}), ("broken!", "shouted-op")) == hear(
        dialect, patch({"op": "ADD"}), strict=False
    )


def test_a_rewrite_that_forgets_to_answer_is_passed_over_and_named():
    """What makes nothing of a message is as wrong as what raises."""
    dialect = evolve(ACME, hears=(evolve(SHOUTED, name="silent", rewrite=lambda _: None),))

    assert ("silent!", "operation-case") == hear(dialect, patch({"op": "ADD"}), strict=False)[1]


def test_a_rewrite_that_makes_another_verb_of_a_message_is_passed_over_and_named():
    """What comes after it was chosen for the verb that was sent."""
    dialect = evolve(ACME, hears=(evolve(SHOUTED, name="other", rewrite=partial(evolve, verb=Verb.REPLACE)),))

    heard, shown = hear(dialect, patch({"op": "ADD"}), strict=False)

    assert (patch({"op": "add"}), ("other!", "operation-case")) == (heard, shown)


def test_a_rewrite_that_only_copies_shows_nothing():
    """An equal message is no correction, were it another object."""
    dialect = evolve(PLAIN, hears=(evolve(SHOUTED, rewrite=evolve),))

    assert () == hear(dialect, patch({"op": "add"}), strict=False)[1]


def test_an_answer_is_shaped_as_the_dialect_likes_it():
    """Without a word to say, the answer comes back as it is."""
    full = BRIEF.example.before

    assert BRIEF.example.after == answer(ACME, full)
    assert full is answer(PLAIN, full)


def test_a_dialect_shapes_the_answers_that_its_examples_are_about():
    """So that other answers need not be read before they are sent."""
    assert shapes(ACME, Verb.REPLACE)
    assert not shapes(ACME, Verb.READ)
    assert not shapes(PLAIN, Verb.REPLACE)
