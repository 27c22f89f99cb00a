"""An ID token is believed if it is signed by the provider's key, ours, for us, and now."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import time
import warnings
from urllib.parse import parse_qs, parse_qsl, urlsplit

import anyio.to_thread
import pytest
from attrs import evolve
from joserfc import jws, jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import OctKey, RSAKey

from hub.engine.product.handover import challenge_of
from hub.providers import Doors, NobodyIn, NotBelieved, Oidc, Proof, ProviderFault
from hub.scim.folding import fold
from hub.sso.kept import LOOK_SECONDS
from hub.sso.oidc import OpenId
from hub.sso.outbound import Outbound
from tests.sso.openid import CLIENT, SECRET, new_key

DOORS = Doors("https://hub.example/sso/team/provider")
PROOF = Proof(
    state="the state", nonce="the nonce", verifier="the-verifier-which-has-to-be-43-characters-long"
)


class Clock:
    """A clock that a test may set on."""

    ahead = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return time.time() + self.ahead


@pytest.fixture
def clock():
    """Return a clock."""
    return Clock()


@pytest.fixture
def openid(clock):
    """Return what speaks with providers."""
    return OpenId(outbound=Outbound(private=True), seconds=clock)


@pytest.fixture
def how(forger):
    """Return what is agreed with the forger."""
    return Oidc(issuer=forger.issuer, client_id=CLIENT, client_secret=SECRET)


def nameless():
    """Return a new key without a name."""
    return RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=False)


def finished(openid, how, **answer: str):
    """Take up what a browser brings back."""
    return openid.finish(how, DOORS, PROOF, {"code": "a code", **answer})


async def test_a_real_provider_is_believed(openid, openid_provider):
    """Discovery, PKCE, the code, the token and its keys, as a real provider has them; a code counts once."""
    client, secret = openid_provider.client(DOORS.callback)
    agreed = Oidc(issuer=f"{openid_provider.issuer}/", client_id=client, client_secret=secret, max_age=600)
    agreed = await openid.probed(agreed)
    ann = openid_provider.person("Ann@acme.example")
    proof = evolve(PROOF, nonce=f"nonce {time.time_ns()}")
    url = await openid.begin(agreed, DOORS, proof, hint=None)
    back = await anyio.to_thread.run_sync(openid_provider.authorise, url, ann)
    answer = dict(parse_qsl(urlsplit(back).query))

    found = await openid.finish(agreed, DOORS, proof, answer)

    assert openid_provider.issuer == agreed.issuer
    assert "the state" == answer["state"]
    assert ("ann@acme.example",) == found.addresses
    with pytest.raises(NotBelieved, match="invalid_grant"):
        await openid.finish(agreed, DOORS, proof, answer)


async def test_a_real_provider_refuses_another_verifier(openid, openid_provider):
    """A code that was stolen is worth nothing without what only the hub knows."""
    client, secret = openid_provider.client(DOORS.callback)
    agreed = Oidc(issuer=openid_provider.issuer, client_id=client, client_secret=secret)
    proof = evolve(PROOF, nonce=f"nonce {time.time_ns()}")
    url = await openid.begin(agreed, DOORS, proof, hint=None)
    ann = openid_provider.person("ann@acme.example")
    back = await anyio.to_thread.run_sync(openid_provider.authorise, url, ann)

    with pytest.raises(NotBelieved, match="invalid_grant"):
        await openid.finish(
            agreed, DOORS, evolve(proof, verifier="x" * 43), dict(parse_qsl(urlsplit(back).query))
        )


async def test_what_is_asked(openid, forger, how):
    """The state, the nonce, PKCE by S256, and how long ago they may have proved who they are."""
    url = await openid.begin(evolve(how, max_age=0), DOORS, PROOF, hint="ann@acme.example")

    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": DOORS.callback,
        "scope": "openid email profile",
        "state": "the state",
        "nonce": "the nonce",
        "code_challenge": challenge_of(PROOF.verifier),
        "code_challenge_method": "S256",
        "response_mode": "query",
        "max_age": "0",
        "login_hint": "ann@acme.example",
    } == asked


async def test_an_honest_token_is_believed(openid, forger, how):
    """Addresses are folded; the secret and the verifier go to the provider, and nowhere else."""
    forger.token = forger.signed(forger.claims())

    found = await finished(openid, how)

    assert ("ann-1", "Ann Lee") == (found.subject, found.name)
    assert ("ann@acme.example",) == found.addresses
    form = dict(forger.asked)["/token"]
    assert ("a code", PROOF.verifier) == (form["code"], form["code_verifier"])


LOOKALIKES = {
    "a long s": "\u017fam@acme.example",
    "wide letters": "sam@\uff41cme.example",
    "a sharp s": "stra\u00dfe@acme.example",
    "the sign of Kelvin": "mi\u212ae@acme.example",
}


@pytest.mark.parametrize("address", LOOKALIKES.values(), ids=LOOKALIKES)
async def test_letters_that_become_others_are_doubtful(openid, forger, how, address):
    """Folded, it would be somebody else's address, for which the provider did not vouch."""
    forger.token = forger.signed(forger.claims(email=address))

    found = await finished(openid, how)

    assert ((), (fold(address),)) == (found.addresses, found.doubtful)


