"""The two keys of a leg, commitment first: whoever stands between has one guess at the string that both people read."""

from uuid import UUID

from msgspec import Struct

from kiosk.call.signing import CallKey, make_nonce
from server.contract.call import Commit, Respond, Reveal, Seat, commitment_of, revealed_bytes, short_string_bits


class Broken(Exception):
    """The other end did not reveal what it had committed to."""


class Ends(Struct, frozen=True, kw_only=True):
    """Who is at the two ends, with what is this end's alone."""

    call_id: UUID
    own: Seat
    other: Seat
    key: CallKey

    @property
    def begins(self) -> bool:
        """Whether this end commits first, and makes every offer."""
        return self.own.seat_id < self.other.seat_id


class Agreed(Struct, frozen=True, kw_only=True):
    other_key: str
    bits: int


class Step(Struct, frozen=True, kw_only=True):
    """What is said next, and what is agreed once it is."""

    say: Respond | Reveal | None = None
    agreed: Agreed | None = None


class Exchange:
    def __init__(self, ends: Ends) -> None:
        self._ends = ends
        self._nonce = ""
        self._commitment = ""
        """Of the seat with the smaller id: made here, or heard."""

    def commit(self) -> Commit:
        self._nonce = make_nonce()
        self._commitment = commitment_of(self._own_revealed())
        return Commit(commitment=self._commitment)

    def take(self, message: Commit | Respond | Reveal) -> Step:
        """What was said out of turn, or answers an earlier commitment, changes nothing. Broken ends the leg."""
        match message:
            case Commit() if not self._ends.begins:
                return self._respond(message)
            case Respond() if self._ends.begins and self._commitment == message.commitment:
                return self._reveal(message)
            case Reveal() if not self._ends.begins and self._commitment:
                return self._agree(message)
            case _:
                return Step()

    def _respond(self, heard: Commit) -> Step:
        self._commitment, self._nonce = heard.commitment, make_nonce()
        return Step(say=Respond(commitment=heard.commitment, public_key=self._ends.key.public, nonce=self._nonce))

    def _reveal(self, heard: Respond) -> Step:
        self._commitment = ""
        bits = short_string_bits(self._own_revealed(), self._revealed_by(heard.public_key, heard.nonce))
        say = Reveal(public_key=self._ends.key.public, nonce=self._nonce)
        return Step(say=say, agreed=Agreed(other_key=heard.public_key, bits=bits))

    def _agree(self, heard: Reveal) -> Step:
        revealed = self._revealed_by(heard.public_key, heard.nonce)
        if commitment_of(revealed) != self._commitment:
            raise Broken("it was not what was committed to")
        self._commitment = ""
        return Step(agreed=Agreed(other_key=heard.public_key, bits=short_string_bits(revealed, self._own_revealed())))

    def _own_revealed(self) -> bytes:
        return revealed_bytes(self._ends.call_id, self._ends.own, self._ends.key.public, self._nonce)

    def _revealed_by(self, public_key: str, nonce: str) -> bytes:
        return revealed_bytes(self._ends.call_id, self._ends.other, public_key, nonce)
