"""One call with its devices, from sitting down to the end; what the screen is shown of it."""

import asyncio
import threading
import time
from collections import deque
from pathlib import Path
from uuid import UUID

import httpx
import msgspec
import numpy as np
from av import AudioFrame, VideoFrame

from imaging.colour import Pixels
from imaging.pulse import PulseReading
from kiosk.call.desk import (
    CallShown,
    Compare,
    InCall,
    KeepReading,
    KeepStill,
    Mute,
    OtherShown,
    PictureShown,
    RefuseStill,
    Say,
    State,
    TakeStill,
)
from kiosk.call.keeping import CaseOfCall, Keeper
from kiosk.call.leg import Leg, LegState
from kiosk.call.picture import Pictures, fit
from kiosk.call.readings import Readings
from kiosk.call.room import Devices, Room
from kiosk.call.short_string import digits_of, language_of, words_of
from kiosk.call.sound import Microphone, Speaker
from kiosk.call.stills import Stills
from kiosk.call.voice import Voices
from kiosk.camera.process import Camera
from kiosk.camera.stills import encode
from kiosk.devices.standing import Devices as Sensors
from kiosk.settings import Settings
from kiosk.uplink.authorizer import NotLetIn
from kiosk.uplink.server import Server
from kiosk.vitals.pulse_watch import PulseWatch
from server.contract.call import SIGNALLING_PATH
from server.contract.call_ladder import ladder
from server.contract.call_talk import AskStill, Chat, Picture, Pulse, Sending, Talk

PULSE_EVERY_S = 2.0
SAID_AT_MOST = 200
OTHER_HEIGHT_PX, OWN_HEIGHT_PX = 480, 120
"""On the kiosk's screen, and in its corner; more would be scaled down again by the browser."""
QUALITY = 70
PICTURE_IS_OLD_S = 2.5
"""A picture that stands for so long is none: the person has moved on."""
FRESH_IS_OLD_S = 15.0
"""As above, where only a look every few seconds comes."""


class CallAbout(msgspec.Struct, frozen=True, kw_only=True):
    """Which call it is, about which case, and in which language the person at the kiosk reads."""

    call_id: UUID
    case: CaseOfCall
    language: str
    is_incoming: bool = False


