"""A product whose people sign in by the hub: `HUB=… TEAM=… KEY=… hypercorn examples/product.py:app`.

HUB is the hub's address, TEAM the team's id, KEY of `hub token create --kind api`; and where this product is,
with /back after it, stands in the hub's setting signin.return_to.
"""

import base64
import hashlib
import os
import secrets
import time
from urllib.parse import urlencode

import httpx2
from joserfc import jwt
from joserfc.jwk import KeySet
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

HUB, TEAM = os.environ["HUB"], os.environ["TEAM"]
BACK = os.environ.get("PRODUCT", "http://127.0.0.1:9000") + "/back"
hub = httpx2.AsyncClient(base_url=HUB, headers={"authorization": f"Bearer {os.environ['KEY']}"})


async def home(request: Request) -> Response:
    """Greet whoever may be here; ask the hub again once its answer is too old."""
    person, until = request.session.get("person"), request.session.get("until", 0)
    if person and until <= time.time():
        asked = await hub.get(f"/api/v1/teams/{TEAM}/entitlements", params={"person": person})
        answer = asked.raise_for_status().json()
        if not answer["entitled"]:
            request.session.clear()
            return PlainTextResponse(answer["message"], 403)
        request.session["until"] = time.time() + answer["max_age"]
    if not person:
        return RedirectResponse("/signin")
    return PlainTextResponse(f"Hello {person}, you hold a {request.session['seat']} seat.")


async def signin(request: Request) -> Response:
    """Send somebody to the hub, with what only this browser and this product will know."""
    verifier, state = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    request.session.update(verifier=verifier, state=state)
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    said = {"return_to": BACK, "state": state, "code_challenge": digest, "code_challenge_method": "S256"}
    return RedirectResponse(f"{HUB}/signin/{TEAM}?{urlencode(said)}")


async def back(request: Request) -> Response:
    """Let somebody in who comes back with a code, for what the hub says and has signed."""
    verifier, state = (request.session.pop(name, "") for name in ("verifier", "state"))
    if not state or not secrets.compare_digest(state, request.query_params.get("state", "")):
        return PlainTextResponse("This sign-in did not begin here.", 400)
    sent = {"code": request.query_params.get("code", ""), "verifier": verifier}
    answer = (await hub.post(f"/api/v1/teams/{TEAM}/signins", json=sent)).raise_for_status().json()
    if not answer["entitled"]:
        return PlainTextResponse(answer["message"], 403)
    keys = KeySet.import_key_set((await hub.get("/.well-known/jwks.json")).json())
    claims = jwt.decode(answer["assertion"], keys, algorithms=["EdDSA"]).claims
    said = {"iss": HUB, "aud": BACK, "team": TEAM}
    wanted = {name: {"essential": True, "value": value} for name, value in said.items()}
    jwt.JWTClaimsRegistry(**wanted, exp={"essential": True}).validate(claims)
    until = time.time() + answer["max_age"]
    request.session.update(person=claims["sub"], seat=claims["seat"], until=until)
    return RedirectResponse("/")


app = Starlette(
    routes=[Route("/", home), Route("/signin", signin), Route("/back", back)],
    middleware=[Middleware(SessionMiddleware, secret_key=secrets.token_hex(32))],
)
