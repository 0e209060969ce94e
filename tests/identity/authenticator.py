"""An authenticator in software (WebAuthn Level 3, 6): makes one passkey and answers with it, as told also wrongly."""

import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url, encode_cbor

USER_PRESENT, USER_VERIFIED, HAS_CREDENTIAL = 0x01, 0x04, 0x40
ES256_COSE = {1: 2, 3: -7, -1: 1}


class Authenticator:
    """`counter` is sent and then raised; set the rest to misbehave."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.verifies_user = True
        self.counter = 1
        self.credential_id = secrets.token_bytes(16)
        self._key = ec.generate_private_key(ec.SECP256R1())

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """What navigator.credentials.create() gives for the options, as JSON."""
        point = self._key.public_key().public_numbers()
        public_key = {**ES256_COSE, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id
        data = self._data(options["rp"]["id"], HAS_CREDENTIAL) + attested + encode_cbor(public_key)
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return self._credential("webauthn.create", options, {"attestationObject": bytes_to_base64url(attestation)})

    def answer(self, options: dict[str, Any]) -> dict[str, Any]:
        """What navigator.credentials.get() gives for the options, as JSON."""
        data = self._data(options["rpId"])
        client_data = self._client_data("webauthn.get", options)
        signature = self._key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        parts = {"authenticatorData": bytes_to_base64url(data), "signature": bytes_to_base64url(signature)}
        return self._credential("webauthn.get", options, parts)

    def _data(self, relying_party: str, flags: int = 0) -> bytes:
        flags |= USER_PRESENT | (USER_VERIFIED if self.verifies_user else 0)
        counter, self.counter = self.counter, self.counter + 1
        return hashlib.sha256(relying_party.encode()).digest() + bytes([flags]) + counter.to_bytes(4, "big")

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _credential(self, kind: str, options: dict[str, Any], parts: dict[str, str]) -> dict[str, Any]:
        identity = bytes_to_base64url(self.credential_id)
        client_data = bytes_to_base64url(self._client_data(kind, options))
        return {
            "id": identity,
            "rawId": identity,
            "type": "public-key",
            "response": {"clientDataJSON": client_data, **parts},
        }