class RunningCall:
    def __init__(self, folder: Path, settings: Settings, server: Server, about: CallAbout, keeper: Keeper) -> None:
        loop = asyncio.get_running_loop()
        voices = Voices()
        self._devices = Devices(
            pictures=Pictures(folder, loop),
            voices=voices,
            microphone=Microphone(settings.microphone, voices, loop),
            speaker=Speaker(settings.speaker),
            keeper=keeper,
        )
        address = settings.server_url.replace("http", "ws", 1) + SIGNALLING_PATH.format(call_id=about.call_id)
        self._server = server
        self._room = Room(about.call_id, address, self._headers, self._devices, self, language=about.language)
        self.stills = Stills(Camera(folder), keeper, lambda: self._room.conversations)
        self.readings = Readings(
            Sensors(folder), about.case.case_id, keeper, settings.zone, lambda: self._room.conversations
        )
        self._seen: dict[UUID, Seen] = {}
        self._own = Seen()
        self._sending: dict[UUID, Sending] = {}
        self._said: deque[tuple[str, str]] = deque(maxlen=SAID_AT_MOST)
        self._helping = [asyncio.create_task(self.readings.tell_for_ever())]
        if settings.is_pulse_offered:
            self._helping.append(asyncio.create_task(self._tell_pulse()))

    async def run(self) -> State:
        """Until the call is over for this kiosk, and how; camera and microphone are let go of in any case."""
        try:
            return (await self._room.run()).reason
        finally:
            for task in self._helping:
                task.cancel()
            self._devices.microphone.close()
            self._devices.speaker.close()
            await asyncio.to_thread(self._devices.pictures.close)

    def leave(self) -> None:
        self._room.leave()

    def be_quiet(self) -> None:
        """From this moment on nobody sees, hears or is told anything, however long the goodbye takes."""
        self._devices.voices.is_muted = True
        self._devices.pictures.is_hidden = True
        for task in self._helping:
            task.cancel()

    async def carry_out(self, asked: InCall) -> None:
        match asked:
            case Mute():
                self._turn_mute(asked.is_muted)
            case Compare():
                self._compare(asked)
            case Say():
                self._say(asked.text)
            case TakeStill():
                await self.stills.take()
            case KeepStill():
                await self.stills.keep(asked.because)
            case RefuseStill():
                self.stills.refuse()
            case KeepReading():
                await self.readings.keep(asked.reading_id)

    def _turn_mute(self, is_muted: bool) -> None:
        self._devices.voices.is_muted = is_muted
        for conversation in self._room.conversations.values():
            conversation.tell()

    def _say(self, text: str) -> None:
        if self._room.say(Chat(text=text)):
            self._said.append(("", text))

    def _compare(self, asked: Compare) -> None:
        leg = self._room.legs.get(asked.seat_id)
        if leg is not None:
            leg.match() if asked.is_same else leg.differ()

    def shown(self) -> CallShown:
        recorder = self._room.recorder
        return CallShown(
            state=self._state(),
            is_linked=self._room.is_linked,
            is_muted=self._devices.voices.is_muted,
            has_microphone=self._devices.microphone.is_there,
            has_speaker=self._devices.speaker.is_there,
            is_recording=recorder is not None and recorder.is_recording,
            own_rung=self._own_rung(),
            has_own_picture=self._devices.pictures.latest is not None,
            others=tuple(self._other(leg) for leg in self._room.legs.values()),
            said=tuple(self._said),
            still=self.stills.shown(),
            stills_kept=self.stills.kept,
            readings=self.readings.shown(),
        )

    async def picture(self, seat_id: UUID | None) -> PictureShown:
        """Encoded once for each new frame that somebody looks at, and for no other."""
        if seat_id is None:
            self._own.see(self._devices.pictures.latest)
            return await self._own.shown(OWN_HEIGHT_PX)
        seen = self._seen.get(seat_id)
        return await seen.shown(OTHER_HEIGHT_PX) if seen is not None else PictureShown()

    # What the room tells.

    def on_leg(self, leg: Leg) -> None:
        if leg.state in {LegState.STOPPED, LegState.ABSENT}:
            self._seen.pop(leg.seat_id, None)
            self.stills.forget(leg.seat_id)

    def on_talk(self, seat_id: UUID, talk: Talk) -> None:
        match talk:
            case Chat():
                self._said.append((self._name_of(seat_id), talk.text))
            case Sending():
                self._sending[seat_id] = talk
            case AskStill():
                self.stills.ask(seat_id, self._name_of(seat_id), talk.still_id)
            case _:
                pass

    def on_picture(self, seat_id: UUID, offer: Picture, content: bytes) -> None:
        """What the other end sends between pictures: the screen shows it in place of them."""
        if offer.purpose == "fresh" and offer.media_type == "image/jpeg":
            self._seen.setdefault(seat_id, Seen()).see_fresh(content)

    def on_frame(self, seat_id: UUID, frame: VideoFrame) -> None:
        self._seen.setdefault(seat_id, Seen()).see(frame)

    def on_sound(self, seat_id: UUID, frame: AudioFrame) -> None:
        """The speaker has it already."""

    def _name_of(self, seat_id: UUID) -> str:
        return self._room.legs[seat_id].ends.other.name

    def _state(self) -> State:
        if self._room.is_live:
            return "live"
        is_broken = any(leg.state is LegState.INTERRUPTED for leg in self._room.legs.values())
        return "interrupted" if is_broken else "joining"

    def _own_rung(self) -> str:
        rungs = [each.name for each in ladder().rungs]
        used = [rungs.index(each.rung.name) for each in self._room.conversations.values()]
        return rungs[max(used)] if used else ""

    def _other(self, leg: Leg) -> OtherShown:
        own, other = leg.ends.own, leg.ends.other
        language = language_of(own.language, other.language)
        sending, seen = self._sending.get(leg.seat_id), self._seen.get(leg.seat_id)
        return OtherShown(
            seat_id=leg.seat_id,
            name=other.name,
            role=other.role,
            state=leg.state,
            reason=leg.reason,
            language=language,
            words=words_of(leg.bits, language) if leg.bits is not None else (),
            digits=digits_of(leg.bits) if leg.bits is not None else "",
            has_changed=leg.has_changed,
            is_matched=leg.is_matched,
            rung=sending.rung if sending else "",
            is_muted=sending is not None and sending.is_muted,
            is_without_picture=sending is not None and sending.is_without_picture,
            has_picture=leg.state is LegState.LIVE and seen is not None and seen.is_new,
        )

    async def _headers(self) -> dict[str, str]:
        """As TimeoutError where there is no link: the socket is tried again."""
        try:
            proof = await self._server.authorizer.headers(self._server.http)
        except (httpx.HTTPError, NotLetIn) as error:
            raise TimeoutError(str(error)) from error
        # At a demonstration a person's session speaks for the kiosk: it counts only beside the server's own origin.
        cookies = "; ".join(f"{each.name}={each.value}" for each in self._server.http.cookies.jar)
        own = {"Cookie": cookies, "Origin": str(self._server.http.base_url).rstrip("/")}
        return {**proof, **own} if cookies else proof

    async def _tell_pulse(self) -> None:
        """Of raw frames, as the camera gave them, every two seconds; why there is none is told as well."""
        pulse = _SharedPulse()
        stop = self._devices.pictures.look(pulse.take)
        try:
            while True:
                await asyncio.sleep(PULSE_EVERY_S)
                reading = await asyncio.to_thread(pulse.read)
                self._room.say(Pulse(bpm=reading.bpm, declined=reading.declined, snr_db=reading.snr_db))
        finally:
            stop()


