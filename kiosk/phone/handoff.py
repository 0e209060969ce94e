"""One hand-off: a code that opens once, for one phone that the worker lets in, which may add photographs and no more.

Everything is in memory and goes when the hand-off ends. Threads of the listener and of the screen come in one after
the other.
"""

import base64
import secrets
import threading
import time
from collections.abc import Callable
from enum import StrEnum
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from imaging.refusals import PhotoRefused
from imaging.results import Verdict
from imaging.sandbox import SandboxLost, SandboxUnavailable
from kiosk.phone.checking import Checked
from kiosk.phone.line import Line, NotTheirs
from kiosk.phone.words import FULL, REFUSALS, REMOVED, TOO_HARD, TOO_LARGE
from kiosk.words import N_
from server.contract.case import View
from server.contract.handoff import (
    PHOTO_BYTES_MAX,
    ArrivalState,
    Arrived,
    HandoffStanding,
    HandoffState,
    Piece,
    decode_question,
)
from server.contract.sealing import Malformed

JOIN_WITHIN_S = 5 * 60.0
LASTS_S = 24 * 60 * 60.0
MOST_ATTEMPTS = 40
"""Photographs that one phone may begin to send, those that are refused included."""


UNFINISHED = frozenset({ArrivalState.COMING, ArrivalState.CHECKING})


class Why(StrEnum):
    """Why a hand-off is over, in words for both screens."""

    EXPIRED = N_("The five minutes are over. The worker can show a new code.")
    DIFFERENT = N_("The numbers were not the same, so the phone was not let in.")
    STOPPED = N_("The worker ended it. What is in the visit stays there.")
    FINISHED = N_("This visit is finished at the kiosk. You can close this page.")
    DAY_OVER = N_("A code is good for one day. The worker can show a new one.")
    ALL_SENT = N_("No more photographs can be sent with this code. The worker can show a new one.")
    NO_SANDBOX = N_("This kiosk cannot check photographs of phones now. Take them with the kiosk’s camera.")


class TakenAlready(Exception):
    """Another phone has used the code."""


class Over(Exception):
    """The hand-off takes nobody and nothing any more."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A photograph that arrived whole, as it joins the visit."""

    photo_id: UUID
    view: View
    checked: Checked


class _Arrival(msgspec.Struct, kw_only=True):
    piece: Piece
    content: bytearray
    state: ArrivalState = ArrivalState.COMING
    words: tuple[str, ...] = ()
    received_bytes: int = 0