async def test_letters_that_stay_what_they_are_are_no_matter(openid, forger, how):
    """A domain in letters of its own is not refused."""
    forger.token = forger.signed(forger.claims(email="Ann@m\u00fcnchen.example"))

    assert ("ann@m\u00fcnchen.example",) == (await finished(openid, how)).addresses


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": "a\0b"},
        {"email": "a\0@acme.example"},
        {"oid": "a\0", "tid": "t"},
        {"name": "\ud800"},
        {"x": ["\ud800"]},
    ],
)
async def test_signs_that_no_text_has_are_not_believed(openid, forger, how, changes):
    """What no database keeps is told as what it is: the provider's fault."""
    said = json.dumps(forger.claims(**changes)).encode()
    forger.token = jws.serialize_compact({"alg": "RS256", "kid": "one"}, said, forger.keys[0])

    with pytest.raises(NotBelieved, match="signs that are none"):
        await finished(openid, how)


LIES = {
    "another issuer": ({"iss": "https://other.example"}, "another issuer"),
    "foreign audience": ({"aud": "other"}, "another client"),
    "no audience": ({"aud": []}, "another client"),
    "two audiences, no party": ({"aud": [CLIENT, "other"]}, "azp"),
    "another party": ({"aud": [CLIENT, "other"], "azp": "other"}, "azp"),
    "another party alone": ({"azp": "other"}, "azp"),
    "wrong nonce": ({"nonce": "another"}, "another sign-in"),
    "no nonce": ({"nonce": None}, "nonce"),
    "no subject": ({"sub": None}, "sub"),
    "a subject that is a number": ({"sub": 7}, "sub"),
    "a long subject": ({"sub": "x" * 256}, "longer than 255"),
    "no end": ({"exp": None}, "exp"),
    "no beginning": ({"iat": None}, "iat"),
    "an age that is none": ({"auth_time": "today"}, "auth_time"),
    "signed in tomorrow": ({"auth_time": time.time() + 86_400}, "auth_time"),
}


@pytest.mark.parametrize(("changes", "says"), LIES.values(), ids=LIES)
async def test_what_a_token_claims_must_be_ours(openid, forger, how, changes, says):
    """Signed by the provider, yet for somebody else or another request."""
    forger.token = forger.signed(forger.claims(**changes))

    with pytest.raises(NotBelieved, match=says):
        await finished(openid, how)


