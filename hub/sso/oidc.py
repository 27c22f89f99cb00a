"""OpenID Connect: people are sent to a provider, and what it says of them is verified."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve, field, frozen
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuthError
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from hub.providers import Doors, Identity, NobodyIn, NotBelieved, Oidc, Proof, ProviderFault

from .claims import identity, verified
from .discovery import Directory, Discovered
from .outbound import Outbound, Unreachable
from .reading import object_in

#: What is asked of a provider: who somebody is, and their address and name.
SCOPE = "openid email profile"

#: What authlib raises where an answer is not what it takes it for.
_UNREADABLE = (ValueError, TypeError, OverflowError, RecursionError)

#: How we prove who we are, the better first; a provider that names none takes the first (OIDC Discovery §3).
_METHODS = ("client_secret_basic", "client_secret_post")


@frozen(kw_only=True)
class OpenId:
    """Speaks OpenID Connect, over *outbound*; *seconds* is the time since 1970."""

    outbound: Outbound
    seconds: Callable[[], float]
    directory: Directory = field(init=False, repr=False)

    @directory.default
    def _directory(self) -> Directory:
        return Directory(outbound=self.outbound, seconds=self.seconds)

    async def probed(self, how: Oidc) -> Oidc:
        """Return *how* with the issuer as the provider writes it, or raise `ProviderFault`."""
        try:
            found = await self.directory.found(how.issuer.strip(), anew=True)
            await self.directory.keys(found)
        except (Unreachable, NotBelieved) as error:
            raise ProviderFault("issuer", str(error)) from error
        return evolve(how, issuer=found.issuer)

    async def begin(self, how: Oidc, doors: Doors, proof: Proof, *, hint: str | None) -> str:
        """Return where to send somebody, of whom *hint* is the address."""
        found = await self._found(how)
        return str(
            prepare_grant_uri(
                found.authorization_endpoint,
                client_id=how.client_id,
                response_type="code",
                redirect_uri=doors.callback,
                scope=SCOPE,
                state=proof.state,
                nonce=proof.nonce,
                code_challenge=create_s256_code_challenge(proof.verifier),
                code_challenge_method="S256",
                response_mode="query",  # a form sent across sites would come without our cookie
                max_age=how.max_age,
                login_hint=hint,
            )
        )

    async def finish(self, how: Oidc, doors: Doors, proof: Proof, answer: Mapping[str, str]) -> Identity:
        """Return who the provider says came back with that *answer*, or raise `NotBelieved`."""
        found = await self._found(how)
        code = _code(answer, found)
        tokens = await self._exchanged(how, doors, proof, found, code)
        claims = await self._verified(how, proof, found, tokens)
        if "email" not in claims and found.userinfo_endpoint:
            claims = {**await self._more(found.userinfo_endpoint, tokens, claims), **claims}
        return identity(claims)

    async def _found(self, how: Oidc) -> Discovered:
        try:
            return await self.directory.found(how.issuer)
        except Unreachable as error:
            raise NotBelieved(str(error)) from error

    async def _exchanged(
        self, how: Oidc, doors: Doors, proof: Proof, found: Discovered, code: str
    ) -> Mapping[str, Any]:
        url = found.token_endpoint
        try:
            self.outbound.check(url)
            async with (
                self.outbound.asking(url),
                _client(how, doors, found, self.outbound) as client,
            ):
                tokens: Mapping[str, Any] = await client.fetch_token(
                    url, code=code, code_verifier=proof.verifier, grant_type="authorization_code"
                )
                return tokens
        except (Unreachable, *_UNREADABLE) as error:
            raise NotBelieved(f"the code could not be exchanged: {error}") from error
        except OAuthError as error:
            raise NotBelieved(f"the code could not be exchanged: {_shown(error.error)}") from error

    async def _verified(
        self, how: Oidc, proof: Proof, found: Discovered, tokens: Mapping[str, Any]
    ) -> dict[str, Any]:
        token = tokens.get("id_token")
        if not isinstance(token, str):
            raise NotBelieved("the provider sent no ID token: is the scope openid allowed for this client?")
        return await verified(token, how, found, self.directory, nonce=proof.nonce, now=int(self.seconds()))

    async def _more(self, url: str, tokens: Mapping[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the provider keeps for whoever asks: some name addresses there only."""
        try:
            said = await self.outbound.fetch(
                url, headers={"authorization": f"Bearer {tokens.get('access_token')}"}
            )
        except Unreachable as error:
            raise NotBelieved(f"who signed in could not be asked for: {error}") from error
        more = object_in(said, "the provider's answer about who signed in")
        if more.get("sub") != claims["sub"]:  # OIDC Core §5.3.2
            raise NotBelieved("the provider told of somebody else than who signed in")
        return more


def _client(how: Oidc, doors: Doors, found: Discovered, outbound: Outbound) -> Any:
    method = next((each for each in _METHODS if each in found.auth_methods), None)
    if method is None:
        raise NotBelieved(f"the provider lets no client in by {' or '.join(_METHODS)}")
    return AsyncOAuth2Client(
        client_id=how.client_id,
        client_secret=how.client_secret,
        token_endpoint_auth_method=method,
        redirect_uri=doors.callback,
        **outbound.settings(),
    )


def _code(answer: Mapping[str, str], found: Discovered) -> str:
    if "error" in answer:
        said = f"{answer['error']} {answer.get('error_description', '')}"
        raise NobodyIn(f"the provider let nobody in: {_shown(said)}")
    # RFC 9207: whose answer it is, so that one provider's is not taken for another's.
    if answer.get("iss", found.issuer if not found.says_iss else None) != found.issuer:
        raise NotBelieved("the answer does not come from the provider that was asked")
    if not answer.get("code"):
        raise NotBelieved("the provider sent no code")
    return answer["code"]


def _shown(text: str) -> str:
    """Return what a stranger wrote, short and in one line."""
    return " ".join(str(text).split())[:200]