class Handoff:
    def __init__(
        self,
        check: Callable[[bytes], Checked],
        take: Callable[[Taken], bool],
        advise: Callable[[Verdict], tuple[str, ...]],
        say: Callable[[str], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`take` puts a photograph into the visit, False where it has no room; called without any lock held.

        `advise` says in the patient's language what is wrong with a photograph, `say` puts a marked text into it.
        """
        self._check, self._take, self._advise, self._say = check, take, advise, say
        self._clock = clock
        self._key = X25519PrivateKey.generate()
        self.ticket = secrets.token_urlsafe(12)
        self._lock = threading.Lock()
        self._state = HandoffState.OFFERED
        self._opened_at = clock()
        self._line: Line | None = None
        self._arrivals: dict[UUID, _Arrival] = {}
        self.why: Why | None = None

    @property
    def fragment(self) -> str:
        """The kiosk's key, as it stands behind the `#` of the link."""
        return base64.urlsafe_b64encode(self._key.public_key().public_bytes_raw()).rstrip(b"=").decode()

    @property
    def state(self) -> HandoffState:
        """As it is by now: time ends what nobody ended."""
        with self._lock:
            return self._look()

    @property
    def seconds_to_join(self) -> int:
        return max(0, round(self._opened_at + JOIN_WITHIN_S - self._clock()))

    @property
    def code(self) -> str:
        """The six digits that the phone that asks shows too; empty before."""
        with self._lock:
            return self._line.code if self._line else ""

    def arrived(self) -> list[Arrived]:
        """Every photograph that the phone began to send, oldest first, with words for the patient."""
        with self._lock:
            return self._arrived()

    @property
    def is_one_coming(self) -> bool:
        """Whether a photograph is on its way, or looked at."""
        return any(each.state in UNFINISHED for each in self.arrived())

    def join(self, phone_key: bytes) -> None:
        """The first phone uses the code up, and may say so again: its page may be loaded anew.

        TakenAlready, Over, or NotTheirs for what is no key.
        """
        with self._lock:
            if self._look() is HandoffState.ENDED:
                raise Over
            if self._line is None:
                self._line = Line(self._key, phone_key, self.ticket)
                self._state = HandoffState.ASKING
            elif self._line.phone_key != phone_key:
                raise TakenAlready

    def confirm(self) -> None:
        """The numbers are the same: the phone may add."""
        with self._lock:
            if self._look() is HandoffState.ASKING:
                self._state = HandoffState.JOINED

    def end(self, why: Why) -> None:
        """Once for all; what had not arrived whole is let go of."""
        with self._lock:
            self._end(why)

    def remove(self, photo_id: UUID) -> None:
        """Tell the phone that the worker took a photograph out."""
        with self._lock:
            arrival = self._arrivals.get(photo_id)
            if arrival:
                arrival.state, arrival.words = ArrivalState.REMOVED, (self._say(REMOVED),)

    def answer(self, message: bytes) -> bytes:
        """The sealed answer to a sealed question; NotTheirs for whoever is not the phone that joined."""
        with self._lock:
            if self._line is None:
                raise NotTheirs("nobody has joined")
            return self._line.answer(message, self._think)

    def _think(self, plain: bytes) -> bytes:
        try:
            question, content = decode_question(plain)
        except Malformed as error:
            raise NotTheirs("no question") from error
        if question.piece and self._look() is HandoffState.JOINED:
            self._add(question.piece, content)
        words = self._say(self.why) if self._look() is HandoffState.ENDED and self.why else ""
        return msgspec.json.encode(
            HandoffStanding(state=self._state, words=words, photos=tuple(self._arrived())),
        )

    def _add(self, piece: Piece, content: bytes) -> None:
        """A piece in its order; every other one changes nothing, and the answer says what is here."""
        arrival = self._arrivals.get(piece.photo_id) or self._begin(piece)
        if arrival is None or arrival.state is not ArrivalState.COMING or arrival.piece.size_bytes != piece.size_bytes:
            return
        if piece.offset != len(arrival.content) or piece.offset + len(content) > piece.size_bytes:
            return
        arrival.content += content
        arrival.received_bytes = len(arrival.content)
        if arrival.received_bytes == piece.size_bytes:
            arrival.state = ArrivalState.CHECKING
            threading.Thread(target=self._finish, args=(piece, arrival), daemon=True).start()

    def _begin(self, piece: Piece) -> _Arrival | None:
        """One photograph at a time: none begins while one is looked at, and one that was not finished is given up."""
        if any(each.state is ArrivalState.CHECKING for each in self._arrivals.values()):
            return None
        self._give_up()
        if len(self._arrivals) >= MOST_ATTEMPTS:
            self._end(Why.ALL_SENT)
            return None
        arrival = _Arrival(piece=piece, content=bytearray())
        if piece.size_bytes > PHOTO_BYTES_MAX:
            arrival.state, arrival.words = ArrivalState.REFUSED, (self._say(TOO_LARGE),)
        self._arrivals[piece.photo_id] = arrival
        return arrival

    def _finish(self, piece: Piece, arrival: _Arrival) -> None:
        state, words = ArrivalState.REFUSED, (self._say(TOO_HARD),)
        try:
            state, words = self._judge(piece, bytes(arrival.content))
        finally:
            with self._lock:
                arrival.content = bytearray()
                if arrival.state is ArrivalState.CHECKING:
                    arrival.state, arrival.words = state, words

    def _judge(self, piece: Piece, content: bytes) -> tuple[ArrivalState, tuple[str, ...]]:
        try:
            checked = self._check(content)
        except PhotoRefused as refusal:
            return ArrivalState.REFUSED, (self._say(REFUSALS[refusal.code]),)
        except SandboxLost:
            return ArrivalState.REFUSED, (self._say(TOO_HARD),)
        except SandboxUnavailable:
            self.end(Why.NO_SANDBOX)
            return ArrivalState.REFUSED, (self._say(Why.NO_SANDBOX),)
        if self.state is not HandoffState.JOINED:
            return ArrivalState.REFUSED, ()
        if not self._take(Taken(photo_id=piece.photo_id, view=piece.view, checked=checked)):
            return ArrivalState.REFUSED, (self._say(FULL),)
        return ArrivalState.KEPT, self._advise(checked.still.verdict)

    def _arrived(self) -> list[Arrived]:
        return [
            Arrived(
                photo_id=photo_id,
                view=each.piece.view,
                state=each.state,
                received_bytes=each.received_bytes,
                words=each.words,
            )
            for photo_id, each in self._arrivals.items()
        ]

    def _look(self) -> HandoffState:
        lasts_s = self._clock() - self._opened_at
        if self._state in {HandoffState.OFFERED, HandoffState.ASKING} and lasts_s > JOIN_WITHIN_S:
            self._end(Why.EXPIRED)
        elif lasts_s > LASTS_S:
            self._end(Why.DAY_OVER)
        return self._state

    def _end(self, why: Why) -> None:
        if self._state is HandoffState.ENDED:
            return
        self._state, self.why = HandoffState.ENDED, why
        # What asked for the photographs holds the visit, and a phone's connection may hold this.
        self._take = _take_nothing
        self._give_up()

    def _give_up(self) -> None:
        """Let go of what has not come whole."""
        coming = [photo_id for photo_id, each in self._arrivals.items() if each.state is ArrivalState.COMING]
        for photo_id in coming:
            del self._arrivals[photo_id]


def _take_nothing(_: Taken) -> bool:
    return False
