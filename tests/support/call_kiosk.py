"""A kiosk's end of a call in this process: a camera behind its socket, a tone, and what it receives."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import cv2
import numpy as np
from av import AudioFrame, VideoFrame

from kiosk.call.keeping import Keeper
from kiosk.call.leg import Leg, LegState
from kiosk.call.picture import Pictures
from kiosk.call.room import Devices, Room
from kiosk.call.sound import Microphone, Speaker
from kiosk.call.stills import Stills
from kiosk.call.voice import Voices
from kiosk.camera.process import Camera, CameraProcess
from kiosk.camera.standing import SOCKET
from server.contract.call_talk import AskStill, Picture, Talk
from tests.journeys.waiting import until
from tests.support.call_hub import Hub


@dataclass
class KioskEnd:
    """What a kiosk's screen would know, and what really came."""

    room: Room
    devices: Devices
    stills: Stills
    frames: Counter[UUID] = field(default_factory=Counter[UUID])
    sizes: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    loudest: float = 0.0
    heard_hz: list[float] = field(default_factory=list[float])
    talks: list[Talk] = field(default_factory=list[Talk])
    pictures: list[tuple[Picture, bytes]] = field(default_factory=list[tuple[Picture, bytes]])
    states: list[LegState] = field(default_factory=list[LegState])
    taking: "asyncio.Task[None] | None" = None

    def on_leg(self, leg: Leg) -> None:
        self.states.append(leg.state)

    def on_talk(self, seat_id: UUID, talk: Talk) -> None:
        self.talks.append(talk)
        if isinstance(talk, AskStill):
            self.stills.ask(seat_id, "", talk.still_id)
            self.taking = asyncio.create_task(self._take_still())

    async def _take_still(self) -> None:
        """As somebody who takes whatever is asked for."""
        await self.stills.take()
        await self.stills.keep()

    def on_picture(self, seat_id: UUID, offer: Picture, content: bytes) -> None:
        self.pictures.append((offer, content))

    def on_frame(self, seat_id: UUID, frame: VideoFrame) -> None:
        self.frames[seat_id] += 1
        self.sizes.add((frame.width, frame.height))

    def on_sound(self, seat_id: UUID, frame: AudioFrame) -> None:
        samples = frame.to_ndarray().astype(np.float64).reshape(-1)[:: len(frame.layout.channels)]
        self.loudest = max(self.loudest, float(np.abs(samples).max(initial=0.0)))
        spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
        if self.loudest > 500 and len(samples):
            self.heard_hz.append(float(spectrum.argmax() * frame.sample_rate / len(samples)))

    @property
    def leg(self) -> Leg:
        """To the only other seat."""
        (leg,) = self.room.legs.values()
        return leg


@asynccontextmanager
async def kiosk_end(
    hub: Hub,
    seat_id: UUID,
    folder: Path,
    *,
    camera: str = "drawn",
    microphone: str = "tone",
    keeper: Keeper | None = None,
    address: str = "",
) -> AsyncGenerator[KioskEnd]:
    """In the call until left; `address` is the signalling's where it is not the hub's own."""
    process = CameraProcess(camera, folder)
    threading.Thread(target=process.run, daemon=True).start()
    loop, voices = asyncio.get_running_loop(), Voices()
    await until(lambda: _exists(folder / SOCKET), within_s=20, what="the camera's socket")
    devices = Devices(
        pictures=Pictures(folder, loop),
        voices=voices,
        microphone=Microphone(microphone, voices, loop),
        speaker=Speaker("none"),
        keeper=keeper,
    )

    async def headers() -> dict[str, str]:
        return {"Authorization": f"Bearer {seat_id}"}

    end: KioskEnd = object.__new__(KioskEnd)
    room = Room(hub.call_id, address or hub.signalling, headers, devices, end, is_relayed=hub.is_relayed)
    KioskEnd.__init__(end, room, devices, Stills(Camera(folder), keeper, lambda: room.conversations))
    running = asyncio.create_task(room.run())
    try:
        yield end
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        devices.microphone.close()
        await asyncio.to_thread(devices.pictures.close)


async def _exists(path: Path) -> bool:
    return await asyncio.to_thread(path.exists)


def record_clip(path: Path, *, seconds: float = 4.0, size: tuple[int, int] = (640, 480)) -> Path:
    """A film of noise and a moving square: no two frames are the same."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 15, size)
    random = np.random.default_rng(3)
    for number in range(round(seconds * 15)):
        frame = random.integers(90, 130, (size[1], size[0], 3)).astype(np.uint8)
        left = 20 + 8 * number % (size[0] - 120)
        cv2.rectangle(frame, (left, 120), (left + 90, 210), (40, 90, 220), -1)
        writer.write(frame)
    writer.release()
    return path
