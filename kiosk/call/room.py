"""A call as the kiosk holds it: a leg to each other seat over one socket, its camera and microphone, and its case."""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID

from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, VideoFrame
from msgspec import Struct

from kiosk.call.connection import Connection
from kiosk.call.conversation import Conversation
from kiosk.call.exchange import Ends
from kiosk.call.keeping import Keeper
from kiosk.call.leg import Leg, LegState
from kiosk.call.picture import Pictures, PictureTrack, fit
from kiosk.call.recording import Recorder
from kiosk.call.signalling import Headers, Signalling
from kiosk.call.signing import CallKey
from kiosk.call.sound import Microphone, Speaker
from kiosk.call.voice import Voices, VoiceSetting, VoiceTrack
from kiosk.camera.stills import encode
from server.contract.call import Ended, LegMessage, Passed, Presence, Seat, TurnServer, Welcome
from server.contract.call_ladder import Rung, begin, ladder
from server.contract.call_talk import Picture, Talk

FRESH_HEIGHT_PX, FRESH_QUALITY = 240, 45
log = logging.getLogger(__name__)


class Devices(Struct, kw_only=True):
    """What the kiosk sees and hears with; `keeper` is None where the call belongs to no case."""

    pictures: Pictures
    voices: Voices
    microphone: Microphone
    speaker: Speaker
    keeper: Keeper | None


class Told(Protocol):
    """Whoever shows the call: the kiosk's screen, or a test."""

    def on_leg(self, leg: Leg) -> None: ...

    def on_talk(self, seat_id: UUID, talk: Talk) -> None: ...

    def on_picture(self, seat_id: UUID, offer: Picture, content: bytes) -> None: ...

    def on_frame(self, seat_id: UUID, frame: VideoFrame) -> None: ...

    def on_sound(self, seat_id: UUID, frame: AudioFrame) -> None: ...


class OneLeg:
    """The tracks that one connection sends."""

    def __init__(self, devices: Devices, rung: Rung) -> None:
        self._devices = devices
        self._rung = rung
        self._voice: VoiceTrack | None = None
        self._picture: PictureTrack | None = None

    def voice(self, opus_number: int | None) -> MediaStreamTrack:
        self._voice = VoiceTrack(self._devices.voices, _setting(self._rung), opus_number)
        return self._voice

    def picture(self) -> MediaStreamTrack:
        self._picture = PictureTrack(self._devices.pictures, self._rung.video)
        return self._picture

    def tune(self, rung: Rung) -> None:
        self._rung = rung
        if self._voice is not None and self._picture is not None:
            self._voice.tune(_setting(rung))
            self._picture.video = rung.video


