"""hub sso: the providers that a team's people sign in with."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from attrs import asdict
from cyclopts import App, Parameter

from hub.cli import printing
from hub.cli.connection import root
from hub.cli.errors import UsageError
from hub.cli.numbers import Whole
from hub.cli.options import NONE, UNSAID, Changing, Options
from hub.engine.signing.drafts import Draft
from hub.providers import Doors, Protocol, Provider
from hub.settings import Settings

app = App(name="sso", help="Single sign-on: the providers that a team's people sign in with.")

COLUMNS = ("Provider", "Name", "Protocol", "Issuer", "Domains", "Tested", "Our address there")

Domains = Annotated[tuple[str, ...], Parameter(name="domain", consume_multiple=True, negative="")]


@app.command(name="list")
async def list_(team: str, /, *, options: Options = NONE) -> None:
    """List the providers of TEAM, with the address that each is told."""
    async with options.house() as house:
        found = await house.providing.of(await house.teams.named(team))
    _answer(found, options)


@app.command
async def oidc(
    team: str,
    /,
    *,
    name: str,
    issuer: str,
    client_id: str,
    secret_file: str,
    max_age: Whole | None = None,
    domains: Domains = (),
    options: Changing = UNSAID,
) -> None:
    """Have the people of TEAM sign in with an OpenID provider.

    Parameters
    ----------
    name
        As people call the provider.
    issuer
        Its issuer, below which is /.well-known/openid-configuration.
    client_id
        What it calls the hub.
    secret_file
        The file with the client's secret; /dev/stdin is what comes in by a pipe.
    max_age
        Nobody signs in who proved to the provider longer ago, in seconds, who they are.
    domains
        Mail domains it vouches for.
    """
    draft = Draft(
        title=name,
        issuer=issuer,
        client_id=client_id,
        secret=_read(secret_file, "--secret-file"),
        max_age=max_age,
        domains=domains,
    )
    await _create(team, Protocol.OIDC, draft, options)


@app.command
async def saml(
    team: str, /, *, name: str, metadata: str, domains: Domains = (), options: Changing = UNSAID
) -> None:
    """Have the people of TEAM sign in with a SAML identity provider.

    Parameters
    ----------
    name
        As people call the provider.
    metadata
        Its metadata: an address, or a file.
    domains
        Mail domains it vouches for.
    """
    there = metadata.startswith(("https://", "http://"))
    draft = Draft(
        title=name,
        metadata_url=metadata if there else "",
        metadata="" if there else _read(metadata, "--metadata"),
        domains=domains,
    )
    await _create(team, Protocol.SAML, draft, options)


@app.command
async def remove(team: str, provider: str, /, *, options: Changing = UNSAID) -> None:
    """Have nobody of TEAM sign in with PROVIDER, an id, any more."""
    async with options.house() as house:
        whose = await house.teams.named(team)
        found = await house.providing.one(whose, provider)
        await house.providing.remove(whose, found, by=options.by)
        after = await house.teams.named(team)
    says = f"Nobody signs in with '{found.title}' any more."
    if after.sso_issuer != whose.sso_issuer:
        says += f" The SSO of '{team}' stands on {after.sso_issuer or 'nothing: SCIM is paused'} now."
    options.answer({"removed": found.id, "sso_issuer": after.sso_issuer}, says)


async def _create(team: str, protocol: Protocol, draft: Draft, options: Changing) -> None:
    async with options.house() as house:
        made = await house.providing.create(await house.teams.named(team), protocol, draft, by=options.by)
    described = _described(made, options.settings())
    words = [f"Provider  {made.id}", f"Issuer    {made.issuer}", "", "Tell the provider:"]
    words += [f"  {said}  {described[key]}" for key, said in _TOLD[protocol].items()]
    options.answer(described, "\n".join(words))


#: Protocol → what the provider is told, and how it is called there.
_TOLD = {
    Protocol.OIDC: {"callback": "Redirect address"},
    Protocol.SAML: {"acs": "Sign-on URL (ACS)", "entity_id": "Entity ID, metadata"},
}


def _answer(found: Sequence[Provider], options: Options) -> None:
    settings = options.settings()
    described = [_described(each, settings) for each in found]
    rows = [
        (
            each.id,
            each.title,
            each.protocol,
            each.issuer,
            " ".join(each.domains),
            each.tested_at,
            said[next(iter(_TOLD[each.protocol]))],
        )
        for each, said in zip(found, described, strict=True)
    ]
    options.answer(described, printing.table(COLUMNS, rows))


def _described(provider: Provider, settings: Settings) -> dict[str, Any]:
    """Return what is told of a provider: no secret of its."""
    doors = Doors(f"{root(settings)}/sso/{provider.team}/{provider.id}")
    said = asdict(provider, filter=lambda field, _: field.name not in {"how", "team"})
    ours = {name: getattr(doors, name) for name in _TOLD[provider.protocol]}
    return {**said, "protocol": provider.protocol, "issuer": provider.issuer, **ours}


def _read(file: str, flag: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{flag}: {file} cannot be read: {error}") from error
