"""The call's own process: camera, microphone and network of a call die here and nowhere else.

The screen asks it over a local socket (`desk`); pictures and voices go through memory alone.
"""

import asyncio
import logging
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Literal
from uuid import UUID, uuid4

import httpx
import msgspec
import numpy as np
from av import AudioFrame, VideoFrame

from imaging.colour import Pixels
from imaging.pulse import PulseReading
from kiosk.call.desk import SOCKET, Asked, Begin, CallShown, Compare, HangUp, Look, Mute, OtherShown, Say
from kiosk.call.keeping import Keeper
from kiosk.call.leg import Leg, LegState
from kiosk.call.picture import Pictures
from kiosk.call.room import Devices, Room
from kiosk.call.short_string import digits_of, language_of, words_of
from kiosk.call.sound import Microphone, Speaker
from kiosk.call.voice import Voices
from kiosk.camera.process import Camera
from kiosk.camera.stills import PREVIEW_QUALITY, encode
from kiosk.settings import Settings
from kiosk.spool.spool import Spool
from kiosk.uplink.authorizer import NotLetIn
from kiosk.uplink.server import NoLink, Refused, Server
from kiosk.uplink.trust import Trust
from kiosk.vitals.pulse_watch import PulseWatch
from server.contract.call import CALLS_PATH, SIGNALLING_PATH, CallWanted
from server.contract.call_talk import Chat, Picture, Pulse, Sending, Talk

PULSE_EVERY_S = 2.0
SAID_AT_MOST = 200
LONGEST_LINE = 1 << 20
log = logging.getLogger(__name__)


class CallProcess:
    def __init__(self, folder: Path, settings: Settings, spool: Spool, server: Server) -> None:
        self._folder = folder
        self._settings = settings
        self._spool = spool
        self._server = server
        self._call: RunningCall | None = None
        self._refused = ""

    async def run(self) -> None:
        """Until killed."""
        path = self._folder / SOCKET
        path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._serve, str(path), limit=LONGEST_LINE)
        async with server:
            await server.serve_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                try:
                    shown = await self._carry_out(msgspec.json.decode(line, type=Asked))
                except msgspec.MsgspecError as error:
                    shown = CallShown(state="refused", refused=str(error))
                writer.write(msgspec.json.encode(shown) + b"\n")
                await writer.drain()
        writer.close()

    async def _carry_out(self, asked: Asked) -> CallShown:
        match asked:
            case Begin():
                await self._begin(asked)
            case HangUp() if self._call is not None:
                await self._call.hang_up()
            case Mute() | Compare() | Say() if self._call is not None:
                self._call.carry_out(asked)
            case Look() | _:
                pass
        if self._call is not None:
            return self._call.shown()
        return CallShown(state="refused" if self._refused else "none", refused=self._refused)

    async def _begin(self, asked: Begin) -> None:
        """A second press changes nothing while a call runs."""
        if self._call is not None and not self._call.is_over:
            return
        self._call, self._refused = None, ""
        call_id = asked.call_id or uuid4()
        try:
            if asked.call_id is None:
                await self._want(call_id, asked)
        except (NoLink, NotLetIn) as error:
            self._refused = f"No link to the server: {error}"
            return
        except Refused as refused:
            self._refused = refused.told
            return
        keeper = Keeper(self._spool, lambda: Trust(self._folder).sealing_key, asked.case, self._settings.zone)
        self._call = RunningCall(self._folder, self._settings, self._server, call_id, keeper)

    async def _want(self, call_id: UUID, asked: Begin) -> None:
        wanted = CallWanted(call_id=call_id, case_id=asked.case.case_id, why=asked.why, consent=asked.consent)
        headers = {"Content-Type": "application/json"}
        await self._server.ask("POST", CALLS_PATH, content=msgspec.json.encode(wanted), headers=headers)