class Room:
    def __init__(
        self,
        call_id: UUID,
        address: str,
        headers: Headers,
        devices: Devices,
        told: Told,
        *,
        is_relayed: bool = False,
        language: str | None = None,
    ) -> None:
        self.call_id = call_id
        self.is_relayed = is_relayed
        self.legs: dict[UUID, Leg] = {}
        self.conversations: dict[UUID, Conversation] = {}
        self.is_linked = False
        self._was_live = False
        self._key = CallKey()
        self._devices = devices
        self._told = told
        self._own: Seat | None = None
        self._relays: tuple[TurnServer, ...] = ()
        self._media: dict[UUID, OneLeg] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.signalling = Signalling(address, headers, self, language)
        self.signalling.is_live = lambda: self.is_live
        self.recorder = Recorder(devices.keeper.keep_voice) if devices.keeper else None
        self._stop_recorder = devices.voices.listen(self.recorder.hear) if self.recorder else None

    @property
    def is_live(self) -> bool:
        return any(leg.state is LegState.LIVE for leg in self.legs.values())

    async def run(self) -> Ended:
        """Until the call is over for this kiosk, and why."""
        try:
            return await self.signalling.run()
        finally:
            await self._close()

    def leave(self) -> None:
        self.signalling.leave()

    def say(self, talk: Talk) -> bool:
        """To everybody; whether anybody heard it."""
        heard = [conversation.say(talk) for conversation in self.conversations.values()]
        return any(heard)

    # What the socket tells.

    def on_welcome(self, welcome: Welcome) -> None:
        self._own = next(seat for seat in welcome.seats if seat.seat_id == welcome.seat_id)
        self._relays = welcome.relays
        self.on_seats(welcome.seats)

    def on_seats(self, seats: tuple[Seat, ...]) -> None:
        for seat in seats:
            if self._own is None or seat.seat_id == self._own.seat_id:
                continue
            if seat.presence is Presence.PRESENT:
                self._leg_to(seat, self._own).arrive()
            elif seat.presence is Presence.LEFT and seat.seat_id in self.legs:
                self.legs[seat.seat_id].depart()

    def on_passed(self, passed: Passed) -> None:
        if passed.sender in self.legs:
            self.legs[passed.sender].take(passed.session_id, passed.message)

    def on_relays(self, relays: tuple[TurnServer, ...]) -> None:
        self._relays = relays

    def on_link(self, *, is_open: bool) -> None:
        self.is_linked = is_open
        log.info("the socket is %s", "open" if is_open else "lost")

    # What a leg needs and tells.

    def relays(self) -> Sequence[TurnServer]:
        return self._relays

    def media(self, leg: Leg) -> OneLeg:
        """New tracks for a new connection: the old ones end with theirs."""
        self._media[leg.seat_id] = OneLeg(self._devices, self._rung_of(leg.seat_id))
        return self._media[leg.seat_id]

    def pass_on(self, leg: Leg, message: LegMessage) -> None:
        self.signalling.pass_on(leg.seat_id, message)

    def on_change(self, leg: Leg) -> None:
        if leg.state in {LegState.STOPPED, LegState.ABSENT}:
            self._silence(leg.seat_id)
        if self.is_live is not self._was_live:
            self._was_live = self.is_live
            self.signalling.say_alive()
        self._record_where_nobody_hears()
        self._told.on_leg(leg)

    def on_track(self, leg: Leg, track: MediaStreamTrack) -> None:
        self._keep_task(self._take_in(leg.seat_id, track))

    def on_connection(self, leg: Leg, connection: Connection) -> None:
        before = self.conversations.get(leg.seat_id)
        self._silence(leg.seat_id)
        standing = before.standing if before else None
        self.conversations[leg.seat_id] = Conversation(leg.seat_id, connection, self, standing)

    # What a conversation needs and tells.

    def on_talk(self, conversation: Conversation, talk: Talk) -> None:
        self._told.on_talk(conversation.seat_id, talk)

    def on_picture(self, conversation: Conversation, offer: Picture, content: bytes) -> None:
        self._told.on_picture(conversation.seat_id, offer, content)

    def on_rung(self, conversation: Conversation, rung: Rung) -> None:
        if (media := self._media.get(conversation.seat_id)) is not None:
            media.tune(rung)
        self._record_where_nobody_hears()

    def fresh_look(self) -> bytes | None:
        frame = self._devices.pictures.latest
        return None if frame is None else encode(fit(frame, FRESH_HEIGHT_PX), FRESH_QUALITY)

    def wishes(self) -> tuple[bool, bool]:
        is_muted = self._devices.voices.is_muted or not self._devices.microphone.is_there
        return is_muted, self._devices.pictures.latest is None

    def _leg_to(self, other: Seat, own: Seat) -> Leg:
        if other.seat_id not in self.legs:
            ends = Ends(call_id=self.call_id, own=own, other=other, key=self._key)
            self.legs[other.seat_id] = Leg(ends, self)
        return self.legs[other.seat_id]

    def _rung_of(self, seat_id: UUID) -> Rung:
        conversation = self.conversations.get(seat_id)
        return conversation.rung if conversation else ladder().rungs[begin(0.0).rung]

    def _record_where_nobody_hears(self) -> None:
        """Once somebody was heard in this call, and for as long as there is nobody left whom a voice reaches."""
        if self.recorder is None:
            return
        hears = [
            self._rung_of(leg.seat_id).name != "messages" for leg in self.legs.values() if leg.state is LegState.LIVE
        ]
        was_heard = any(leg.was_live and leg.state is not LegState.STOPPED for leg in self.legs.values())
        if any(hears) or not was_heard:
            self.recorder.end()
        elif not self.recorder.is_recording:
            self.recorder.begin()

    async def _take_in(self, seat_id: UUID, track: Any) -> None:
        """Frames that nobody takes would fill the memory."""
        with suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if isinstance(frame, AudioFrame):
                    self._devices.speaker.play(frame)
                    self._told.on_sound(seat_id, frame)
                elif isinstance(frame, VideoFrame):
                    self._told.on_frame(seat_id, frame)

    def _silence(self, seat_id: UUID) -> None:
        if (conversation := self.conversations.pop(seat_id, None)) is not None:
            conversation.close()

    def _keep_task(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _close(self) -> None:
        for seat_id in tuple(self.conversations):
            self._silence(seat_id)
        for leg in self.legs.values():
            await leg.close()
        for task in tuple(self._tasks):
            task.cancel()
        if self.recorder is not None and self._stop_recorder is not None:
            self._stop_recorder()
            await asyncio.to_thread(self.recorder.end)


def _setting(rung: Rung) -> VoiceSetting:
    return VoiceSetting(rung.voice_bits_per_s, rung.packet_ms)
