"""What the ends of a call say to each other through the server, and the bytes by which each can check the other.

Every end holds one socket to the server (`SIGNALLING_PATH`), which knows who sits in the call and passes each
`LegMessage` on unread. Each pair of seats is one *leg*: a peer connection of its own, whose media and data no server
carries.

The server relays the certificates' fingerprints, so they prove nothing by themselves. Each end therefore makes a
signing key for this call only (ECDSA on P-256 with SHA-256, FIPS 186-5: what every browser's WebCrypto has), and signs
each fingerprint it uses (`fingerprint_bytes`): a connection that is rebuilt has a new certificate, and the same key.
The two keys of a leg are exchanged with nonces, commitment first (`Commit`, `Respond`, `Reveal`, as ZRTP's hash
commitment, RFC 6189, 4.4.1.1), so that whoever stands between has one guess at the short string that both people then
compare (`short_string_bits`). `vectors/call.json` holds inputs and results that every implementation must reproduce.
"""

import base64
import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from server.contract.case import ConsentGiven
from server.contract.wire import Code, LanguageTag, ShortText, Wire

CALLS_PATH = "/api/calls"
"""A POST of `CallWanted` asks for a call; `CALLS_PATH/{call_id}` is a `CallCard`. Posts to `…/answer` (`CallTaken`),
`…/decline`, `…/again` (back into the waiting room) and `…/end` (hang up for all) take the steps of the patient's side.

`CALLS_PATH/ringing` lists the `RingingCall`s that whoever asks would be rung for now.
"""
CALL_CONSENT = "video-call"
"""The consent (`ConsentGiven`) without which nobody sits down on the patient's side."""
CALL_CONSENT_VERSION = "1"
SIGNALLING_PATH = "/api/calls/{call_id}/signalling"
SIGNALLING_PROTOCOL = "careferry.call.1"
"""The WebSocket subprotocol; one text frame holds one JSON value."""
MAX_FRAME_BYTES = 64 * 1024
MAX_SEATS = 4
ALIVE_EVERY_S = 15
"""How often an end says `Alive`; whoever was silent for three of them is *interrupted*."""
CLOSE_BASE = 4000
"""A socket that is refused is closed with this plus the HTTP status that says why (4401: sign in, 4403: not with this
role, 4404: no such call, or no seat in it, 4429: too much was sent), and the fault's code as the reason. After `Ended`
it is closed with 1000."""
NONCE_BYTES = 32
SHORT_STRING_BITS = 44
"""Four words of a list of 2,048 (BIP 39): one try in 2^44 finds a colliding string; trust.md asks for 39 bits."""

CallKey = Annotated[
    str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{87}$", description="P-256, uncompressed point (65 bytes), base64url")
]
CallSignature = Annotated[
    str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{86}$", description="r then s (64 bytes), base64url")
]
Bytes32 = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{43}$", description="32 bytes, base64url, no padding")]
Fingerprint = Annotated[
    str, msgspec.Meta(pattern="^([0-9A-F]{2}:){31}[0-9A-F]{2}$", description="SHA-256 of a certificate, RFC 8122")
]
Generation = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1, description="counts a leg's rebuilt connections")]
Sdp = Annotated[str, msgspec.Meta(max_length=32_000)]


class SeatRole(StrEnum):
    PATIENT = "patient"
    SPECIALIST = "specialist"
    CLINIC_WORKER = "clinic-worker"
    INTERPRETER = "interpreter"
    GUEST = "guest"
    """Another third party by link: the local doctor, a relative."""


class Presence(StrEnum):
    EXPECTED = "expected"
    WAITING = "waiting"
    """In the waiting room: there, and not admitted yet."""
    PRESENT = "present"
    INTERRUPTED = "interrupted"
    """Its socket is gone; the seat is kept."""
    LEFT = "left"


class Seat(Wire, frozen=True, kw_only=True):
    """Somebody's place in a call. `name` and `role` are what the other people read, and are in the short string."""

    seat_id: UUID
    role: SeatRole
    name: ShortText
    language: LanguageTag = "en"
    presence: Presence = Presence.EXPECTED
    is_kiosk: bool = False
    session_id: UUID | None = None
    """Of whoever sits there now (`Join.session_id`). When it is another one, both ends of a leg begin it anew."""


class CallWanted(Wire, frozen=True, kw_only=True):
    """*Call a specialist now* from a kiosk or phone; `call_id` is minted there and is the idempotency key.

    `why` is a code that stands in the case's timeline. `consent` is what the patient agreed to on the screen.
    """

    call_id: UUID
    case_id: UUID
    why: Code = "patient-asks"
    consent: ConsentGiven | None = None


