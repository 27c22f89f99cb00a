"""What people sign in by, put together."""

from __future__ import annotations

import time

from attrs import frozen

from hub.engine.product.handover import HandOver
from hub.engine.product.questions import Questions
from hub.engine.signing.providing import Providing
from hub.engine.signing.signin import SignIns
from hub.engine.signing.ways import Ways
from hub.secret import derived
from hub.settings import Settings
from hub.sources import clock, new_id, new_secret
from hub.sso.outbound import Outbound
from hub.sso.signing import Signer
from hub.sso.speaking import Speaking

from .stores import Stores


@frozen(kw_only=True)
class SigningIn:
    """The use cases about providers and sign-ins, and what *signs* for products."""

    providing: Providing
    signins: SignIns
    handover: HandOver
    ways: Ways
    signs: Signer


def signing_in(stores: Stores, questions: Questions, settings: Settings, *, key: bytes) -> SigningIn:
    """Return what people sign in by; each part has a key of its own, derived from the server's *key*."""
    speaking = Speaking(outbound=Outbound(private=settings.sso.allow_private), seconds=time.time)
    signer = Signer(derived(key, "signin.assertions"))
    providing = Providing(
        registry=stores.registry,
        providers=stores.providers,
        speaks=speaking,
        clock=clock,
        ids=new_id,
        key=derived(key, "signin.secrets"),
    )
    handover = HandOver(
        flows=stores.flows,
        questions=questions,
        signs=signer,
        clock=clock,
        ids=new_id,
        random=new_secret,
        key=derived(key, "signin.codes"),
    )
    signins = SignIns(
        providing=providing,
        flows=stores.flows,
        subjects=stores.subjects,
        standings=stores.standings,
        speaks=speaking,
        handover=handover,
        clock=clock,
        random=new_secret,
        key=derived(key, "signin.flows"),
    )
    return SigningIn(
        providing=providing,
        signins=signins,
        handover=handover,
        ways=Ways(registry=stores.registry, providers=stores.providers),
        signs=signer,
    )
