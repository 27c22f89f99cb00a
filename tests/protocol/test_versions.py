"""Versions and conditions (RFC 7644 §3.14)."""

from __future__ import annotations

import pytest

from hub.engine.answering.writing import Writing
from tests.protocol.provider import NOBODY, USER, Provider, patch, title

WRITES = ["PUT", "PATCH", "DELETE"]


def body_of(method: str, name: str = "ann@a.example", text: str = "Guide") -> object:
    """Return what a write of that method sends."""
    put = {"schemas": [USER], "userName": name, "title": text}
    return {"PUT": put, "PATCH": title(text), "DELETE": None}[method]


def test_the_version_is_told_everywhere(provider):
    """ETag and meta.version are the same, of what is made, read, changed and listed."""
    made = provider.ask("POST", "/Users", body_of("PUT"))
    id = made.json()["id"]
    answers = [
        made,
        provider.ask("GET", f"/Users/{id}"),
        provider.ask("PATCH", f"/Users/{id}", title("Cook")),
        provider.ask("PUT", f"/Users/{id}", body_of("PUT")),
    ]

    assert [*"1123"] == [answer.headers["etag"].strip('W/"') for answer in answers]
    assert [answer.headers["etag"] for answer in answers] == [
        answer.json()["meta"]["version"] for answer in answers
    ]
    (listed,) = provider.get("/Users")["Resources"]
    assert 'W/"3"' == listed["meta"]["version"]
    head = provider.ask("HEAD", f"/Users/{id}")
    assert ('W/"3"', b"") == (head.headers["etag"], head.content)


def test_a_change_that_changes_nothing_keeps_the_version(provider):
    """What is as it was has no new version."""
    id = provider.user("ann@a.example", title="Guide")["id"]

    assert 'W/"1"' == provider.ask("PATCH", f"/Users/{id}", title("Guide")).headers["etag"]


def test_an_answer_without_a_body_tells_it_too(provider):
    """A PATCH of a group is answered 204, with the version that it made."""
    id = provider.group("Staff")["id"]
    renamed = patch({"op": "replace", "path": "displayName", "value": "Crew"})
    answer = provider.ask("PATCH", f"/Groups/{id}", renamed)

    assert (204, 'W/"2"') == (answer.status_code, answer.headers["etag"])
    assert 'W/"2"' == provider.ask("GET", f"/Groups/{id}").headers["etag"]


def test_what_is_known_is_not_sent_again(provider):
    """304 without a body to who has the version; the whole to who has another."""
    user = provider.user("ann@a.example")
    path, tag = f"/Users/{user['id']}", user["meta"]["version"]
    known = [tag, tag.removeprefix("W/"), f'"x", {tag}', "*"]
    for said in known:
        answer = provider.ask("GET", path, if_none_match=said)

        assert (304, b"", tag) == (answer.status_code, answer.content, answer.headers["etag"])
        assert "content-type" not in answer.headers
    assert 200 == provider.ask("GET", path, if_none_match='W/"0", "x"').status_code
    provider.ask("PATCH", path, title("Cook"))
    assert 200 == provider.ask("GET", path, if_none_match=tag).status_code


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("said", ['W/"{}"', '"{}"', '"x", W/"{}"', 'W/"{}-0123456789abcdef"', "*"])
def test_a_write_of_what_was_seen_is_done(provider, method, said):
    """If-Match with the version that is there, or any."""
    user = provider.user("ann@a.example")
    answer = provider.ask(method, f"/Users/{user['id']}", body_of(method), if_match=said.format(1))

    assert answer.status_code in {200, 204}, answer.text


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("header", [{"if_match": 'W/"1"'}, {"if_match": '"x"'}, {"if_none_match": "*"}])
def test_a_write_of_what_has_changed_is_not_done(provider, method, header):
    """412 in a sentence, and all stays as it is."""
    user = provider.user("ann@a.example")
    path = f"/Users/{user['id']}"
    provider.ask("PATCH", path, title("Cook"))
    before = provider.get(path)
    answer = provider.ask(method, path, body_of(method), **header)

    assert (412, "412") == (answer.status_code, answer.json()["status"])
    assert "scimType" not in answer.json()
    assert before == provider.get(path)


@pytest.mark.parametrize("method", [*WRITES, "GET"])
@pytest.mark.parametrize("said", ["", "1", '"1', '"1" "2"', "W/1"])
def test_a_condition_that_cannot_be_read(provider, method, said):
    """400, and nothing is done."""
    user = provider.user("ann@a.example")
    body = body_of(method) if method in WRITES else None
    answer = provider.ask(method, f"/Users/{user['id']}", body, if_match=said)

    assert (400, "invalidSyntax") == (answer.status_code, answer.json()["scimType"])
    assert user == provider.get(f"/Users/{user['id']}")


def test_leaving_is_not_forced_on_who_has_changed(tolerant, monkeypatch):
    """What was asked on a condition is not done without it: not even half of it, in the tolerant profile."""
    monkeypatch.setattr(Writing, "_off_all_the_same", lambda *_: pytest.fail("it was tried again"))
    user = tolerant.user("ann@a.example")
    path = f"/Users/{user['id']}"
    tolerant.ask("PATCH", path, title("Cook"))
    off = patch({"op": "replace", "path": "active", "value": False})
    answer = tolerant.ask("PATCH", path, off, if_match='W/"1"')

    assert 412 == answer.status_code
    assert tolerant.get(path)["active"] is True
    assert 200 == tolerant.ask("PATCH", path, off).status_code


