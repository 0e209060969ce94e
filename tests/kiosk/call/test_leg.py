"""The kiosk's leg: nothing is attached before a fingerprint is vouched for, and what stops a leg stops it for good."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from uuid import uuid4

import msgspec
import pytest
from aiortc.mediastreams import AudioStreamTrack, MediaStreamTrack, VideoStreamTrack

from kiosk.call.connection import Connection
from kiosk.call.exchange import Ends
from kiosk.call.leg import Leg, LegState, StopReason
from kiosk.call.signing import CallKey
from server.contract.call import Describe, LegMessage, Rebuild, Seat, SeatRole, TurnServer, fingerprint_bytes
from tests.journeys.waiting import until
from tests.support import call_middle

# aiortc leaves the sockets of a connection that was dropped half made to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

Change = Callable[[Describe], Describe]


class Side:
    """One end, passing what it says straight to the other's leg."""

    is_relayed = False

    def __init__(self) -> None:
        self.session_id = uuid4()
        self.other: Leg | None = None
        self.change: Change = lambda message: message
        self.attached = 0
        self.said: list[LegMessage] = []

    def pass_on(self, leg: Leg, message: LegMessage) -> None:
        self.said.append(message)
        told = self.change(message) if isinstance(message, Describe) else message
        if self.other is not None:
            self.other.take(self.session_id, told)

    def relays(self) -> Sequence[TurnServer]:
        return ()

    def media(self, leg: Leg) -> "Side":
        self.attached += 1
        return self

    def voice(self, opus_number: int | None) -> MediaStreamTrack:
        return AudioStreamTrack()

    def picture(self) -> MediaStreamTrack:
        return VideoStreamTrack()

    def on_change(self, leg: Leg) -> None:
        pass

    def on_track(self, leg: Leg, track: MediaStreamTrack) -> None:
        pass

    def on_connection(self, leg: Leg, connection: Connection) -> None:
        pass


class Pair:
    """Two ends; `first` has the smaller id and makes the offers."""

    def __init__(self) -> None:
        ids = sorted([uuid4(), uuid4()])
        seats = [
            Seat(seat_id=ids[0], role=SeatRole.CLINIC_WORKER, name="Clinic Bo", is_kiosk=True),
            Seat(seat_id=ids[1], role=SeatRole.SPECIALIST, name="Dr. Okafor"),
        ]
        call_id, self.keys = uuid4(), [CallKey(), CallKey()]
        self.sides = [Side(), Side()]
        ends = [
            Ends(call_id=call_id, own=seats[place], other=seats[1 - place], key=self.keys[place]) for place in (0, 1)
        ]
        self.legs = [Leg(each, side) for each, side in zip(ends, self.sides, strict=True)]
        self.sides[0].other, self.sides[1].other = self.legs[1], self.legs[0]

    def arrive(self) -> None:
        for leg in self.legs:
            leg.arrive()

    async def are(self, *states: LegState) -> None:
        async def hold() -> bool:
            return [leg.state for leg in self.legs] == list(states)

        await until(hold, within_s=60, what=f"the legs to be {states}")


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    pair = Pair()
    yield pair
    await asyncio.gather(*(leg.close() for leg in pair.legs))


async def test_two_ends_meet_and_a_rebuilt_connection_keeps_the_string(pair: Pair) -> None:
    pair.arrive()
    await pair.are(LegState.LIVE, LegState.LIVE)
    bits = [leg.bits for leg in pair.legs]
    assert bits[0] == bits[1]
    first = pair.legs[0].connection
    pair.legs[1].rebuild()

    async def is_another() -> bool:
        return pair.legs[0].connection not in {first, None}

    await until(is_another, within_s=20, what="another connection")
    await pair.are(LegState.LIVE, LegState.LIVE)
    assert [leg.bits for leg in pair.legs] == bits
    assert not any(leg.has_changed for leg in pair.legs)


@pytest.mark.parametrize("who", [0, 1])
@pytest.mark.parametrize(
    "change",
    [
        call_middle.unsigned,
        call_middle.another_certificate,
        call_middle.another_certificate_told,
        call_middle.a_second_certificate,
        call_middle.no_certificate,
        call_middle.another_generation,
    ],
)
async def test_a_description_that_is_not_vouched_for_stops_the_leg(pair: Pair, change: Change, who: int) -> None:
    pair.sides[who].change = change
    pair.arrive()
    other = pair.legs[1 - who]

    async def has_stopped() -> bool:
        return other.state is LegState.STOPPED

    await until(has_stopped, within_s=20, what="the leg to stop")
    assert other.reason is StopReason.UNSIGNED
    assert other.connection is None
    assert pair.sides[1 - who].attached == 0
    other.rebuild()
    other.take(uuid4(), Rebuild(generation=0))
    await asyncio.sleep(0)
    assert other.state is LegState.STOPPED


@pytest.mark.parametrize("who", [0, 1])
async def test_different_stops_both(pair: Pair, who: int) -> None:
    pair.arrive()
    await pair.are(LegState.LIVE, LegState.LIVE)
    pair.legs[who].differ()
    await pair.are(LegState.STOPPED, LegState.STOPPED)
    assert pair.legs[who].reason is StopReason.DIFFERS
    assert pair.legs[1 - who].reason is StopReason.TOLD_DIFFERS
    assert all(leg.connection is None for leg in pair.legs)


GARBAGE = ["", "m=\r\n", "v=0\r\nm=audio 9 X\r\n", "o=-\r\n" * 50, "m=video 9 UDP/TLS/RTP/SAVPF x\r\n"]


@pytest.mark.parametrize("sdp", GARBAGE)
async def test_a_broken_peer_that_signs_its_garbage_is_asked_again_and_breaks_nothing(pair: Pair, sdp: str) -> None:
    def garbage(message: Describe) -> Describe:
        text = f"{sdp}a=fingerprint:sha-256 {message.fingerprint}\r\n"
        ends = pair.legs[0].ends
        signed = fingerprint_bytes(
            ends.call_id, ends.own.seat_id, ends.other.seat_id, message.generation, message.fingerprint
        )
        return msgspec.structs.replace(message, sdp=text, signature=pair.keys[0].sign(signed))

    pair.sides[0].change = garbage
    pair.arrive()

    async def has_tried() -> bool:
        asked = [each for each in pair.sides[1].said if isinstance(each, Rebuild) and each.generation]
        return len(asked) >= 1 or pair.legs[1].reason is StopReason.BROKEN

    await until(has_tried, within_s=60, what="another try")
    assert pair.legs[1].state in {LegState.INTERRUPTED, LegState.STOPPED}
