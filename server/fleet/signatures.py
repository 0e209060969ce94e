"""Checks what kiosks sign with their Ed25519 keys: claims, and the assertions of RFC 7523."""

import base64
import binascii
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from server.contract.fleet import ASSERTION_LASTS_AT_MOST_S, KioskClaim, claim_bytes
from server.fleet.faults import AssertionRefused

ALGORITHMS = ["Ed25519", "EdDSA"]
"""RFC 9864's name and the one before it, for one and the same signature."""
SKEW_S = 60
"""How far a kiosk's clock may be from ours, either way."""
MAX_ASSERTION_CHARS = 2000


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """The claims of RFC 7523, 3, that we read; `jti` and `iat` are ours to require."""

    iss: UUID
    sub: UUID
    aud: str
    exp: int
    iat: int
    jti: Annotated[str, msgspec.Meta(pattern="^[!-~]{16,64}$")]


def is_claimed_by_holder(claim: KioskClaim) -> bool:
    """Whether the claim is signed by the key it brings."""
    try:
        key = Ed25519PublicKey.from_public_bytes(_bytes(claim.public_key))
        key.verify(_bytes(claim.signature), claim_bytes(claim.code, claim.public_key))
    except (InvalidSignature, ValueError):
        return False
    return True


def claimed_kiosk(assertion: str) -> UUID:
    """Who the assertion says it is from, before its signature is checked; AssertionRefused if that is no id."""
    try:
        return _read(assertion.split(".")[1] if assertion.count(".") == 2 else "").iss
    except (msgspec.MsgspecError, ValueError) as error:
        raise AssertionRefused from error


def verify_assertion(assertion: str, public_key: str, audience: str, at: datetime) -> Claims:
    """The claims of an assertion that this key signed for us and for now; AssertionRefused otherwise."""
    if len(assertion) > MAX_ASSERTION_CHARS:
        raise AssertionRefused
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": public_key})
    try:
        signed = jws.deserialize_compact(assertion, key, algorithms=ALGORITHMS)
        claims = msgspec.json.decode(signed.payload, type=Claims)
    except (JoseError, msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise AssertionRefused from error
    if not _holds(claims, audience, at.timestamp()):
        raise AssertionRefused
    return claims


def _holds(claims: Claims, audience: str, at_s: float) -> bool:
    is_ours = claims.iss == claims.sub and claims.aud == audience
    is_short = 0 < claims.exp - claims.iat <= ASSERTION_LASTS_AT_MOST_S
    return is_ours and is_short and claims.iat <= at_s + SKEW_S and at_s < claims.exp + SKEW_S


def _read(payload: str) -> Claims:
    return msgspec.json.decode(_bytes(payload), type=Claims)


def _bytes(text: str) -> bytes:
    """base64url without padding; ValueError for anything else."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
