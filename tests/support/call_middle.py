"""What somebody on the signalling can do to a call: each a `Tamper` of the hub."""

from collections.abc import Callable
from uuid import UUID

import msgspec

from kiosk.call.exchange import Ends, Exchange
from kiosk.call.signing import CallKey
from server.contract.call import Commit, Describe, LegMessage, Respond, Reveal, Seat, fingerprint_bytes
from tests.support.call_hub import Hub

OTHER_FINGERPRINT = ":".join(["AB"] * 32)


class Middle:
    """Stands between two seats with keys of its own, and signs whatever passes: all that one without the words can do.

    The certificates it vouches for are its own, so that its own DTLS could be at both ends; here it only shows that
    nothing but the words tells, which differ.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._key = CallKey()
        self._exchanges: dict[UUID, Exchange] = {}

    def __call__(self, hub: Hub, sender: Seat, receiver: Seat, message: LegMessage) -> list[LegMessage]:
        match message:
            case Commit():
                # To the receiver as if it were the sender, and to the sender as if it were the receiver.
                self._exchanges[receiver.seat_id] = self._towards(receiver, sender)
                self._exchanges[sender.seat_id] = self._towards(sender, receiver)
                answer = self._exchanges[sender.seat_id].take(message).say
                assert answer is not None
                self._owed_response = answer
                return [self._exchanges[receiver.seat_id].commit()]
            case Respond():
                reveal = self._exchanges[sender.seat_id].take(message).say
                if reveal is None:
                    # It answers a commitment that another has taken the place of, as when a page joined twice.
                    return []
                self._owed_reveal = reveal
                return [self._owed_response]
            case Reveal():
                self._exchanges[sender.seat_id].take(message)
                return [self._owed_reveal]
            case Describe():
                signed = fingerprint_bytes(
                    hub.call_id, sender.seat_id, receiver.seat_id, message.generation, message.fingerprint
                )
                return [msgspec.structs.replace(message, signature=self._key.sign(signed))]
            case _:
                return [message]

    def _towards(self, victim: Seat, played: Seat) -> Exchange:
        return Exchange(Ends(call_id=self._hub.call_id, own=played, other=victim, key=self._key))


def changing_descriptions(change: Callable[[Describe], Describe]) -> Callable[..., list[LegMessage]]:
    def tamper(_hub: Hub, _sender: Seat, _receiver: Seat, message: LegMessage) -> list[LegMessage]:
        return [change(message) if isinstance(message, Describe) else message]

    return tamper


def unsigned(message: Describe) -> Describe:
    return msgspec.structs.replace(message, signature="A" * 86)


def another_certificate(message: Describe) -> Describe:
    """In the description alone."""
    sdp = message.sdp.replace(message.fingerprint, OTHER_FINGERPRINT)
    return msgspec.structs.replace(message, sdp=sdp)


def another_certificate_told(message: Describe) -> Describe:
    sdp = message.sdp.replace(message.fingerprint, OTHER_FINGERPRINT)
    return msgspec.structs.replace(message, sdp=sdp, fingerprint=OTHER_FINGERPRINT)


def a_second_certificate(message: Describe) -> Describe:
    sdp = message.sdp + f"a=fingerprint:sha-256 {OTHER_FINGERPRINT}\r\n"
    return msgspec.structs.replace(message, sdp=sdp)


def no_certificate(message: Describe) -> Describe:
    lines = [line for line in message.sdp.splitlines(keepends=True) if not line.startswith("a=fingerprint")]
    return msgspec.structs.replace(message, sdp="".join(lines))


def another_generation(message: Describe) -> Describe:
    return msgspec.structs.replace(message, generation=message.generation + 1)