@pytest.mark.parametrize(("seconds", "believed"), [(59, True), (61, False)])
async def test_clocks_may_differ_by_a_minute(openid, forger, how, clock, seconds, believed):
    """A token that has just expired, or is just about to be made."""
    now = int(time.time())
    for times in ({"iat": now - 300, "exp": now - seconds}, {"iat": now + seconds, "exp": now + 900}):
        forger.token = forger.signed(forger.claims(**times))
        if believed:
            assert await finished(openid, how)
        else:
            with pytest.raises(NotBelieved, match=r"expired|future|iat"):
                await finished(openid, how)


@pytest.mark.parametrize(
    ("age", "at", "believed"), [(300, -359, True), (300, -362, False), (300, None, False), (0, -59, True)]
)
async def test_whoever_signed_in_long_ago_signs_in_again(openid, forger, how, age, at, believed):
    """With max_age, a token says when it was, and not longer ago."""
    forger.token = forger.signed(forger.claims(auth_time=at and int(time.time()) + at))
    agreed = evolve(how, max_age=age)
    if believed:
        assert await finished(openid, agreed)
        return

    with pytest.raises(NotBelieved, match=r"longer than|auth_time"):
        await finished(openid, agreed)


async def test_a_token_that_nobody_signed_is_none(openid, forger, how):
    """`none` is an algorithm by name only."""
    claims = forger.signed(forger.claims()).split(".")[1]
    forger.token = f"eyJhbGciOiJub25lIn0.{claims}."  # {"alg":"none"}

    with pytest.raises(NotBelieved, match="'none', which is not accepted"):
        await finished(openid, how)


def encoded(raw: bytes) -> str:
    """Return *raw* as tokens have it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


async def test_a_public_key_is_no_secret(openid, forger, how):
    """Whoever signs with what everybody can read (HS256 by the public key) has signed nothing."""
    for secret in (forger.keys[0].as_pem(private=False), SECRET.encode()):
        claims = forger.signed(forger.claims()).split(".")[1]
        said = encoded(b'{"alg":"HS256","kid":"one"}') + f".{claims}"
        forger.token = f"{said}.{encoded(hmac.digest(secret, said.encode(), 'sha256'))}"
        with pytest.raises(NotBelieved, match="'HS256', which is not accepted"):
            await finished(openid, how)


async def test_a_token_by_another_key_is_not_believed(openid, forger, how):
    """Even if it calls itself by the name of the right one, or brings itself along."""
    stranger = new_key("one")
    for header in ({}, {"jwk": stranger.as_dict(private=False)}):
        forger.token = jwt.encode(
            {"alg": "RS256", "kid": "one", **header}, forger.claims(), stranger, algorithms=["RS256"]
        )
        with pytest.raises(NotBelieved, match=r"signature|cannot be read"):
            await finished(openid, how)


async def test_keys_that_are_shared_secrets_are_not_used(openid, forger, how):
    """Nor those for encryption: a list of only such keys is none."""
    octet = OctKey.generate_key(256, {"kid": "one", "use": "sig"}).as_dict()
    for key in (octet, {**forger.keys[0].as_dict(private=False), "use": "enc"}):
        forger.documents["/keys"] = json.dumps({"keys": [key]}).encode()
        forger.token = forger.signed(forger.claims())
        with pytest.raises(NotBelieved, match="none that can be used"):
            await finished(openid, how)


async def test_a_key_that_is_too_short_is_not_used(openid, forger, how):
    """Whoever takes its number apart signs as the provider."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        forger.keys = [RSAKey.generate_key(1024, {"kid": "one", "use": "sig"})]
        forger.token = forger.signed(forger.claims())
        with pytest.raises(NotBelieved, match="none that can be used"):
            await finished(openid, how)


@pytest.mark.parametrize("said", [{"kty": []}, {"kty": "RSA", "n": 5}, 5, None, {"kty": "OKP", "crv": 5}])
async def test_keys_that_are_none_break_nothing(openid, forger, how, said):
    """Others are listed beside them."""
    listed = [said, forger.keys[0].as_dict(private=False)]
    forger.documents["/keys"] = json.dumps({"keys": listed}).encode()
    forger.token = forger.signed(forger.claims())

    assert await finished(openid, how)