class CallCard(Wire, frozen=True, kw_only=True):
    """How a call stands, for whoever has a seat in it. `ahead` and the minutes are of the waiting room."""

    call_id: UUID
    case_id: UUID | None
    seat_id: UUID
    status: Literal[
        "asked", "ringing", "joining", "live", "interrupted", "ended", "missed", "declined", "cancelled", "failed"
    ]
    specialist: ShortText = ""
    """Who has answered, or is wanted; empty while it is whoever of a pool answers first."""
    rung: int = 0
    """How many specialists hear it ring."""
    rings_for_s: int = 0
    """Until the next one is rung, or nobody. Seconds, since no end's clock can be relied on."""
    ahead: int | None = None
    low_min: int | None = None
    high_min: int | None = None
    """None while too few calls are known to say anything honest."""


class RingingCall(Wire, frozen=True, kw_only=True):
    """A specialist calls the patient of a case that whoever hears this has brought in."""

    call_id: UUID
    case_id: UUID
    specialist: ShortText
    rings_for_s: int


class CallTaken(Wire, frozen=True, kw_only=True):
    """The patient's side answers; `consent` is what the patient agreed to on the screen, if it was not known yet."""

    consent: ConsentGiven | None = None


class TurnServer(Wire, frozen=True, kw_only=True):
    """A relay and credentials that hold until `expires_at` (at most ten minutes)."""

    urls: tuple[ShortText, ...]
    username: ShortText
    credential: ShortText
    expires_at: datetime


# --- between two ends of a leg, passed on unread -------------------------------------------------------------------


class Commit(Wire, tag_field="kind", tag="commit", frozen=True, kw_only=True):
    """Said first, by the seat whose id is the smaller: the SHA-256 of `revealed_bytes`."""

    commitment: Bytes32


class Respond(Wire, tag_field="kind", tag="respond", frozen=True, kw_only=True):
    """`commitment` is the one that is answered: where a leg has begun anew, another counts for nothing."""

    commitment: Bytes32
    public_key: CallKey
    nonce: Bytes32


class Reveal(Wire, tag_field="kind", tag="reveal", frozen=True, kw_only=True):
    """What was committed to; anything else ends the leg."""

    public_key: CallKey
    nonce: Bytes32


class Describe(Wire, tag_field="kind", tag="describe", frozen=True, kw_only=True):
    """An SDP offer or answer. The one fingerprint in the SDP must be `fingerprint`; the signature is over its bytes."""

    type: Literal["offer", "answer"]
    generation: Generation
    sdp: Sdp
    fingerprint: Fingerprint
    signature: CallSignature


class Candidate(Wire, tag_field="kind", tag="candidate", frozen=True, kw_only=True):
    """An ICE candidate as in RFC 8840; an empty one ends them."""

    generation: Generation
    candidate: Annotated[str, msgspec.Meta(max_length=1_000)]
    sdp_mid: ShortText | None = None
    sdp_m_line_index: Annotated[int, msgspec.Meta(ge=0, le=64)] | None = None


class Rebuild(Wire, tag_field="kind", tag="rebuild", frozen=True, kw_only=True):
    """The connection is gone: the seat with the smaller id offers the next generation, which is at least this one.

    With generation 0 a session of the seat with the greater id says that it is there and waits for a `Commit`.
    """

    generation: Generation


class Differs(Wire, tag_field="kind", tag="differs", frozen=True, kw_only=True):
    """A person read another string: both ends stop the leg's media at once and do not take it up again."""


LegMessage = Commit | Respond | Reveal | Describe | Candidate | Rebuild | Differs


# --- between an end and the server ---------------------------------------------------------------------------------


class Join(Wire, tag_field="kind", tag="join", frozen=True, kw_only=True):
    """The first frame. `session_id` is minted by the tab or process; the newest of a seat takes it over.

    `heard` is the number of the last `Passed` that arrived: the server repeats what came after it. What was said to
    another session of the seat is not repeated: its legs are over.
    """

    session_id: UUID
    heard: Annotated[int, msgspec.Meta(ge=0)] = 0
    language: LanguageTag | None = None
    """Of whoever sits there, where it is another than the account's: a kiosk's, in which its words are read out."""


class Pass(Wire, tag_field="kind", tag="pass", frozen=True, kw_only=True):
    """To another seat. `number` counts this session's messages from 1: one that comes twice is passed on once."""

    to: UUID
    number: Annotated[int, msgspec.Meta(ge=1)]
    message: LegMessage


