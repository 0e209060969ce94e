"""What the screen may ask of the call's process, and how a call stands, over a local socket: one JSON value a line."""

from typing import Literal
from uuid import UUID

import msgspec

from kiosk.call.keeping import CaseOfCall
from server.contract.case import ConsentGiven

SOCKET = "call.socket"


class Begin(msgspec.Struct, tag="begin", frozen=True, kw_only=True):
    """*Call a specialist now*, or take a place in a call that rings: then `call_id` names it."""

    case: CaseOfCall
    call_id: UUID | None = None
    why: str = "patient-asks"
    consent: ConsentGiven | None = None


class HangUp(msgspec.Struct, tag="hang-up", frozen=True):
    pass


class Mute(msgspec.Struct, tag="mute", frozen=True):
    is_muted: bool


class Compare(msgspec.Struct, tag="compare", frozen=True, kw_only=True):
    """What the person before the kiosk says of the words."""

    seat_id: UUID
    is_same: bool


class Say(msgspec.Struct, tag="say", frozen=True):
    text: str


class Look(msgspec.Struct, tag="look", frozen=True):
    """Only how it stands."""


Asked = Begin | HangUp | Mute | Compare | Say | Look


class OtherShown(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody else in the call; `words` to read out are in `language`, and empty until the keys are known."""

    seat_id: UUID
    name: str
    role: str
    state: str
    reason: str | None
    language: str
    words: tuple[str, ...]
    digits: str
    has_changed: bool
    is_matched: bool
    rung: str
    """On which the other sends."""
    picture: bytes = b""
    """The newest frame as a JPEG."""


class CallShown(msgspec.Struct, frozen=True, kw_only=True):
    """`refused` are the server's or this kiosk's words for why there is no call."""

    state: Literal["none", "joining", "live", "interrupted", "ended", "refused"]
    refused: str = ""
    is_muted: bool = False
    is_recording: bool = False
    """Nobody hears what is said just now; it is kept and goes with the case."""
    others: tuple[OtherShown, ...] = ()
    said: tuple[tuple[str, str], ...] = ()
    """The chat: who, and what."""
