"""What sign-ins keep: taken up once however many try, and of one team."""

from __future__ import annotations

import asyncio

import pytest
from attrs import evolve

from hub.engine.signing.endings import Unsent
from hub.engine.values.flows import Errand, Flow, Purpose
from hub.engine.values.known import Linked
from hub.engine.values.scope import Scope
from hub.providers import Doors, Identity, Proof
from storage import providers
from tests.author import BY
from tests.sso.house import Company, signed_in
from tests.web.portal.guests import stranger


@pytest.fixture
def company(house, forger):
    """A team that signs in by the forger."""
    return Company.of(house, forger)


@pytest.fixture
def flow(house, company):
    """A sign-in under way."""
    made = Flow(
        id=f"flow of {company.team.id}",
        team=company.team.id,
        provider=company.provider.id,
        errand=Errand(purpose=Purpose.PORTAL),
        proof=Proof(state="", nonce="", verifier=""),
        browser="",
        expires_at="2099-01-01T00:00:00.000Z",
    )
    house.run(house.house.signins.flows.begin(made))
    return made


def at_once(house, ask, times=8):
    """Return what comes of asking several times at once."""

    async def asked():
        return await asyncio.gather(*(ask() for _ in range(times)))

    return house.run(asked())


def test_of_answers_at_once_one_counts(house, flow):
    """And of those who take it up then, one goes on; nobody answers what is no more."""
    flows = house.house.signins.flows

    assert 1 == sum(at_once(house, lambda: flows.claim(flow)))
    assert house.run(flows.answer(evolve(flow, fault="why")))
    assert 1 == sum(at_once(house, lambda: flows.take(flow)))
    assert house.run(flows.under_way(flow.team, flow.provider, flow.id)) is None
    assert not house.run(flows.answer(flow))


def test_what_has_just_gone_is_no_fault(house, company, flow):
    """An admin dismissed, a provider removed, while somebody signs in: that is told, and breaks nothing."""
    signins, identity = house.house.signins, Identity(subject="s", auth_time=0)
    gone = Linked(admin="00000000-0000-7000-8000-000000000000")
    assert not house.run(signins.subjects.link(company.provider, identity, gone))
    house.run(house.house.providing.remove(company.team, company.provider, by=BY))

    assert not house.run(signins.subjects.link(company.provider, identity, Linked()))
    assert not house.run(signins.flows.begin(evolve(flow, id="another")))
    with pytest.raises(Unsent, match="just been removed"):
        house.run(
            signins.begin(company.provider, flow.errand, doors=Doors("https://hub"), state="s", browser="b")
        )


def test_a_team_removes_no_other_ones_provider(house, forger, company):
    """Not even inside a transaction, where nobody looks."""
    other = Company.of(house, forger)

    async def work(unit):
        await unit.remove_provider(other.provider.id)

    house.run(house.house.registry.store(Scope(team=company.team.id)).write(work, reference="t"))

    assert [other.provider.id] == [each.id for each in house.run(house.house.providing.of(other.team))]


@pytest.mark.parametrize("domain", ["%", "acme%", "acme_example", "!"])
def test_whoever_makes_a_domain_up_reads_no_providers(house, company, monkeypatch, domain):
    """Anybody may ask which provider an address leads to: they have not all of them read."""
    read, found = [], house.house.providing.providers.with_domain
    monkeypatch.setattr(providers, "provider", read.append)

    assert [] == house.run(found(domain))
    assert [] == read
    monkeypatch.undo()
    assert company.provider.id in {each.id for each in house.run(found("acme.example"))}


def test_an_address_is_owned_in_each_team_apart(house, forger):
    """Whoever has it in two teams is somebody in each."""
    companies = [Company.of(house, forger, domains=("acme.example",)) for _ in range(3)]
    for each in companies:
        each.person("ann@acme.example")

    for each in companies:
        assert 303 == signed_in(stranger(house), each, forger, each.product().asks).status_code
