"""What two ends of a leg say to each other on their own connection, which no server reads or carries.

`Talk` travels as JSON on a channel that is whole and in order; a `Report` alone goes as text on that of the pieces,
where a late one holds up nothing. Pictures travel in pieces on another, on which what is
lost stays lost until its receiver asks for it (`Missing`): a still never holds up a voice. A piece is

    picture (u32) number of the piece (u16) number of pieces (u16) bytes (at most PIECE_BYTES)

all big-endian; `Picture` says what the pieces make, and its digest says whether they did.
"""

import struct
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

import msgspec

from server.contract.call_ladder import RungName
from server.contract.case import EdgeFlaw
from server.contract.sealing import Malformed
from server.contract.wire import Moment, Sha256, ShortText, Wire

TALK_CHANNEL, PIECES_CHANNEL = 0, 1
"""The ids of the two data channels, agreed in advance."""
PIECE_BYTES = 1_000
"""With its header, DTLS and SCTP it stays below what any path carries in one packet."""
MAX_PICTURE_BYTES = 8 * 1024 * 1024
MAX_MISSING = 200
_HEAD = struct.Struct(">IHH")

PictureNumber = Annotated[int, msgspec.Meta(ge=1, le=2**32 - 1, description="counts one end's pictures")]
Permille = Annotated[int, msgspec.Meta(ge=0, le=1000)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Chat(Wire, tag_field="kind", tag="chat", frozen=True, kw_only=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]


class Show(Wire, tag_field="kind", tag="show", frozen=True, kw_only=True):
    """Look at this photograph of the case with me; None puts them away."""

    part_id: UUID | None


class Point(Wire, tag_field="kind", tag="point", frozen=True, kw_only=True):
    """Where on the shown photograph this person points, from its upper left."""

    part_id: UUID
    x: Permille
    y: Permille


class AskStill(Wire, tag_field="kind", tag="ask-still", frozen=True, kw_only=True):
    """For a photograph at full resolution, which joins the case."""

    still_id: UUID


class StillKept(Wire, tag_field="kind", tag="still-kept", frozen=True, kw_only=True):
    """It is durable where it was taken, and goes to the case by itself; `still_id` is its part's."""

    still_id: UUID
    sha256: Sha256
    flaws: tuple[EdgeFlaw, ...]


class StillFailed(Wire, tag_field="kind", tag="still-failed", frozen=True, kw_only=True):
    still_id: UUID
    reason: Literal["no-camera", "no-room", "refused", "no-case"]


class Picture(Wire, tag_field="kind", tag="picture", frozen=True, kw_only=True):
    """Comes in pieces: the preview of a still first, then the still as it fits the link, or a fresh look."""

    number: PictureNumber
    purpose: Literal["preview", "still", "fresh"]
    still_id: UUID | None = None
    media_type: Literal["image/jpeg", "image/webp"]
    size_bytes: Annotated[int, msgspec.Meta(ge=1, le=MAX_PICTURE_BYTES)]
    sha256: Sha256


class Missing(Wire, tag_field="kind", tag="missing", frozen=True, kw_only=True):
    """Asked while a picture is incomplete and nothing more of it comes."""

    number: PictureNumber
    pieces: Annotated[tuple[int, ...], msgspec.Meta(min_length=1, max_length=MAX_MISSING)]


class Arrived(Wire, tag_field="kind", tag="arrived", frozen=True, kw_only=True):
    """The picture is whole, or of no more use: its sender may forget it."""

    number: PictureNumber


class Report(Wire, tag_field="kind", tag="report", frozen=True, kw_only=True):
    """Once a second: how the other's voice and picture arrived, and the times by which both measure the round trip.

    `sent_ms` is by the sender's own clock; `echo_ms` is the last one heard, held for `held_ms`.
    """

    loss: Share
    bits_per_s: Annotated[int, msgspec.Meta(ge=0)]
    sent_ms: Annotated[int, msgspec.Meta(ge=0)]
    echo_ms: Annotated[int, msgspec.Meta(ge=0)] | None = None
    held_ms: Annotated[int, msgspec.Meta(ge=0)] = 0


class Sending(Wire, tag_field="kind", tag="sending", frozen=True, kw_only=True):
    """Which rung of the ladder this end sends on, so that the other's screen can say why there is no picture."""

    rung: RungName
    is_muted: bool = False
    is_without_picture: bool = False
    """The person's own wish, or no camera: not the link's fault."""


class Measured(Wire, tag_field="kind", tag="measured", frozen=True, kw_only=True):
    """A device's reading as it came, with its code and unit: LOINC and UCUM. It is shown, and in no case by that.

    Without a number `text` is empty, and a flag says why.
    """

    code: ShortText
    device: ShortText = ""
    text: ShortText
    unit: ShortText
    flags: tuple[ShortText, ...] = ()
    measured_at: Moment


class Pulse(Wire, tag_field="kind", tag="pulse", frozen=True, kw_only=True):
    """Of the camera, on frames that were never encoded: investigational. Without `bpm`, `declined` says why."""

    bpm: float | None = None
    declined: ShortText | None = None
    snr_db: float | None = None


Talk = (
    Chat
    | Show
    | Point
    | AskStill
    | StillKept
    | StillFailed
    | Picture
    | Missing
    | Arrived
    | Report
    | Sending
    | Measured
    | Pulse
)


class Piece(NamedTuple):
    picture: int
    number: int
    of: int
    content: bytes


def encode_piece(piece: Piece) -> bytes:
    return _HEAD.pack(piece.picture, piece.number, piece.of) + piece.content


def read_piece(content: bytes) -> Piece:
    """Malformed for what is none."""
    if not _HEAD.size < len(content) <= _HEAD.size + PIECE_BYTES:
        raise Malformed("no piece is as long as this")
    picture, number, of = _HEAD.unpack_from(content)
    if number >= of:
        raise Malformed("a piece beyond the last")
    return Piece(picture, number, of, content[_HEAD.size :])
