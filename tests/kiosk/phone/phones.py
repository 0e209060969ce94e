"""A phone that speaks the line by its description, and hand-offs whose photographs are judged as told."""

import base64
from uuid import UUID, uuid4

import httpx
import msgspec

from imaging.results import Flaw, Verdict
from imaging.sandbox import SandboxUnavailable
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
        lambda verdict: tuple(flaw.name for flaw in verdict.flaws),
        str,
        clock,
    )


class Phone:
    """Says what a phone says, to a hand-off in this process."""

    def __init__(self, handoff: Handoff) -> None:
        self.handoff = handoff
        self._begin(handoff.ticket, handoff.fragment)

    def _begin(self, ticket: str, fragment: str) -> None:
        self.line = ReferencePhone(uuid4().bytes + uuid4().bytes, base64.urlsafe_b64decode(fragment + "="), ticket)
        self.number = 0
        self.last = b""

    def join(self) -> None:
        self.handoff.join(self.line.public_key)

    def say(self, message: bytes) -> bytes:
        return self.handoff.answer(message)

    def ask(self, piece: Piece | None = None, content: bytes = b"") -> HandoffStanding:
        self.number += 1
        self.last = self.line.seal(self.number, msgspec.json.encode(Question(piece=piece)), content)
        number, answer = self.line.open(self.say(self.last))
        assert number == self.number
        return msgspec.json.decode(answer, type=HandoffStanding)

    def begin(self, content: bytes) -> None:
        """All of a photograph but its last byte."""
        self.ask(Piece(photo_id=uuid4(), view=View.FAR, size_bytes=len(content), offset=0), content[:-1])

    def send(self, content: bytes, piece_bytes: int = 7) -> Arrived:
        """A whole photograph, piece by piece, until it is judged."""
        photo_id = uuid4()
        for offset in range(0, len(content), piece_bytes):
            piece = Piece(photo_id=photo_id, view=View.FAR, size_bytes=len(content), offset=offset)
            self.ask(piece, content[offset : offset + piece_bytes])
        return self.wait_for(photo_id)

    def wait_for(self, photo_id: UUID) -> Arrived:
        for _ in range(10_000):
            found = next(each for each in self.ask().photos if each.photo_id == photo_id)
            if found.state is not ArrivalState.CHECKING:
                return found
        raise NeverCame("a verdict")


class LinkedPhone(Phone):
    """The same over the network, knowing no more than the code on the screen."""

    def __init__(self, link: str) -> None:
        self.link, _, fragment = link.partition("#")
        self._http = httpx.Client(timeout=30)
        self._begin(self.link.rpartition("/")[2], fragment)

    def close(self) -> None:
        self._http.close()

    def join(self) -> None:
        self._http.post(f"{self.link}/join", content=self.line.public_key).raise_for_status()

    def say(self, message: bytes) -> bytes:
        return self._http.post(f"{self.link}/say", content=message).raise_for_status().content


class StillChecker:
    """In place of the sandbox: judges what it is told to be good or blurred."""

    is_there = True
    is_isolated = True

    def __init__(self, *, is_demo: bool) -> None:
        assert not is_demo

    def start(self) -> None:
        if not self.is_there:
            raise SandboxUnavailable("bubblewrap")

    def check(self, content: bytes) -> Checked:
        return judge(content)

    def close(self) -> None:
        pass


def joined(handoff: Handoff) -> Phone:
    phone = Phone(handoff)
    phone.join()
    handoff.confirm()
    return phone
