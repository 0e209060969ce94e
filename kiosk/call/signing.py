"""The key that an end makes for one call, and signatures under it as they travel: ECDSA on P-256, r then s."""

import secrets

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kiosk.signatures import decode, encode
from server.contract.call import NONCE_BYTES

_ALGORITHM = ec.ECDSA(SHA256())
_NUMBER_BYTES = 32


class CallKey:
    """In memory alone, and gone with the call."""

    def __init__(self, private: ec.EllipticCurvePrivateKey | None = None) -> None:
        self._private = private or ec.generate_private_key(ec.SECP256R1())
        point = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public = encode(point)

    def sign(self, content: bytes) -> str:
        r, s = decode_dss_signature(self._private.sign(content, _ALGORITHM))
        return encode(r.to_bytes(_NUMBER_BYTES, "big") + s.to_bytes(_NUMBER_BYTES, "big"))


def is_signed(public: str, content: bytes, signature: str) -> bool:
    """False for whatever is no signature, too; a point that is not on the curve signs nothing."""
    try:
        raw = decode(signature)
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(public))
        r, s = int.from_bytes(raw[:_NUMBER_BYTES], "big"), int.from_bytes(raw[_NUMBER_BYTES:], "big")
        key.verify(encode_dss_signature(r, s), content, _ALGORITHM)
    except (InvalidSignature, ValueError):
        return False
    return True


def make_nonce() -> str:
    return encode(secrets.token_bytes(NONCE_BYTES))
