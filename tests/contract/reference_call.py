"""A second implementation of a call's bytes, written from their description: no line of it is shared with the first."""

import hashlib
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode


def frame(*parts: bytes) -> bytes:
    framed = bytearray()
    for part in parts:
        framed += struct.pack(">I", len(part))
        framed += part
    return bytes(framed)


def unpadded(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().strip("=")


def padded(text: str) -> bytes:
    return urlsafe_b64decode(text + "===")


def revealed(call_id: str, seat: dict[str, str], public_key: str, nonce: str) -> bytes:
    """The label, the two ids as bytes, role and name in UTF-8, point and nonce."""
    ids = [bytes.fromhex(each.replace("-", "")) for each in (call_id, seat["seatId"])]
    people = [seat[each].encode("utf-8") for each in ("role", "name")]
    return frame(b"careferry call key 1", *ids, *people, padded(public_key), padded(nonce))


def commitment(content: bytes) -> str:
    return unpadded(hashlib.new("sha256", content).digest())


def bits(first: bytes, second: bytes) -> int:
    """The leading 44 bits: eleven hexadecimal digits."""
    return int(hashlib.new("sha256", frame(b"careferry short string 1", first, second)).hexdigest()[:11], 16)


def under_signature(call_id: str, sender: str, receiver: str, generation: int, fingerprint: str) -> bytes:
    ids = [bytes.fromhex(each.replace("-", "")) for each in (call_id, sender, receiver)]
    return frame(b"careferry call fingerprint 1", *ids, struct.pack(">I", generation), fingerprint.encode("ascii"))
