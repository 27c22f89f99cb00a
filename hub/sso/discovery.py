"""What OpenID providers say of themselves, and their keys: asked for, and kept for a while."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, RSAKey

from hub.providers import NotBelieved

from .kept import LOOK_SECONDS, Kept, kept_of
from .outbound import Outbound
from .reading import object_in

#: Kinds of keys that are not a secret between two: by those, whoever verifies could sign.
_ASYMMETRIC = ("RSA", "EC", "OKP")

#: The smallest RSA key, bits (RFC 7518 §3.3).
_BITS_MIN = 2048


@frozen(kw_only=True)
class Discovered:
    """What a provider says of itself (OpenID Connect Discovery 1.0 §3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    auth_methods: tuple[str, ...]
    says_iss: bool


@frozen(kw_only=True)
class Directory:
    """What is known of providers, asked over *outbound* when it is needed."""

    outbound: Outbound
    seconds: Callable[[], float]
    _found: dict[str, Kept[Discovered]] = field(factory=dict, init=False, repr=False)
    _keys: dict[str, Kept[list[Key]]] = field(factory=dict, init=False, repr=False)

    async def found(self, issuer: str, *, anew: bool = False) -> Discovered:
        """Return what the provider called *issuer* says of itself, or raise `Unreachable`, `NotBelieved`.

        It is asked for *anew* by whoever wants to know how it is now.
        """

        async def ask() -> Discovered:
            raw = await self.outbound.fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            found = _discovered(object_in(raw, "what the issuer says of itself"), issuer)
            for url in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
                self.outbound.check(url)
            return found

        return await kept_of(self._found, issuer).got(ask, self.seconds, good=lambda *_: not anew)

    async def keys(self, found: Discovered, kid: str | None = None) -> list[Key]:
        """Return a provider's keys; looked up anew, but not all the time, where none is called *kid*."""

        async def ask() -> list[Key]:
            return _keys(object_in(await self.outbound.fetch(found.jwks_uri), "the provider's list of keys"))

        return await kept_of(self._keys, found.jwks_uri).got(
            ask,
            self.seconds,
            good=lambda keys, age: age < LOOK_SECONDS or any(kid and key.kid == kid for key in keys),
        )


def _discovered(said: Mapping[str, Any], issuer: str) -> Discovered:
    name = said.get("issuer")
    # A slash at the end is what people leave out; anything else is another provider (§4.3).
    if not isinstance(name, str) or name.rstrip("/") != issuer.rstrip("/"):
        raise NotBelieved(f"at this address answers a provider that calls itself {str(name)[:200]!r}")
    return Discovered(
        issuer=name,
        authorization_endpoint=_url(said, "authorization_endpoint"),
        token_endpoint=_url(said, "token_endpoint"),
        jwks_uri=_url(said, "jwks_uri"),
        userinfo_endpoint=said.get("userinfo_endpoint") and _url(said, "userinfo_endpoint"),
        auth_methods=_methods(said.get("token_endpoint_auth_methods_supported")),
        says_iss=said.get("authorization_response_iss_parameter_supported") is True,
    )


def _url(said: Mapping[str, Any], name: str) -> str:
    url = said.get(name)
    if not isinstance(url, str):
        raise NotBelieved(f"what the issuer says of itself has no {name}")
    return url


def _methods(said: Any) -> tuple[Any, ...]:
    if said in (None, []):
        return ("client_secret_basic",)
    if not isinstance(said, list):
        raise NotBelieved("what the issuer says of itself has no list of ways in for clients")
    return tuple(said)


def _keys(said: Mapping[str, Any]) -> list[Key]:
    listed = said.get("keys")
    if not isinstance(listed, list):
        raise NotBelieved("the provider's list of keys has no keys")
    keys = [key for each in listed if (key := _key(each))]
    if not keys:
        raise NotBelieved("the provider's list of keys has none that can be used to verify")
    return keys


def _key(said: Any) -> Key | None:
    """Return the key for verifying in *said*, None where there is none: others may be listed beside it."""
    if not isinstance(said, dict) or said.get("kty") not in _ASYMMETRIC or said.get("use", "sig") != "sig":
        return None
    try:
        key = JWKRegistry.import_key(said)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    weak = isinstance(key, RSAKey) and key.public_key.key_size < _BITS_MIN
    return None if weak else key