class RunningCall:
    """One call with its devices, from joining to the end."""

    def __init__(self, folder: Path, settings: Settings, server: Server, call_id: UUID, keeper: Keeper) -> None:
        loop = asyncio.get_running_loop()
        voices = Voices()
        self._devices = Devices(
            pictures=Pictures(folder, loop),
            voices=voices,
            microphone=Microphone(settings.microphone, voices, loop),
            speaker=Speaker(settings.speaker),
            camera=Camera(folder),
            keeper=keeper,
        )
        address = settings.server_url.replace("http", "ws", 1) + SIGNALLING_PATH.format(call_id=call_id)
        self._server = server
        self._room = Room(call_id, address, self._headers, self._devices, self)
        self._frames: dict[UUID, VideoFrame] = {}
        self._sending: dict[UUID, Sending] = {}
        self._said: deque[tuple[str, str]] = deque(maxlen=SAID_AT_MOST)
        self._ended = ""
        self._running = [asyncio.create_task(self._run())]
        if settings.is_pulse_offered:
            self._running.append(asyncio.create_task(self._tell_pulse()))

    @property
    def is_over(self) -> bool:
        return bool(self._ended)

    async def hang_up(self) -> None:
        self._room.leave()
        # The goodbye is on its way before the socket closes.
        await asyncio.sleep(0)
        self._running[0].cancel()

    def carry_out(self, asked: Mute | Compare | Say) -> None:
        match asked:
            case Mute():
                self._devices.voices.is_muted = asked.is_muted
                for conversation in self._room.conversations.values():
                    conversation.tell()
            case Compare():
                leg = self._room.legs.get(asked.seat_id)
                if leg is not None:
                    leg.match() if asked.is_same else leg.differ()
            case Say():
                self._said.append(("", asked.text))
                self._room.say(Chat(text=asked.text))

    def shown(self) -> CallShown:
        recorder = self._room.recorder
        return CallShown(
            state=self._state(),
            is_muted=self._devices.voices.is_muted,
            is_recording=recorder is not None and recorder.is_recording,
            others=tuple(self._other(leg) for leg in self._room.legs.values()),
            said=tuple(self._said),
        )

    # What the room tells.

    def on_leg(self, leg: Leg) -> None:
        if leg.state is not LegState.LIVE:
            self._frames.pop(leg.seat_id, None)

    def on_talk(self, seat_id: UUID, talk: Talk) -> None:
        match talk:
            case Chat():
                self._said.append((self._room.legs[seat_id].ends.other.name, talk.text))
            case Sending():
                self._sending[seat_id] = talk
            case _:
                pass

    def on_picture(self, seat_id: UUID, offer: Picture, content: bytes) -> None:
        """What the other end sees between pictures: the screen shows it in place of them."""

    def on_frame(self, seat_id: UUID, frame: VideoFrame) -> None:
        self._frames[seat_id] = frame

    def on_sound(self, seat_id: UUID, frame: AudioFrame) -> None:
        """The speaker has it already."""

    def _state(self) -> Literal["joining", "live", "interrupted", "ended"]:
        if self._ended:
            return "ended"
        if self._room.is_live:
            return "live"
        is_broken = any(leg.state is LegState.INTERRUPTED for leg in self._room.legs.values())
        return "interrupted" if is_broken else "joining"

    def _other(self, leg: Leg) -> OtherShown:
        own, other = leg.ends.own, leg.ends.other
        language = language_of(own.language, other.language)
        frame, sending = self._frames.get(leg.seat_id), self._sending.get(leg.seat_id)
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
            picture=_jpeg_of(frame) if frame is not None else b"",
        )

    async def _run(self) -> None:
        try:
            self._ended = (await self._room.run()).reason
        finally:
            self._ended = self._ended or "left"
            for task in self._running[1:]:
                task.cancel()
            self._devices.microphone.close()
            self._devices.speaker.close()
            await asyncio.to_thread(self._devices.pictures.close)

    async def _headers(self) -> dict[str, str]:
        """As TimeoutError where there is no link: the socket is tried again."""
        try:
            return await self._server.authorizer.headers(self._server.http)
        except (httpx.HTTPError, NotLetIn) as error:
            raise TimeoutError(str(error)) from error

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


def _jpeg_of(frame: VideoFrame) -> bytes:
    return encode(np.asarray(frame.to_ndarray(format="bgr24"), np.uint8), PREVIEW_QUALITY)