@pytest.mark.parametrize("method", [*WRITES, "GET"])
def test_a_foreign_id_is_no_oracle(provider, method):
    """Nobody learns by a condition whether somebody else has a resource, nor its version."""
    stranger = provider.beside()
    foreign = stranger.user("eve@b.example")["id"]
    body = body_of(method) if method in WRITES else None
    conditions = [
        {},
        *({"if_match": tag} for tag in ('W/"1"', 'W/"2"', "*")),
        *({"if_none_match": tag} for tag in ('W/"1"', 'W/"2"', "*")),
    ]
    answers = {
        (answer.status_code, answer.content)
        for id in (foreign, NOBODY)
        for said in conditions
        for answer in [provider.ask(method, f"/Users/{id}", body, **said)]
    }

    assert [404] == [status for status, _ in answers]
    assert 'W/"1"' == stranger.get(f"/Users/{foreign}")["meta"]["version"]


@pytest.mark.parametrize("method", WRITES)
def test_of_many_that_have_seen_the_same_one_wins(provider, method):
    """Writers with the same If-Match, all at once: one is done, the others are 412, one version is made."""
    for number in range(5):
        name = f"user{number}@a.example"
        path = f"/Users/{provider.user(name)['id']}"
        writes = (
            provider.send(
                method, path, body_of(method, name, f"title {writer}"), headers={"if-match": 'W/"1"'}
            )
            for writer in range(6)
        )
        statuses = sorted(answer.status_code for answer in provider.at_once(*writes))

        lost = {404} if method == "DELETE" else {412}
        assert statuses[0] in {200, 204}
        assert lost == set(statuses[1:])
        if method != "DELETE":
            assert 'W/"2"' == provider.get(path)["meta"]["version"]


def test_without_a_condition_all_are_done(provider):
    """A write that asks for nothing never fails for a concurrent one."""
    path = f"/Users/{provider.user('ann@a.example')['id']}"
    writes = (provider.send("PATCH", path, title(f"title {writer}")) for writer in range(10))

    assert {200} == {answer.status_code for answer in provider.at_once(*writes)}
    assert 'W/"11"' == provider.get(path)["meta"]["version"]


def test_a_group_is_never_known_with_its_members(provider):
    """A member who is deleted leaves its groups' versions alone: who asks again sees who is left."""
    ann, bob = (provider.user(f"{name}@a.example")["id"] for name in ("ann", "bob"))
    path = f"/Groups/{provider.group('Staff', ann, bob)['id']}"
    tag = provider.ask("GET", path).headers["etag"]
    provider.ask("DELETE", f"/Users/{bob}")
    again = provider.ask("GET", path, if_none_match=tag)

    assert (200, [ann]) == (again.status_code, [each["value"] for each in again.json()["members"]])
    brief = provider.ask("GET", f"{path}?excludedAttributes=members", if_none_match=tag)
    assert 304 == brief.status_code


class TestGroupsOfAUser:
    """A user's groups are a part of the user (RFC 7643 §4.1.2), though kept at the groups."""

    def test_who_joins_is_not_who_they_were(self, provider: Provider) -> None:
        """The tag changes with the groups, with their names and with who leaves; in lists, too."""
        id = provider.user("ann@a.example")["id"]
        tags = [self.tag(provider, id)]
        group = provider.group("Staff", id)["id"]
        tags.append(self.tag(provider, id))
        renamed = patch({"op": "replace", "path": "displayName", "value": "Crew"})
        provider.ask("PATCH", f"/Groups/{group}", renamed)
        tags.append(self.tag(provider, id))
        left = patch({"op": "remove", "path": f'members[value eq "{id}"]'})
        provider.ask("PATCH", f"/Groups/{group}", left)
        tags.append(self.tag(provider, id))

        assert 'W/"1"' == tags[0] == tags[3]
        assert 3 == len(set(tags))
        assert all(tag.startswith('W/"1-') for tag in tags[1:3])

    def test_a_write_does_not_mind(self, provider: Provider) -> None:
        """If-Match holds the version only: a write does not touch the groups."""
        id = provider.user("ann@a.example")["id"]
        tag = provider.get(f"/Users/{id}")["meta"]["version"]
        provider.group("Staff", id)
        answer = provider.ask("PATCH", f"/Users/{id}", title("Cook"), if_match=tag)

        assert 200 == answer.status_code
        assert answer.headers["etag"] == answer.json()["meta"]["version"]
        assert answer.headers["etag"] == self.tag(provider, id)

    def tag(self, provider: Provider, id: str) -> str:
        """Return the version of a user, which is the same wherever it is told."""
        read = provider.ask("GET", f"/Users/{id}")
        (listed,) = provider.get("/Users", filter=f'id eq "{id}"')["Resources"]
        assert read.headers["etag"] == read.json()["meta"]["version"] == listed["meta"]["version"]
        assert 304 == provider.ask("GET", f"/Users/{id}", if_none_match=read.headers["etag"]).status_code
        return str(read.headers["etag"])
