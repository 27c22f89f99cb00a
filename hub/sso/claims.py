"""ID tokens: verified (OpenID Connect Core 1.0 §3.1.3.7), and what they say of somebody."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import BadSignatureError, ClaimError, ExpiredTokenError, JoseError
from joserfc.jwk import Key
from joserfc.util import urlsafe_b64decode

from hub.providers import Identity, NotBelieved, Oidc
from hub.scim.folding import fold

from .discovery import Directory, Discovered
from .old_names import old_names
from .outbound import Unreachable
from .reading import object_in, plain

#: How tokens may be signed: never by a secret that both know, and never not at all.
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)

#: The seconds by which a provider's clock may differ from ours.
SKEW = 60

#: The longest name of a subject (§2 has 255), and the longest token.
SUBJECT_MAX, TOKEN_MAX = 255, 64 * 1024

#: Claim → what it means that it is missing or wrong, and what to look at.
_WRONG = {
    "iss": "it comes from another issuer (iss)",
    "aud": "it is made for another client (aud): is the client ID right?",
    "nonce": "it answers another sign-in (nonce)",
    "iat": "it is from the future (iat): do both clocks agree?",
}

#: What says that an address is verified, and the values that say so: some write booleans as text or number.
_VERIFIED = ("email_verified", "xms_edov")
_TRUE = (True, "true", "True", 1, "1")


async def verified(
    token: str, how: Oidc, found: Discovered, directory: Directory, *, nonce: str, now: int
) -> dict[str, Any]:
    """Return what *token* claims, or raise `NotBelieved`."""
    if len(token) > TOKEN_MAX:
        raise NotBelieved(f"the ID token is longer than {TOKEN_MAX} bytes")
    header = _header(token)
    if header.get("alg") not in ALGORITHMS:
        raise NotBelieved(f"the ID token is signed by {str(header.get('alg'))[:20]!r}, which is not accepted")
    try:
        key = _chosen(await directory.keys(found, header.get("kid")), header)
        with old_names():
            claims = dict(jwt.decode(token, key, algorithms=[*ALGORITHMS]).claims)
    except Unreachable as error:
        raise NotBelieved(f"the provider's keys could not be had: {error}") from error
    except BadSignatureError as error:
        raise NotBelieved("the signature of the ID token is wrong") from error
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise NotBelieved(f"the ID token cannot be read: {error}") from error
    _check(claims, how, found, nonce=nonce, now=now)
    return claims


def _header(token: str) -> dict[str, Any]:
    try:
        raw = urlsafe_b64decode(token.partition(".")[0].encode())
    except ValueError as error:
        raise NotBelieved("the ID token is no token") from error
    return object_in(raw, "the header of the ID token")


def _chosen(keys: list[Key], header: Mapping[str, Any]) -> Key:
    """Return the key that *header* names, or the only one there is."""
    kid = header.get("kid")
    meant = keys if kid is None else [key for key in keys if key.kid == kid]
    if len(meant) != 1:
        raise NotBelieved("the ID token is signed by a key that the provider does not list")
    return meant[0]


def _check(claims: Mapping[str, Any], how: Oidc, found: Discovered, *, nonce: str, now: int) -> None:
    registry = jwt.JWTClaimsRegistry(
        now=now,
        leeway=SKEW,
        iss={"essential": True, "value": found.issuer},
        aud={"essential": True, "value": how.client_id},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        registry.validate(dict(claims))
    except ExpiredTokenError as error:
        raise NotBelieved("the ID token has expired: do both clocks agree?") from error
    except ClaimError as error:
        why = _WRONG.get(error.claim, f"{error.claim} is missing or wrong")
        raise NotBelieved(f"the ID token does not say what it must: {why}") from error
    if len(claims["sub"]) > SUBJECT_MAX:
        raise NotBelieved(f"the ID token's sub is longer than {SUBJECT_MAX} characters")
    _check_party(claims, how)
    _check_age(claims, how, now)


def _check_party(claims: Mapping[str, Any], how: Oidc) -> None:
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else how.client_id) != how.client_id:
        raise NotBelieved("the ID token was made for another client (azp)")


def _check_age(claims: Mapping[str, Any], how: Oidc, now: int) -> None:
    at = claims.get("auth_time")
    if at is not None and not _is_time(at):
        raise NotBelieved("the ID token's auth_time is no time")
    if at is not None and at > now + SKEW:
        raise NotBelieved("they are to sign in at the provider yet (auth_time): do both clocks agree?")
    if how.max_age is None:
        return
    if at is None:
        raise NotBelieved("the ID token does not say when they signed in (auth_time), which max_age asks for")
    if at + how.max_age + SKEW < now:
        raise NotBelieved(f"they signed in at the provider longer than {how.max_age} seconds ago")


def identity(claims: Mapping[str, Any]) -> Identity:
    """Return who *claims* are about."""
    _check_signs(claims)
    said = claims.get("email")
    said = said.strip() if isinstance(said, str) and "@" in said else ""
    address, sure = fold(said), plain(said) and any(claims.get(name) in _TRUE for name in _VERIFIED)
    at = claims.get("auth_time")
    return Identity(
        subject=claims["sub"],
        auth_time=None if at is None else int(at),
        addresses=(address,) if address and sure else (),
        doubtful=(address,) if address and not sure else (),
        external_id=_external_id(claims),
        name=name if isinstance(name := claims.get("name"), str) else None,
        claims=dict(claims),
    )


def _check_signs(claims: Mapping[str, Any]) -> None:
    """Refuse what JSON can write and no text has: NUL, and halves of characters."""
    if re.search("\\\\u0000|[\ud800-\udfff]", json.dumps(claims, ensure_ascii=False)):
        raise NotBelieved("what the provider says of somebody has signs that are none")


def _external_id(claims: Mapping[str, Any]) -> str | None:
    """Return the id that a provider has for somebody in all of its applications, where it says one.

    `sub` may be another one for each application; `oid` is the directory's, within the tenant `tid`.
    """
    oid, tid = claims.get("oid"), claims.get("tid")
    return oid if isinstance(oid, str) and isinstance(tid, str) and oid else None


def _is_time(said: Any) -> bool:
    return isinstance(said, int | float) and not isinstance(said, bool) and abs(said) < 2**40
