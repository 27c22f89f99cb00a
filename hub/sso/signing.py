"""Signs what is handed to products: EdDSA, by a key that comes from the server's."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.jwk import OKPKey

from .old_names import old_names


@frozen
class Signer:
    """`Signs` by an Ed25519 key made of *seed*, 32 bytes: the same on every node."""

    seed: bytes = field(repr=False)
    _key: OKPKey = field(init=False, repr=False)

    @_key.default
    def _made(self) -> OKPKey:
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        public = private.public_key().public_bytes_raw()
        key = OKPKey.import_key(
            {"kty": "OKP", "crv": "Ed25519", "x": _base64(public), "d": _base64(self.seed)},
        )
        key.ensure_kid()
        return key

    def signed(self, claims: Mapping[str, Any]) -> str:
        """Return *claims* as a token that anybody can verify by the `keys`."""
        with old_names():
            return jwt.encode({"alg": "EdDSA", "kid": self._key.kid}, dict(claims), self._key, ["EdDSA"])

    def keys(self) -> Mapping[str, Any]:
        """Return the public keys, as a JWK Set."""
        return {"keys": [{**self._key.as_dict(private=False), "use": "sig", "alg": "EdDSA"}]}


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
