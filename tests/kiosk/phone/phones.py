"""A phone that speaks the line by its description, and hand-offs whose photographs are judged as told."""

import base64
from uuid import UUID, uuid4

import msgspec

from imaging.results import Flaw, Verdict
from kiosk.camera.stills import Still
from kiosk.phone.checking import Checked
from kiosk.phone.handoff import Handoff, Taken
from server.contract.case import View
from server.contract.handoff import ArrivalState, Arrived, HandoffStanding, Piece, Question
from tests.contract.reference_handoff import ReferencePhone
from tests.journeys.waiting import NeverCame
from tests.kiosk.test_sign_in import Clock

GOOD = b"a good photograph"
BLURRED = b"a blurred photograph"


def judge(content: bytes) -> Checked:
    flaws = (Flaw(name="defocus", score=990, threshold=900),) if content == BLURRED else ()
    verdict = Verdict(version="1", scores={}, measures={}, flaws=flaws)
    return Checked(still=Still(jpeg=content, small=content[:4], verdict=verdict), previews=())


class Visit:
    """What joined, and room for so many."""

    def __init__(self, room: int = 12) -> None:
        self.taken: list[Taken] = []
        self.room = room
        self.refusal: Exception | None = None

    def check(self, content: bytes) -> Checked:
        if self.refusal:
            raise self.refusal
        return judge(content)

    def take(self, taken: Taken) -> bool:
        if len(self.taken) >= self.room:
            return False
        self.taken.append(taken)
        return True


def open_handoff(visit: Visit, clock: Clock) -> Handoff:
    return Handoff(
        visit.check,
        visit.take,
        lambda checked: tuple(flaw.name for flaw in checked.still.verdict.flaws),
        str,
        clock,
    )


class Phone:
    def __init__(self, handoff: Handoff) -> None:
        self.handoff = handoff
        key = base64.urlsafe_b64decode(handoff.fragment + "=")
        self.line = ReferencePhone(uuid4().bytes + uuid4().bytes, key, handoff.ticket)
        self.number = 0
        self.last = b""

    def join(self) -> None:
        self.handoff.join(self.line.public_key)

    def ask(self, piece: Piece | None = None, content: bytes = b"") -> HandoffStanding:
        self.number += 1
        self.last = self.line.seal(self.number, msgspec.json.encode(Question(piece=piece)), content)
        number, answer = self.line.open(self.handoff.answer(self.last))
        assert number == self.number
        return msgspec.json.decode(answer, type=HandoffStanding)

    def send(self, content: bytes, photo_id: UUID | None = None, piece_bytes: int = 7) -> Arrived:
        """A whole photograph, piece by piece, until it is judged."""
        photo_id = photo_id or uuid4()
        for offset in range(0, len(content), piece_bytes):
            piece = Piece(photo_id=photo_id, view=View.FAR, size_bytes=len(content), offset=offset)
            self.ask(piece, content[offset : offset + piece_bytes])
        return self.wait_for(photo_id)

    def wait_for(self, photo_id: UUID) -> Arrived:
        for _ in range(10_000):
            found = next((each for each in self.ask().photos if each.photo_id == photo_id), None)
            if found is None or found.state is not ArrivalState.CHECKING:
                assert found is not None
                return found
        raise NeverCame("a verdict")


def joined(handoff: Handoff) -> Phone:
    phone = Phone(handoff)
    phone.join()
    handoff.confirm()
    return phone
