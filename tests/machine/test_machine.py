"""Whatever providers do, in whatever order: resources, seats and book are what a plain model says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hub.teams import State
from tests.author import BY
from tests.inprocess import Bench, bench
from tests.machine.asking import (
    GROUP_NAMES,
    NAMES,
    PLAIN,
    SPELLINGS,
    TEAMS,
    TITLES,
    assert_found,
    assert_seen,
    assert_whole,
    body_of,
    counts,
    group_body,
    moved,
    operations,
    patched,
    told,
)
from tests.machine.model import Provider, Team, fold
from tests.scale import scale

providers = st.integers(0, 4)
names = st.sampled_from(NAMES)
group_names = st.sampled_from(GROUP_NAMES)
titles = st.sampled_from(TITLES)
#: Which resource of all there are; a high number has another connection ask for it.
chosen = st.integers(0, 99)
STRANGER = 90


def some(kind: str) -> Any:
    """Enable a rule while there are resources of a *kind*."""
    return precondition(lambda machine: any(getattr(each, kind) for each in machine.providers))


class Machine(RuleBasedStateMachine):
    """Providers of two teams, each asking what it likes."""

    hub: ClassVar[Bench]

    @initialize()
    def found(self):
        """Two teams with few seats and somebody in each connection; all of a sequence happens there."""
        self.teams = [Team(seats) for seats, _ in TEAMS]
        self.last: tuple[Any, ...] | None = None
        for team, (seats, connections) in zip(self.teams, TEAMS, strict=True):
            made = self.hub.team(seats=seats)
            ways = [
                self.hub.way(made, idp, profile=profile, domains=own) for idp, profile, own in connections
            ]
            team.providers = [Provider(way, team) for way in ways]
        self.providers = [provider for team in self.teams for provider in team.providers]
        for of, name in enumerate(NAMES[: len(self.providers)]):
            self.create_user(of=of, name=name, access=of < 4, title=None, email=None, external=None)
            self.create_user(of=of, name=f"eva{of}", access=False, title=None, email=None, external=None)
            self.create_group(of=of, name=GROUP_NAMES[0], who=[0])

    @rule(
        of=providers,
        name=names,
        access=st.sampled_from([None, True, False]),
        title=st.none() | titles,
        email=st.none() | names,
        external=st.sampled_from([None, "e1", "E1"]),
    )
    def create_user(self, of, name, access, title, email, external):
        """A user comes: in, unless it is said to be out, and if there is a seat."""
        provider = self.providers[of]
        said = {"userName": name, "active": access, "title": title, "email": email, "externalId": external}
        user = {key: value for key, value in said.items() if value is not None}
        self.ask(provider, "POST", "/Users", body_of(user), lambda id: provider.create(id, user))

    @some("users")
    @rule(
        which=chosen,
        name=st.none() | names,
        access=st.sampled_from([None, True, False]),
        as_text=st.booleans(),
        title=st.none() | titles,
    )
    def put_user(self, which, name, access, as_text, title):
        """A user is replaced: what is left out goes, but for access and the provider's own id."""
        provider, id = self.one("users", which)
        name = name or (provider.users[id].name if id in provider.users else NAMES[0])
        said = {"userName": name, "title": title, **({} if access is None else {"active": access})}
        body = body_of({key: value for key, value in said.items() if value is not None})
        if as_text and access is not None and not provider.strict:
            body["active"] = str(access)
        changes = {**said, "email": None}
        self.ask(
            provider, "PUT", f"/Users/{id}", body, lambda _: provider.change(id, changes), access is False
        )

    @some("users")
    @rule(which=chosen, name=st.none() | names, title=st.just("") | titles)
    def patch_profile(self, which, name, title):
        """What is said of a user changes, and nothing else does."""
        provider, id = self.one("users", which)
        self.ask(provider, "PATCH", f"/Users/{id}", *told(provider, id, name=name, title=title))

    @some("users")
    @rule(
        which=chosen,
        access=st.booleans(),
        spelling=st.integers(0, len(SPELLINGS) - 1),
        name=st.none() | names,
        clashes=st.booleans(),
    )
    def patch_access(self, which, access, spelling, name, clashes):
        """A user goes or comes back, in many spellings, perhaps under a new name, perhaps a taken one."""
        provider, id = self.one("users", which)
        if clashes:
            name = next((user.name for each, user in provider.users.items() if each != id), name)
        spell = SPELLINGS[spelling % PLAIN if provider.strict else spelling]
        body, meaning = told(provider, id, name=name, access=access, spell=spell)
        self.ask(provider, "PATCH", f"/Users/{id}", body, meaning, not access)

    @some("users")
    @rule(which=chosen)
    def delete_user(self, which):
        """A user is deleted, and is no more."""
        provider, id = self.one("users", which)
        self.ask(
            provider, "DELETE", f"/Users/{id}", None, lambda _: provider.delete(provider.users, id), True
        )

    @rule(of=providers, name=group_names, who=st.lists(chosen, max_size=3))
    def create_group(self, of, name, who):
        """A group comes, with members that its connection has."""
        provider, members = self.providers[of], self.members(self.providers[of], who)
        body = group_body(name, members)
        self.ask(provider, "POST", "/Groups", body, lambda id: provider.name_group(id, name, members) or 201)

    @some("groups")
    @rule(which=chosen, name=group_names, who=st.lists(chosen, max_size=3))
    def put_group(self, which, name, who):
        """A group is replaced: those named are its members, and nobody else."""
        provider, id = self.one("groups", which)
        members = self.members(provider, who)

        def meaning(_: str) -> int:
            return (provider.name_group(id, name, members) or 200) if id in provider.groups else 404

        self.ask(provider, "PUT", f"/Groups/{id}", group_body(name, members), meaning, True)

    @some("groups")
    @rule(which=chosen, name=group_names)
    def rename_group(self, which, name):
        """A group gets another name and keeps its members."""
        provider, id = self.one("groups", which)

        def meaning(_: str) -> int:
            return (provider.name_group(id, name, None) or 204) if id in provider.groups else 404

        body = patched({"op": "replace", "value": {"displayName": name}})
        self.ask(provider, "PATCH", f"/Groups/{id}", body, meaning)

    @some("groups")
    @rule(
        which=chosen,
        who=st.lists(chosen, max_size=3),
        how=st.sampled_from(["add", "remove", "replace"]),
        legacy=st.booleans(),
    )
    def change_members(self, which, who, how, legacy):
        """Members come and go, one by one or all at once."""
        provider, id = self.one("groups", which)
        members = self.members(provider, who)
        body = patched(*operations(how, members, legacy=legacy and not provider.strict))
        self.ask(
            provider,
            "PATCH",
            f"/Groups/{id}",
            body,
            lambda _: moved(provider, id, how, members),
            how != "add",
        )

    @some("groups")
    @rule(which=chosen)
    def delete_group(self, which):
        """A group is deleted; its members stay."""
        provider, id = self.one("groups", which)
        self.ask(
            provider, "DELETE", f"/Groups/{id}", None, lambda _: provider.delete(provider.groups, id), True
        )

    @rule(of=providers, state=st.sampled_from(["paused", "off"]))
    def turn(self, of, state):
        """An operator pauses a connection or turns it off, and later on again: no seat moves by that."""
        closed = [provider for provider in self.providers if provider.state != "on"]
        for provider in closed or [self.providers[of]]:
            provider.state = "on" if closed else state
            engine = self.hub.house
            self.hub.run(engine.connections.set_state(provider.way.connection, State(provider.state), by=BY))
        self.last = None

    @precondition(lambda self: self.last is not None)
    @rule()
    def repeat(self):
        """The last request comes again, as it does when its answer was lost: no book gains an entry."""
        entries = [team.entries for team in self.teams]
        self.ask(*self.last)

        assert entries == [team.entries for team in self.teams]

    @some("users")
    @rule(which=chosen, name=names, group=group_names)
    def look_up(self, which, name, group):
        """A filter finds what is there, of this connection and of no other."""
        provider, id = self.one("users", which)
        inactive = {each for each, user in provider.users.items() if not user.active}
        groups = {each for each, found in provider.groups.items()
                  if id in found.members and fold(group) == fold(found.name)}  # fmt: skip

        assert_found(self.hub, provider, "/Users", f'id eq "{id}"', {id} & {*provider.users})
        assert_found(self.hub, provider, "/Users", f'userName eq "{name}"', {*provider.named(name)})
        assert_found(self.hub, provider, "/Users", "active eq false", inactive)
        assert_found(
            self.hub, provider, "/Groups", f'members.value eq "{id}" and displayName eq "{group}"', groups
        )

    @invariant()
    def seats_and_entries_are_counted(self):
        """After each step the hub counts as many seats and entries as the model does."""
        if not hasattr(self, "teams"):
            return
        counted = {
            team.providers[0].way.team.id: (team.seats, len(team.held), team.entries) for team in self.teams
        }

        assert counted == self.hub.run(counts(self.hub.house.database, *counted))

    def teardown(self):
        """In the end books are whole, and every connection sees what it made and nothing else."""
        for team in getattr(self, "teams", ()):
            assert_whole(self.hub, team)
            for provider in team.providers:
                assert_seen(self.hub, provider, "/Users")
                assert_seen(self.hub, provider, "/Groups")

    def one(self, kind: str, which: int) -> tuple[Provider, str]:
        """Return a resource of a *kind*, and who is to ask for it: its own connection, or a stranger."""
        own = [(each, id) for each in self.providers for id in sorted(getattr(each, kind))]
        provider, id = own[which % len(own)]
        if which >= STRANGER:
            provider = self.providers[(self.providers.index(provider) + which) % len(self.providers)]
        return provider, id

    def members(self, provider: Provider, who: list[int]) -> set[str]:
        """Return some of a connection's resources; for a high number somebody else's, or nobody's."""
        own = sorted(provider.ids)
        others = [id for each in self.providers if each is not provider for id in sorted(each.ids)]
        picked = {own[which % len(own)] for which in who if which < STRANGER and own}
        return picked | {[*others, "nobody"][which % (len(others) + 1)] for which in who if which >= STRANGER}

    def ask(
        self,
        provider: Provider,
        method: str,
        path: str,
        body: Any,
        meaning: Callable[[str], int],
        removal: bool = False,
    ) -> None:
        """Send a request, do to the model what it means, and see that both came to the same."""
        answer = self.hub.ask(provider.way, method, path, body)
        id = answer.json()["id"] if answer.status_code == 201 else ""
        expected = provider.closed(grants=not removal) or meaning(id)

        assert (expected, answer.text) == (answer.status_code, answer.text)
        for endpoint in ("/Users", "/Groups"):
            if path.startswith(endpoint) or method == "DELETE":
                assert_seen(self.hub, provider, endpoint)
        self.last = (provider, method, path, body, meaning, removal)


@pytest.mark.machine
@pytest.mark.timeout(14_400)
def test_hub_is_what_the_model_says(database_url, tmp_path):
    """No sequence of requests, of any providers, tells the hub from a few sets and dictionaries."""
    with bench(database_url, tmp_path) as hub:
        machine = type("Here", (Machine,), {"hub": hub})
        settings = hypothesis.settings(max_examples=scale(50, trust=5_000), stateful_step_count=30)
        run_state_machine_as_test(machine, settings=settings)