class Seen:
    """The newest picture of one seat, and the JPEG that was made of it, if anybody looked."""

    def __init__(self) -> None:
        self._number = 0
        self._at_s = 0.0
        self._frame: VideoFrame | Pixels | None = None
        self._fresh = b""
        self._made = PictureShown()
        self._converting = asyncio.Lock()

    @property
    def is_new(self) -> bool:
        old_s = FRESH_IS_OLD_S if self._fresh else PICTURE_IS_OLD_S
        return self._number > 0 and time.monotonic() - self._at_s < old_s

    def see(self, frame: VideoFrame | Pixels | None) -> None:
        if frame is not None and frame is not self._frame:
            self._note(frame, b"")

    def see_fresh(self, jpeg: bytes) -> None:
        self._note(None, jpeg)

    async def shown(self, height_px: int) -> PictureShown:
        # One thread at a time: two that convert the same frame end the process (PyAV keeps its scaler with the frame).
        async with self._converting:
            if not self.is_new:
                return PictureShown()
            number = self._number
            if number != self._made.number:
                jpeg = self._fresh or await asyncio.to_thread(_jpeg_of, self._frame, height_px)
                self._made = PictureShown(number, jpeg)
            return self._made

    def _note(self, frame: VideoFrame | Pixels | None, fresh: bytes) -> None:
        self._frame, self._fresh = frame, fresh
        self._number += 1
        self._at_s = time.monotonic()


class _SharedPulse:
    """Frames come in the camera's thread while another one reads."""

    def __init__(self) -> None:
        self._watch = PulseWatch()
        self._lock = threading.Lock()

    def take(self, time_s: float, pixels: Pixels) -> None:
        with self._lock:
            self._watch.take(time_s, pixels)

    def read(self) -> PulseReading:
        with self._lock:
            return self._watch.read()


def _jpeg_of(frame: VideoFrame | Pixels | None, height_px: int) -> bytes:
    pixels = frame.to_ndarray(format="bgr24") if isinstance(frame, VideoFrame) else frame
    return b"" if pixels is None else encode(fit(np.asarray(pixels, np.uint8), height_px), QUALITY)
