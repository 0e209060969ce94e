"""What the screen may ask of the call's process, and how a call stands: a question and an answer each."""

from pathlib import Path
from typing import Literal
from uuid import UUID

import msgspec

from kiosk.asking import NoAnswer, ask
from kiosk.call.keeping import CaseOfCall
from server.contract.call import RingingCall
from server.contract.call_talk import Measured
from server.contract.case import ConsentGiven

SOCKET = "call.socket"
ANSWER_WITHIN_S = 2.0
KEPT_WITHIN_S = 15.0
"""A photograph at full resolution is taken, sealed and made durable."""


class Begin(msgspec.Struct, tag="begin", frozen=True, kw_only=True):
    """*Call a specialist now*: asked for again and again until the server has the case and can be reached."""

    case: CaseOfCall
    language: str
    """Of the screen: the words are read out in it where the other person has the same."""
    why: str = "patient-asks"
    consent: ConsentGiven | None = None


class Wait(msgspec.Struct, tag="wait", frozen=True):
    """After nobody answered: back into the waiting room, in the place of the first asking."""


class Answer(msgspec.Struct, tag="answer", frozen=True, kw_only=True):
    """Take the call that rings."""

    call_id: UUID
    case: CaseOfCall
    language: str
    consent: ConsentGiven | None = None


class Decline(msgspec.Struct, tag="decline", frozen=True):
    """Not now."""

    call_id: UUID


class HangUp(msgspec.Struct, tag="hang-up", frozen=True):
    """Also while it still rings: then nobody is wanted any more."""


class Forget(msgspec.Struct, tag="forget", frozen=True):
    """The next patient: as `HangUp`, and nothing of the call is shown again."""


class Mute(msgspec.Struct, tag="mute", frozen=True):
    is_muted: bool


class Compare(msgspec.Struct, tag="compare", frozen=True, kw_only=True):
    """What the person before the kiosk says of the words."""

    seat_id: UUID
    is_same: bool


class Say(msgspec.Struct, tag="say", frozen=True):
    """It stands in `CallShown.said` if anybody heard it."""

    text: str


class TakeStill(msgspec.Struct, tag="take-still", frozen=True):
    """Of what the camera sees now, with the verdict; it is held until it is kept, and taken again it is another."""


class KeepStill(msgspec.Struct, tag="keep-still", frozen=True):
    """The one that was taken joins the case; where it has a flaw, `because` says why it is kept."""

    because: str = ""


class RefuseStill(msgspec.Struct, tag="refuse-still", frozen=True):
    """Whoever asked is told."""


class KeepReading(msgspec.Struct, tag="keep-reading", frozen=True):
    """What a device measured joins the case; `reading_id` is one of `CallShown.readings`."""

    reading_id: UUID


class Look(msgspec.Struct, tag="look", frozen=True):
    """Only how it stands. While somebody asks, incoming calls are listened for."""


class PictureWanted(msgspec.Struct, tag="picture", frozen=True):
    """The newest picture of another seat, or the kiosk's own."""

    seat_id: UUID | None


InCall = Mute | Compare | Say | TakeStill | KeepStill | RefuseStill | KeepReading
Asked = InCall | Begin | Wait | Answer | Decline | HangUp | Forget | Look | PictureWanted


class PictureShown(msgspec.Struct, frozen=True):
    """A JPEG for the screen; `number` is another for each new one, and 0 where there is none."""

    number: int = 0
    jpeg: bytes = b""


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
    """On which the other sends; empty until it is known."""
    is_muted: bool
    is_without_picture: bool
    """The other's own wish, or no camera."""
    has_picture: bool


class StillShown(msgspec.Struct, frozen=True, kw_only=True):
    """A photograph that somebody asks for, and what was taken of it so far."""

    still_id: UUID
    asked_by: str
    taken: int = 0
    """Counts the tries; 0 until there is one."""
    small: bytes = b""
    flaws: tuple[str, ...] = ()
    is_failed: bool = False
    """The camera gave no picture, or the disk took none."""


class ReadingShown(msgspec.Struct, frozen=True, kw_only=True):
    """What a device of the kiosk tells; in the case only once it `is_kept`, and never where it is not `is_final`."""

    reading_id: UUID
    device: str
    measured: tuple[Measured, ...]
    is_final: bool
    is_kept: bool
    is_failed: bool
    """The disk did not take it."""


State = Literal[
    "none",
    "wanted",
    "asked",
    "ringing",
    "joining",
    "live",
    "interrupted",
    "ended",
    "missed",
    "declined",
    "cancelled",
    "failed",
    "removed",
    "signed-out",
    "elsewhere",
    "refused",
    "silent",
]
UNDER_WAY = frozenset({"wanted", "asked", "ringing", "joining", "live", "interrupted"})
TALKING = frozenset({"joining", "live", "interrupted"})


class CallShown(msgspec.Struct, frozen=True, kw_only=True):
    """How the call stands. `silent`: the call's process does not answer; the supervisor starts it again."""

    state: State
    refused: str = ""
    """The server's or this kiosk's words for why there is no call."""
    waits_for: Literal["", "link", "case", "preparing"] = ""
    """Of a call that is `wanted`: what is missing before anybody can be rung."""
    call_id: UUID | None = None
    case_id: UUID | None = None
    is_incoming: bool = False
    specialist: str = ""
    rung: int = 0
    rings_for_s: int = 0
    ahead: int | None = None
    low_min: int | None = None
    high_min: int | None = None
    is_linked: bool = True
    """To the server; the call itself may go on without."""
    is_muted: bool = False
    has_microphone: bool = True
    has_speaker: bool = True
    is_recording: bool = False
    """Nobody hears what is said just now; it is kept and goes with the case."""
    own_rung: str = ""
    """On which this kiosk sends; of several others, to the one with the worst link."""
    has_own_picture: bool = False
    others: tuple[OtherShown, ...] = ()
    said: tuple[tuple[str, str], ...] = ()
    """The chat: who, and what."""
    still: StillShown | None = None
    stills_kept: int = 0
    readings: tuple[ReadingShown, ...] = ()
    ringing: tuple[RingingCall, ...] = ()
    """Calls that specialists make to patients of this kiosk now, while no other goes on here."""

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def is_talk(self) -> bool:
        return self.state in TALKING


class Calls:
    """The screen's side; a process that is not there, or hangs, counts as one that is silent."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SOCKET

    def look(self) -> CallShown:
        return self.ask(Look())

    def ask(self, asked: Asked) -> CallShown:
        within_s = KEPT_WITHIN_S if isinstance(asked, TakeStill | KeepStill) else ANSWER_WITHIN_S
        try:
            return ask(self._path, asked, CallShown, within_s)
        except NoAnswer:
            return CallShown(state="silent")

    def picture(self, seat_id: UUID | None) -> PictureShown:
        try:
            return ask(self._path, PictureWanted(seat_id), PictureShown, ANSWER_WITHIN_S)
        except NoAnswer:
            return PictureShown()