ODD = {
    "a number without end": b'{"access_token": "x", "expires_in": 1e999}',
    "no end": b"[" * 100_000,
    "an object for a number": b'{"access_token": "x", "expires_in": {}}',
    "a list": b"[]",
    "nothing": b"null",
    "no JSON": b"<html>",
}


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD)
async def test_an_odd_answer_to_the_code_is_not_believed(openid, forger, how, answer):
    """Whatever a provider sends, it breaks nothing."""
    forger.documents["/token"] = answer

    with pytest.raises(NotBelieved):
        await finished(openid, how)


async def test_an_odd_header_is_not_believed(openid, forger, how):
    """Nor does it break anything."""
    _, _, rest = forger.signed(forger.claims()).partition(".")
    said = {"alg": "RS256", "kid": forger.keys[0].kid, "crit": 5}
    head = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    forger.token = f"{head}.{rest}"

    with pytest.raises(NotBelieved, match="cannot be read"):
        await finished(openid, how)


async def test_a_new_key_is_looked_up_once(openid, forger, how, clock):
    """Providers change keys; and a token with a made-up key id does not make the hub ask all the time."""
    forger.token = forger.signed(forger.claims())
    await finished(openid, how)
    forger.keys = [new_key("two"), *forger.keys]
    forger.token = forger.signed(forger.claims())
    with pytest.raises(NotBelieved, match="does not list"):
        await finished(openid, how)  # asked just now: the keys are not asked for again
    assert 1 == forger.count("/keys")
    clock.ahead = 6

    assert await finished(openid, how)
    forger.token = forger.signed(forger.claims(), kid="made up")
    for _ in range(3):
        with pytest.raises(NotBelieved, match="does not list"):
            await finished(openid, how)

    assert 2 == forger.count("/keys")


@pytest.mark.parametrize(
    ("said", "sure"),
    [(True, True), ("true", True), (False, False), ("false", False), (None, False), ("yes", False)],
)
async def test_an_address_that_is_not_verified_is_doubtful(openid, forger, how, said, sure):
    """Whoever may write anything into it at the provider would be anybody here."""
    forger.token = forger.signed(forger.claims(email_verified=said))

    found = await finished(openid, how)

    assert (("ann@acme.example",) if sure else ()) == found.addresses
    assert (() if sure else ("ann@acme.example",)) == found.doubtful


@pytest.mark.parametrize(("said", "wanted"), [({"oid": "o", "tid": "t"}, "o"), ({"oid": "o"}, None)])
async def test_the_id_of_the_directory_counts_with_its_tenant(openid, forger, how, said, wanted):
    """`sub` may be another one in each application."""
    forger.token = forger.signed(forger.claims(**said))

    assert wanted == (await finished(openid, how)).external_id


async def test_what_a_token_leaves_out_is_asked_for(openid, forger, how):
    """Some name addresses to whoever asks; who is told of is still who signed in."""
    forger.says["userinfo_endpoint"] = f"{forger.issuer}/me"
    forger.token = forger.signed(forger.claims(email=None, email_verified=None))
    forger.documents["/me"] = b'{"sub":"ann-1","email":"ann@acme.example","email_verified":true}'
    assert ("ann@acme.example",) == (await finished(openid, how)).addresses
    forger.documents["/me"] = b'{"sub":"eve-1","email":"ann@acme.example","email_verified":true}'

    with pytest.raises(NotBelieved, match="somebody else"):
        await finished(openid, how)


async def test_an_answer_says_whose_it_is(openid, forger, how):
    """One provider's answer is not taken for another's (RFC 9207), where it says that it says so."""
    forger.token = forger.signed(forger.claims())
    with pytest.raises(NotBelieved, match="does not come from"):
        await finished(openid, how, iss="https://other.example")
    forger.says["authorization_response_iss_parameter_supported"] = True
    openid = OpenId(outbound=Outbound(private=True), seconds=time.time)
    with pytest.raises(NotBelieved, match="does not come from"):
        await finished(openid, how)

    assert await finished(openid, how, iss=forger.issuer)


