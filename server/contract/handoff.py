"""What a patient's phone and a kiosk say to each other during a hand-off, sealed, since their network has no TLS.

    link      = "http://" address ":" port "/" ticket "#" kiosk's key (base64url without padding)
    join      = phone's key (32)
    message   = number (u64) ciphertext tag (16)
    question  = length of head (u32) head (`Question` as JSON) bytes of the piece

The link is in the QR picture on the kiosk's screen; what follows `#` a browser keeps to itself. Both keys are X25519
(RFC 7748) and made for this hand-off alone. HKDF-SHA256 (RFC 5869) of the shared secret, with the kiosk's and the
phone's key as the salt and `HANDOFF_INFO`, gives the key of questions (32), that of answers (32) and four bytes: as a
big-endian integer, modulo a million, they are the six digits that both screens show. Messages are sealed with
ChaCha20-Poly1305 (RFC 8439); the nonce is the message's number in 96 bits, the ticket is authenticated with it. An
answer bears its question's number. Numbers only grow; the last question, byte for byte, may come again and gets the
answer that it got: so a phone goes on after a lost answer, and a replay does nothing.

`vectors/handoff.json` holds inputs and results that the kiosk and the phone's page must reproduce.
"""

import struct
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from server.contract.case import View
from server.contract.sealing import KEY_BYTES, Malformed
from server.contract.wire import Wire

HANDOFF_INFO = b"careferry hand-off 1"
PUBLIC_KEY_BYTES = 32
DERIVED_BYTES = 2 * KEY_BYTES + 4
PIECE_BYTES_MAX = 256 * 1024
PHOTO_BYTES_MAX = 32 * 1024 * 1024
HEAD_BYTES_MAX = 1024
MESSAGE_BYTES_MAX = 8 + 4 + HEAD_BYTES_MAX + PIECE_BYTES_MAX + 16

_NUMBER = struct.Struct(">Q")
_LENGTH = struct.Struct(">I")


class Piece(Wire, frozen=True, kw_only=True):
    """Where the bytes that follow belong. A photograph is sent from its beginning, piece after piece."""

    photo_id: UUID
    view: View
    size_bytes: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    """Of the whole photograph."""
    offset: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class Question(Wire, frozen=True, kw_only=True):
    """How does it stand; with a piece of a photograph, or without."""

    piece: Piece | None = None


class HandoffState(StrEnum):
    OFFERED = "offered"
    """The code is on the screen."""
    ASKING = "asking"
    """A phone has used it; nobody has compared the numbers yet."""
    JOINED = "joined"
    ENDED = "ended"


class ArrivalState(StrEnum):
    COMING = "coming"
    CHECKING = "checking"
    KEPT = "kept"
    """It is in the visit."""
    REFUSED = "refused"
    REMOVED = "removed"
    """The worker took it out again."""


class Arrived(Wire, frozen=True, kw_only=True):
    """How far one photograph is; `words` are for the patient: what is wrong with it and what to do."""

    photo_id: UUID
    view: View
    state: ArrivalState
    received_bytes: int
    words: tuple[str, ...] = ()


class HandoffStanding(Wire, frozen=True, kw_only=True):
    """The answer to every question. `words` say why it ended."""

    state: HandoffState
    words: str = ""
    photos: tuple[Arrived, ...] = ()


def encode_message(number: int, sealed: bytes) -> bytes:
    return _NUMBER.pack(number) + sealed


def decode_message(message: bytes) -> tuple[int, bytes]:
    """Number and what is sealed; Malformed."""
    if not _NUMBER.size < len(message) <= MESSAGE_BYTES_MAX:
        raise Malformed("no message has this size")
    return _NUMBER.unpack_from(message)[0], message[_NUMBER.size :]


def decode_question(plain: bytes) -> tuple[Question, bytes]:
    """The question and the bytes of its piece; Malformed."""
    if len(plain) < _LENGTH.size:
        raise Malformed("shorter than a question")
    head_bytes = _LENGTH.unpack_from(plain)[0]
    body_at = _LENGTH.size + head_bytes
    if head_bytes > HEAD_BYTES_MAX or body_at > len(plain):
        raise Malformed("the head is longer than the question")
    try:
        return msgspec.json.decode(plain[_LENGTH.size : body_at], type=Question), plain[body_at:]
    except msgspec.MsgspecError as error:
        raise Malformed(str(error)) from error


def encode_question(question: Question, content: bytes = b"") -> bytes:
    head = msgspec.json.encode(question)
    return _LENGTH.pack(len(head)) + head + content


def code_of(derived: bytes) -> str:
    """The six digits, as `482 915`, out of the last four bytes of what was derived."""
    digits = f"{int.from_bytes(derived[2 * KEY_BYTES :], 'big') % 1_000_000:06d}"
    return f"{digits[:3]} {digits[3:]}"