class Leave(Wire, tag_field="kind", tag="leave", frozen=True, kw_only=True):
    """Hung up on purpose: not an interruption."""


class Alive(Wire, tag_field="kind", tag="alive", frozen=True, kw_only=True):
    """At least every 15 s, and when media begin or stop; three that are missing make a seat *interrupted*.

    `is_live`: media flow on some leg.

    `heard` as in `Join`: the server forgets what was heard. It keeps 256 messages for an end, and refuses more.
    """

    is_live: bool
    heard: Annotated[int, msgspec.Meta(ge=0)] = 0


FromEnd = Join | Pass | Leave | Alive


class Welcome(Wire, tag_field="kind", tag="welcome", frozen=True, kw_only=True):
    """Answers `Join`; `seat_id` is one's own. Without relays the ends try to reach each other directly.

    Whoever waits to be admitted sees their own seat alone and gets no relays; `Seats` and `Relays` come with the yes.
    `server_time` is the only clock that counts: `TurnServer.expires_at` is by it, however wrong an end's own is.
    """

    seat_id: UUID
    seats: tuple[Seat, ...]
    relays: tuple[TurnServer, ...]
    server_time: datetime


class Seats(Wire, tag_field="kind", tag="seats", frozen=True, kw_only=True):
    """Who sits where, whenever that has changed."""

    seats: tuple[Seat, ...]


class Passed(Wire, tag_field="kind", tag="passed", frozen=True, kw_only=True):
    """From another seat's session; numbered upwards for each seat that hears. A new session begins its legs anew."""

    number: int
    sender: UUID
    session_id: UUID
    message: LegMessage


class Relays(Wire, tag_field="kind", tag="relays", frozen=True, kw_only=True):
    """New credentials, before the old ones run out."""

    relays: tuple[TurnServer, ...]


class Refused(Wire, tag_field="kind", tag="refused", frozen=True, kw_only=True):
    """The frame before was not taken, and nothing of it was passed on; `number` is that of the `Pass`, if it was one.

    `not-understood`, `not-joined` (the first frame is a `Join`), `not-admitted` (either seat waits), `no-such-seat`,
    `too-many` (slow down; what the other end has not heard yet is bounded).
    """

    reason: Literal["not-understood", "not-joined", "not-admitted", "no-such-seat", "too-many"]
    number: int | None = None


class Ended(Wire, tag_field="kind", tag="ended", frozen=True, kw_only=True):
    """The last frame: the call is over for this end, and why."""

    reason: Literal["ended", "declined", "missed", "cancelled", "failed", "removed", "elsewhere", "signed-out"]


FromServer = Welcome | Seats | Passed | Relays | Refused | Ended


# --- the bytes that are hashed and signed --------------------------------------------------------------------------


def revealed_bytes(call_id: UUID, seat: Seat, public_key: str, nonce: str) -> bytes:
    """What an end commits to: its key and nonce, for this call, seat, role and name."""
    return _framed(
        b"careferry call key 1", call_id.bytes, seat.seat_id.bytes, *_identity(seat), _raw(public_key), _raw(nonce)
    )


def commitment_of(revealed: bytes) -> str:
    """The SHA-256 of `revealed_bytes` as it travels in `Commit`."""
    return base64.urlsafe_b64encode(hashlib.sha256(revealed).digest()).rstrip(b"=").decode()


def short_string_bits(first: bytes, second: bytes) -> int:
    """What both people compare, from the `revealed_bytes` of the smaller seat id and those of the other."""
    digest = hashlib.sha256(_framed(b"careferry short string 1", first, second)).digest()
    return int.from_bytes(digest, "big") >> (8 * len(digest) - SHORT_STRING_BITS)


def fingerprint_bytes(call_id: UUID, sender: UUID, receiver: UUID, generation: int, fingerprint: str) -> bytes:
    """What `Describe.signature` is over: a fingerprint of one leg, direction and generation is none of another."""
    parts = (call_id.bytes, sender.bytes, receiver.bytes, generation.to_bytes(4, "big"), fingerprint.encode())
    return _framed(b"careferry call fingerprint 1", *parts)


def _identity(seat: Seat) -> tuple[bytes, bytes]:
    return seat.role.value.encode(), seat.name.encode()


def _framed(*parts: bytes) -> bytes:
    """Each part behind its length in 4 bytes: no two lists of parts give the same bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
