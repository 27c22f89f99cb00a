"""What administrators do with the providers that a team's people sign in with."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import asdict, evolve, frozen

from hub.engine.common.trail import changed
from hub.engine.values.errors import AdminError, NameTaken
from hub.engine.values.scope import Scope
from hub.providers import Oidc, Protocol, Provider, ProviderFault, Saml
from hub.sealed import Unsealable, seal, unseal

from .drafts import TEXT_MAX, Draft, Misfit, domains_in, title_in

if TYPE_CHECKING:
    from hub.engine.ports import Clock, Ids, Providers, Registry, Speaks, Unit, Work
    from hub.engine.values.notes import Author
    from hub.providers import How, Identity
    from hub.teams import Team

T = TypeVar("T")

#: The most providers of a team.
PROVIDERS_MAX = 20

#: What is told of an id that was not given out for this team.
STALE = "this page is out of date: go back, and begin anew"

#: What is told of another issuer, or entity id.
ANOTHER = "another issuer is another provider: set that up, too, and remove this one once it works"

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


@frozen(kw_only=True)
class Providing:
    """Sets up, changes and removes providers; each raises `AdminError`, a wrong value `Misfit`.

    *key* seals secrets that have to be read again.
    """

    registry: Registry
    providers: Providers
    speaks: Speaks
    clock: Clock
    ids: Ids
    key: bytes

    async def of(self, team: Team) -> Sequence[Provider]:
        """Return a team's providers, oldest first."""
        return await self.providers.of(team.id)

    async def one(self, team: Team, id: str) -> Provider:
        """Return a provider of a team."""
        found = await self.providers.one(team.id, id)
        if found is None:
            raise AdminError(f"'{team.name}' has no provider '{id}': `hub sso list` shows all")
        return found

    async def known(self, team: str, id: str) -> Provider | None:
        """Return a provider of a team, for whoever comes to its address; None where there is none."""
        return await self.providers.one(team, id)

    async def create(
        self, team: Team, protocol: Protocol, draft: Draft, *, id: str | None = None, by: Author
    ) -> Provider:
        """Add a provider, once it was asked to describe itself.

        Its *id* may have been given out before: the addresses at which we are reached, which the provider is
        told, contain it.
        """
        if not _ID.fullmatch(id := id or self.ids()):
            raise AdminError(STALE)
        provider = Provider(
            id=id,
            team=team.id,
            title=title_in(draft.title),
            how=await self._how(protocol, draft, id, None),
            created_at=self.clock(),
            domains=domains_in(draft.domains),
        )

        async def work(unit: Unit) -> Provider:
            await unit.team()
            there = await unit.providers()
            if any(each.id == id for each in there):
                raise AdminError(f"'{provider.title}' is there already: see the list of providers")
            if len(there) >= PROVIDERS_MAX:
                raise AdminError(f"a team has at most {PROVIDERS_MAX} providers: remove one first")
            await unit.put_provider(provider)
            await unit.note(by, "sso.create", provider.title, changes=changed({}, _told(provider)))
            await _attach(unit, provider, draft.connections, by)
            return provider

        try:
            return await self._write(team.id, work)
        except NameTaken as error:
            raise AdminError(STALE) from error

    async def change(self, team: Team, provider: Provider, draft: Draft, *, by: Author) -> Provider:
        """Change a provider; a secret or metadata that is left out stays as it is.

        Its issuer never changes: subjects of another issuer are other people, whatever they are called.
        """
        how = await self._how(provider.protocol, draft, provider.id, provider.how)
        title, domains = title_in(draft.title), domains_in(draft.domains)

        async def work(unit: Unit) -> Provider:
            await unit.team()
            before = _current(await unit.providers(), provider)
            after = evolve(before, title=title, how=how, domains=domains)
            if after != before:
                await unit.put_provider(after)
                changes = changed(_told(before), _told(after)) | _resealed(before, after)
                await unit.note(by, "sso.set", after.title, changes=changes)
            await _attach(unit, after, draft.connections, by)
            return after

        return await self._write(team.id, work)

    async def remove(self, team: Team, provider: Provider, *, by: Author) -> None:
        """Remove a provider: nobody signs in with it any more.

        Where the team's SSO stood on it, it stands on another provider that was tried, or on none.
        """

        async def work(unit: Unit) -> None:
            now = await unit.team()
            there = await unit.providers()
            before = _current(there, provider)
            await unit.remove_provider(before.id)
            await unit.note(by, "sso.remove", before.title, changes=changed(_told(before), {}))
            if now.sso_issuer == before.issuer:
                rest = [each.issuer for each in there if each.id != before.id and each.tested_at]
                await unit.put(after := evolve(now, sso_issuer=next(iter(rest), None)))
                changes = changed({"sso_issuer": now.sso_issuer}, {"sso_issuer": after.sso_issuer})
                await unit.note(by, "team.set", now.name, changes=changes)

        await self._write(team.id, work)

    async def tested(self, provider: Provider, identity: Identity, *, by: Author) -> None:
        """Note that somebody has signed in to try it: a team without SSO has it from now on."""

        async def work(unit: Unit) -> None:
            team = await unit.team()
            before = _current(await unit.providers(), provider)
            called = next(iter((*identity.addresses, *identity.doubtful)), identity.subject)
            await unit.put_provider(evolve(before, tested_at=unit.now, tested_as=called))
            await unit.note(by, "sso.test", before.title, changes={})
            if not team.sso_issuer:
                await unit.put(evolve(team, sso_issuer=before.issuer))
                changes = changed({"sso_issuer": None}, {"sso_issuer": before.issuer})
                await unit.note(by, "team.set", team.name, changes=changes)

        await self._write(provider.team, work)

    async def renewed(self, provider: Provider, how: How, *, by: Author) -> None:
        """Keep what the provider's metadata says now: its certificates have changed."""

        async def work(unit: Unit) -> None:
            await unit.team()
            before = _current(await unit.providers(), provider)
            if before.how != provider.how:  # an administrator has changed it since the metadata was asked for
                return
            await unit.put_provider(after := evolve(before, how=how))
            await unit.note(by, "sso.set", before.title, changes=changed(_told(before), _told(after)))

        await self._write(provider.team, work)

    def opened(self, provider: Provider) -> How:
        """Return what is agreed with a provider, its secret unsealed, for whoever speaks with it."""
        how = provider.how
        if isinstance(how, Saml):
            return how
        try:
            return evolve(how, client_secret=unseal(how.client_secret, self.key, about=provider.id))
        except Unsealable as error:
            raise Misfit("secret", str(error)) from error

    async def _how(self, protocol: Protocol, draft: Draft, id: str, before: How | None) -> How:
        try:
            if protocol is Protocol.OIDC:
                return await self._oidc(draft, id, before if isinstance(before, Oidc) else None)
            return await self._saml(draft, before if isinstance(before, Saml) else None)
        except ProviderFault as error:
            raise Misfit(error.field, str(error)) from error

    async def _oidc(self, draft: Draft, id: str, before: Oidc | None) -> Oidc:
        draft.check_client(known=before is not None)
        if before and draft.issuer.strip().rstrip("/") != before.issuer.rstrip("/"):
            raise Misfit("issuer", ANOTHER)
        secret = draft.secret.strip()
        sealed = seal(secret, self.key, about=id) if secret else before.client_secret if before else ""
        how = Oidc(
            issuer=before.issuer if before else draft.issuer.strip(),
            client_id=draft.client_id.strip(),
            client_secret=sealed,
            max_age=draft.max_age,
        )
        probed = await self.speaks.probed(how)
        return evolve(probed, issuer=before.issuer) if before else probed

    async def _saml(self, draft: Draft, before: Saml | None) -> Saml:
        url, text = draft.metadata_url.strip(), draft.metadata.strip()
        if len(url) > TEXT_MAX:
            raise Misfit("metadata_url", f"the address is longer than {TEXT_MAX} characters")
        if url or text:
            found = await self.speaks.described(url or None, text)
            if before and found.entity_id != before.entity_id:
                raise Misfit("metadata_url" if url else "metadata", ANOTHER)
            return found
        if before is None:
            raise Misfit("metadata_url", "the provider's metadata is missing: give its address, or its text")
        return before

    async def _write(self, team: str, work: Work[T]) -> T:
        return await self.registry.store(Scope(team=team)).write(work, reference=f"admin_{self.ids()}")


