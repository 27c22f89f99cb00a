"""What is true of every quirk, and the requests to try it on: plain ones, near misses, anything at all."""

from __future__ import annotations

import copy

from attrs import evolve
from hypothesis import strategies as st

from hub.spi import Inbound, Quirk, Verb
from hub.spi.messages import Operation, patch, search
from hub.spi.rewrites import ENTERPRISE

USER = "urn:ietf:params:scim:schemas:core:2.0:User"

_words = st.sampled_from(["Ann", "ann@a.example", "true", "False", "x eq y", "emails[0]", "1", "{}", "Ä", ""])
_texts = st.one_of(_words, st.text(max_size=8))
_elements = st.fixed_dictionaries(
    {"value": _texts}, optional={"type": st.sampled_from(["work", "home"]), "primary": st.booleans()}
)
_plain_users = st.fixed_dictionaries(
    {"schemas": st.just([USER]), "userName": _texts},
    optional={
        "active": st.booleans(),
        "title": _texts,
        "name": st.fixed_dictionaries({}, optional={"givenName": _texts, "familyName": _texts}),
        "emails": st.lists(_elements, max_size=3),
        "groups": st.just([]),
        ENTERPRISE: st.fixed_dictionaries(
            {}, optional={"department": _texts, "manager": st.fixed_dictionaries({"value": st.just("u1")})}
        ),
    },
)
_plain_operations: st.SearchStrategy[Operation] = st.one_of(
    st.fixed_dictionaries(
        {"op": st.sampled_from(["add", "replace"]), "path": st.just("title"), "value": _texts}
    ),
    st.fixed_dictionaries(
        {"op": st.just("add"), "path": st.just("members"), "value": st.lists(_elements, max_size=3)}
    ),
    st.fixed_dictionaries({"op": st.just("replace"), "path": st.just("active"), "value": st.booleans()}),
    st.fixed_dictionaries(
        {"op": st.just("remove"), "path": st.sampled_from(["title", "members", 'members[value eq "u1"]'])}
    ),
    st.fixed_dictionaries({"op": st.just("replace"), "value": _plain_users.map(lambda user: {**user})}),
)
_literals = st.sampled_from(['"ann"', '"True"', '"a \\" eq b"', '"x].value eq y"', '""'])
_plain_filters = st.one_of(
    st.builds("userName eq {}".format, _literals),
    st.builds('emails[type eq "work" and value eq {}]'.format, _literals),
    st.builds("active eq true and not (title co {})".format, _literals),
    st.builds(f"{ENTERPRISE}:department sw {{}} or title pr".format, _literals),
)

#: Requests that keep to the RFCs.
plain = st.one_of(
    st.builds(
        lambda verb, body: Inbound(verb=verb, body=body),
        st.sampled_from([Verb.CREATE, Verb.REPLACE]),
        _plain_users,
    ),
    st.lists(_plain_operations, min_size=1, max_size=3).map(lambda operations: patch(*operations)),
    _plain_filters.map(search),
    st.builds(Inbound, verb=st.sampled_from([Verb.READ, Verb.DELETE]), id=st.just("u1")),
)

_keys = st.one_of(
    st.sampled_from(
        ["op", "path", "value", "Operations", "id", "active", "emails", "roles", "manager", ENTERPRISE]
    ),
    st.sampled_from(
        ["name.givenName", 'emails[type eq "work"].value', f"{ENTERPRISE}:manager", "a[b", "schemas"]
    ),
    st.text(max_size=6),
)
_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), _texts, st.just('{"value": "x"}')
)
_json = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=12,
)
_odd_operations = st.fixed_dictionaries(
    {},
    optional={
        "op": st.sampled_from(["Add", "REMOVE", "remove", "replace", "", 7, None]),
        "path": st.one_of(
            _keys, st.sampled_from(["members", "Manager", 'a[b eq "c" or d pr].e', "[", "]."]), _json
        ),
        "value": _json,
        "Value": _json,
    },
)

#: Requests that keep to nothing.
odd = st.one_of(
    st.builds(Inbound, verb=st.sampled_from(Verb), kind=st.sampled_from(["User", "Group"]), body=_json),
    st.lists(_odd_operations, max_size=3).map(lambda operations: patch(*operations)),
    st.text(alphabet="ab.[]() \"\\'eqporn:TrueFalse", max_size=40).map(search),
    st.lists(
        st.sampled_from(["manager", "a", "[", "]", ".b", "eq", "pr", '"x"', "True", "'true'", "or", "("]),
        max_size=9,
    )
    .map(" ".join)
    .map(search),
)


@st.composite
def near(draw: st.DrawFn, quirk: Quirk[Inbound]) -> Inbound:
    """The quirk's own example, with the case of letters shuffled and something else beside it."""
    before = draw(st.sampled_from([quirk.example.before, *quirk.spares]))
    operations = before.body.get("Operations") if isinstance(before.body, dict) else None
    if isinstance(operations, list):
        mixed = draw(st.permutations([*operations, draw(_odd_operations)]))
        return patch(*(each for each in mixed if isinstance(each, dict)), kind=before.kind)
    if isinstance(before.body, dict):
        return evolve(before, body={_shuffled(draw, key): value for key, value in before.body.items()})
    return evolve(before, query={key: _shuffled(draw, text) for key, text in before.query.items()})


def _shuffled(draw: st.DrawFn, text: str) -> str:
    return "".join(letter.swapcase() if draw(st.booleans()) else letter for letter in text)


def kept(message: Inbound, quirk: Quirk[Inbound]) -> Inbound:
    """Return *message* as *quirk* rewrites it, having seen that the message itself stayed as it was."""
    before = copy.deepcopy(message)
    after = quirk.rewrite(message)
    assert repr(before) == repr(message)
    return after
