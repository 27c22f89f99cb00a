"""Entra ID's own."""

from __future__ import annotations

from hub.engine.answering.translate import hear
from hub.spi import Policy
from hub.spi.messages import patch, search
from hub.spi.rewrites import ENTERPRISE
from plugins.entra import ENTRA

MANAGER = f"{ENTERPRISE}:manager"


def test_disabling_without_the_flag():
    """The most costly request of all: read by halves, it would leave somebody active."""
    heard, shown = hear(ENTRA, patch({"op": "Replace", "path": "active", "value": "False"}), strict=False)

    assert patch({"op": "replace", "path": "active", "value": False}) == heard
    assert ("capitalised-op", "boolean-as-text") == shown


def test_removing_a_member_without_the_flag():
    """The most damaging trap: a reader that ignores the value empties the group."""
    heard, shown = hear(
        ENTRA,
        patch({"op": "Remove", "path": "members", "value": [{"$ref": None, "value": "u1"}]}, kind="Group"),
        strict=False,
    )

    assert patch({"op": "remove", "path": 'members[value eq "u1"]'}, kind="Group") == heard
    assert ("capitalised-op", "member-removed-by-value") == shown


def test_checking_a_manager_before_writing_it():
    """The check names the manager without the extension, and compares the whole with an id."""
    heard, _ = hear(ENTRA, search('id eq "u1" and manager eq "u2"'), strict=False)

    assert search(f'id eq "u1" and {MANAGER}.value eq "u2"') == heard


def test_blank_manager_is_no_manager():
    """Text, object or list: blank means nobody."""
    for blank in ("", {"value": ""}, [{"value": ""}]):
        heard, _ = hear(ENTRA, patch({"op": "Replace", "path": MANAGER, "value": blank}), strict=False)

        assert patch({"op": "replace", "path": MANAGER, "value": None}) == heard


def test_quirks_build_on_each_other():
    """A key becomes a path, the path loses its text for a boolean, and the value its quotes."""
    heard, shown = hear(
        ENTRA, patch({"op": "Add", "value": {'roles[primary eq "True"].primary': "True"}}), strict=False
    )

    assert patch({"op": "add", "path": "roles[primary eq true].primary", "value": True}) == heard
    assert ("capitalised-op", "dotted-keys", "boolean-as-text") == shown


def test_policy():
    """A second group of one name is a conflict; otherwise it is as the RFCs have it."""
    assert Policy(group_names_unique=True) == ENTRA.policy
    assert ("azure",) == ENTRA.aliases
