"""Settings › Security › Authentication › SSO: the providers that people sign in with."""  # noqa: RUF002

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse, Response

from hub.engine.signing.drafts import Draft, Misfit
from hub.engine.signing.endings import Lost
from hub.engine.values.errors import AdminError
from hub.engine.values.flows import Errand, Purpose
from hub.providers import Oidc, Protocol, Provider, Saml
from hub.teams import Role

from .pages import Fault, Pages
from .problems import spoken
from .sending import browser_of, doors, send

if TYPE_CHECKING:
    from .forms import Form
    from .pages import Visit

#: Where these settings are, below the team.
AT = "/settings/security/authentication/sso"

pages = Pages(below=f"/teams/{{team}}{AT}")

#: What stands before the id of a connection in the name of its box.
BOX = "connection-"


@pages.get("")
async def providers(visit: Visit) -> Response:
    """List the providers, and offer to set one up."""
    return visit.page("sso.html", providers=await visit.desk.providing.of(visit.team), may=_may(visit))


@pages.get("/new/{protocol}", role=Role.OWNER)
async def new(visit: Visit) -> Response:
    """Offer a form for a provider, whose own addresses are known already: it is told them first."""
    protocol, id = _protocol(visit), visit.desk.providing.ids()
    return visit.page("sso_form.html", **await _values(visit, protocol, id))


@pages.post("/new/{protocol}", role=Role.OWNER)
async def create(visit: Visit) -> Response:
    """Set a provider up."""
    protocol, form = _protocol(visit), await visit.form()
    id = form.get("id", "")
    try:
        made = await visit.desk.providing.create(visit.team, protocol, _draft(form), id=id, by=visit.by())
    except AdminError as error:
        return await _again(visit, error, form, protocol, id)
    return visit.go(f"{AT}/{made.id}", said=f"{made.title} is set up. Test sign-in next.")


@pages.get("/{provider}", role=Role.AUDITOR)
async def show(visit: Visit) -> Response:
    """Show a provider, and the form in which it is changed."""
    provider = await _provider(visit)
    return visit.page("sso_form.html", **await _values(visit, provider.protocol, provider.id, provider))


@pages.post("/{provider}", role=Role.OWNER)
async def change(visit: Visit) -> Response:
    """Change a provider."""
    provider, form = await _provider(visit), await visit.form()
    try:
        changed = await visit.desk.providing.change(visit.team, provider, _draft(form), by=visit.by())
    except AdminError as error:
        return await _again(visit, error, form, provider.protocol, provider.id, provider)
    return visit.go(f"{AT}/{changed.id}", said=f"{changed.title} is saved.")


@pages.get("/{provider}/remove", role=Role.OWNER)
async def ask(visit: Visit) -> Response:
    """Ask whether a provider is to be removed, and say what that does."""
    return visit.page("sso_remove.html", provider=await _provider(visit))


@pages.post("/{provider}/remove", role=Role.OWNER)
async def remove(visit: Visit) -> Response:
    """Remove a provider."""
    provider, why = await _provider(visit), (await visit.form()).get("why")
    await visit.desk.providing.remove(visit.team, provider, by=visit.by(why))
    return visit.go(AT, said=f"{provider.title} is removed: nobody signs in with it any more.")


@pages.get("/{provider}/test", role=Role.OWNER)
async def test(visit: Visit) -> Response:
    """Send whoever asks to the provider, to see what it says of them: by a link, as browsers want it."""
    errand = Errand(purpose=Purpose.TEST, by=visit.by().name)
    return await send(visit, await _provider(visit), errand)


@pages.get("/{provider}/tried", role=Role.OWNER)
async def tried(visit: Visit) -> Response:
    """Show what the provider said, and whom it means or why nobody: to whoever looks, and not by HEAD."""
    if visit.request.method == "HEAD":
        return Response()
    provider, state = await _provider(visit), visit.query.get("state", "")
    try:
        trial = await visit.desk.signins.trial(provider, state, browser=browser_of(visit, state))
    except Lost:
        return RedirectResponse(visit.url(f"{AT}/{provider.id}"), 303)
    match = trial.match
    dossier = await visit.desk.people.dossier(visit.team, match.person) if match and match.person else None
    admins = {each.id: each for each in await visit.desk.admins.of(visit.team)}
    return visit.page(
        "sso_tried.html",
        provider=provider,
        trial=trial,
        person=dossier.called if dossier else None,
        claims=_shown(trial.identity.claims) if trial.identity else [],
        admin=admins.get(match.admin or "") if match else None,
    )


async def _again(
    visit: Visit,
    error: AdminError,
    form: Form,
    protocol: Protocol,
    id: str,
    provider: Provider | None = None,
) -> Response:
    """Return the form once more, with what was typed but for the secret, and what is wrong with it."""
    typed = {name: value for name, value in form.items() if name != "secret"}
    values = await _values(visit, protocol, id, provider)
    return visit.again("sso_form.html", faults=[_fault(error)], typed=typed, **values)


async def _values(
    visit: Visit, protocol: Protocol, id: str, provider: Provider | None = None
) -> dict[str, Any]:
    """Return what the form of a provider is made of."""
    how = provider.how if provider else None
    alone = len(await visit.desk.providing.of(visit.team)) <= (1 if provider else 0)
    connections = [
        (each, each.connection.provider == id or (each.connection.provider is None and alone))
        for each in (await visit.desk.directory.sources(visit.team)).values()
    ]
    return {
        "id": id,
        "provider": provider,
        "saml": protocol is Protocol.SAML,
        "how": how,
        "ends": visit.desk.speaks.expires(how) if isinstance(how, Saml) else None,
        "doors": doors(visit, visit.team.id, id),
        "connections": connections,
        "box": BOX,
        "may": _may(visit),
        "max_age": how.max_age if isinstance(how, Oidc) and how.max_age is not None else "",
    }


def _draft(form: Form) -> Draft:
    """Return what was entered."""
    age = form.get("max_age", "").strip()
    if age and not re.fullmatch("[0-9]{1,9}", age):
        raise Misfit("max_age", "the age of a sign-in is a number of seconds")
    url, text, chosen = (
        form.get("metadata_url", ""),
        form.get("metadata", ""),
        form.files.get("metadata_file"),
    )
    if sum(map(bool, (url.strip(), text.strip(), chosen))) > 1:
        raise Misfit(
            "metadata_url",
            "metadata is given in several ways at once: leave all but one of them empty",
        )
    return Draft(
        title=form.get("title", ""),
        domains=form.get("domains", "").replace(",", " ").split(),
        connections=[name.removeprefix(BOX) for name in form if name.startswith(BOX)],
        issuer=form.get("issuer", ""),
        client_id=form.get("client_id", ""),
        secret=form.get("secret", ""),
        max_age=int(age) if age else None,
        metadata_url=url,
        metadata=chosen.decode("utf-8-sig", "replace") if chosen else text,
    )


def _fault(error: AdminError) -> Fault:
    return Fault(error.field if isinstance(error, Misfit) else "title", spoken(error))


def _protocol(visit: Visit) -> Protocol:
    try:
        return Protocol(visit.path["protocol"])
    except ValueError:
        raise visit.missing() from None


async def _provider(visit: Visit) -> Provider:
    return await visit.desk.providing.one(visit.team, visit.path["provider"])


def _may(visit: Visit) -> bool:
    return visit.session.role.may(Role.OWNER)


def _shown(claims: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a provider said, as text."""
    return [
        (name, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        for name, value in claims.items()
    ]