async def test_a_refusal_is_told_in_one_line(openid, how):
    """What the provider says to it may be long, and may name somebody."""
    with pytest.raises(NobodyIn, match="access_denied no Ann") as raised:
        await finished(openid, how, error="access_denied", error_description="no\nAnn" + "x" * 999)

    assert len(str(raised.value)) < 250


BROKEN = {
    "another issuer": ({"issuer": "https://other.example"}, "calls itself 'https://other.example'"),
    "no issuer": ({"issuer": 7}, "calls itself '7'"),
    "no address": ({"token_endpoint": None}, "has no token_endpoint"),
    "an address that is none": ({"jwks_uri": "file:///etc/passwd"}, "no address of the form"),
}


@pytest.mark.parametrize(("changes", "says"), BROKEN.values(), ids=BROKEN)
async def test_a_provider_is_asked_before_it_is_set_up(openid, forger, how, changes, says):
    """What is wrong is told at the field of the issuer."""
    forger.says.update(changes)

    with pytest.raises(ProviderFault, match=says) as raised:
        await openid.probed(how)

    assert "issuer" == raised.value.field


async def test_whoever_saves_is_told_of_the_issuer_as_it_is_now(openid, how, forger, clock):
    """Not as it was an hour ago: an administrator has mended it, or broken it, just now."""
    await openid.probed(how)
    forger.says["authorization_endpoint"] = None

    with pytest.raises(ProviderFault, match="authorization_endpoint"):
        await openid.probed(how)
    forger.says.clear()
    clock.ahead += LOOK_SECONDS
    assert how == await openid.probed(how)


async def test_one_asks_for_all_who_come_at_once(openid, how, forger):
    """However many begin to sign in, the provider is asked once what it says of itself."""
    await asyncio.gather(*(openid.begin(how, DOORS, PROOF, hint=None) for _ in range(20)))

    assert 1 == forger.count("/.well-known/openid-configuration")


async def test_a_provider_that_is_away_is_not_asked_by_everybody(openid, how, forger, clock):
    """What went wrong stands for some seconds, and no longer."""
    forger.status = 500
    for _ in range(5):
        with pytest.raises(NotBelieved, match="answered 500"):
            await openid.begin(how, DOORS, PROOF, hint=None)

    assert 1 == forger.count("/.well-known/openid-configuration")
    forger.status = 200
    clock.ahead += LOOK_SECONDS
    assert await openid.begin(how, DOORS, PROOF, hint=None)


async def test_keys_without_a_name_are_looked_up_anew(openid, how, forger, clock):
    """Another key is noticed within seconds, though no token says by which it is signed."""
    forger.keys = [nameless()]
    for _ in range(2):
        forger.token = forger.signed(forger.claims(nonce=PROOF.nonce), kid=None)
        assert await finished(openid, how)
        forger.keys = [nameless()]
        clock.ahead += LOOK_SECONDS


@pytest.mark.parametrize("said", [5, True, {"client_secret_basic": 1}, "client_secret_basic"])
async def test_ways_in_for_clients_are_a_list(openid, how, forger, said):
    """What is none is told, and breaks nothing."""
    forger.says["token_endpoint_auth_methods_supported"] = said

    with pytest.raises(NotBelieved, match="list of ways in"):
        await openid.begin(how, DOORS, PROOF, hint=None)


async def test_an_issuer_that_is_not_there_is_told(openid, how):
    """Nobody answers at that address."""
    with pytest.raises(ProviderFault, match="could not be asked"):
        await openid.probed(evolve(how, issuer="http://127.0.0.1:9"))


async def test_a_slash_at_the_end_is_no_matter(openid, forger, how):
    """The provider's own spelling is kept: tokens have it."""
    assert how == await openid.probed(evolve(how, issuer=f"{how.issuer}/"))