def _current(there: Sequence[Provider], provider: Provider) -> Provider:
    found = next((each for each in there if each.id == provider.id), None)
    if found is None:
        raise AdminError(f"'{provider.title}' has just been removed")
    return found


async def _attach(unit: Unit, provider: Provider, chosen: Collection[str] | None, by: Author) -> None:
    """Have the people of the *chosen* connections sign in with *provider*, and those of no others."""
    if chosen is None:
        return
    there = await unit.connections()
    if strange := set(chosen) - {each.id for each in there}:
        raise Misfit("connections", f"the team has no connection '{min(strange)}'")
    for each in there:
        wanted = provider.id if each.id in chosen else None
        if each.provider == wanted or (wanted is None and each.provider != provider.id):
            continue
        await unit.put(evolve(each, provider=wanted))
        changes = changed({"provider": each.provider}, {"provider": wanted})
        await unit.note(by, "connection.set", each.id, changes=changes)


def _told(provider: Provider) -> dict[str, Any]:
    """Return what the audit says of a provider: no secret, and certificates by their fingerprints."""
    said = asdict(provider.how, filter=lambda field, _: field.name != "client_secret")
    if isinstance(provider.how, Saml):
        said["certificates"] = [sha256(b64decode(each)).hexdigest() for each in provider.how.certificates]
    return {"title": provider.title, "domains": list(provider.domains), **said}


def _resealed(before: Provider, after: Provider) -> dict[str, Any]:
    """Return for the audit that there is another secret, which is not shown itself."""
    one, other = (getattr(each.how, "client_secret", None) for each in (before, after))
    return {} if one == other else {"client_secret": {"before": "(kept)", "after": "(changed)"}}
