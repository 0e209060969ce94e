"""`python -m tests.bench.peers.call_end ROLE FILM FOLDER`: one end of a call, and what it cost in processor seconds.

`bare` and `peer` are aiortc's loop and nothing else; `ours` is what a kiosk runs. `peer` says an offer on standard
output and reads the answer from standard input; the others the other way round. The last line is the cost of a second.
"""

import asyncio
import json
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, MediaStreamTrack

from kiosk.call.connection import Connection
from kiosk.call.picture import FRAMES_PER_S, Pictures, PictureTrack
from kiosk.call.sound import Microphone
from kiosk.call.voice import Voices, VoiceSetting, VoiceTrack
from kiosk.camera.process import CameraProcess
from kiosk.camera.sources import RecordedSource
from kiosk.camera.standing import SOCKET
from kiosk.vitals.pulse_watch import PulseWatch
from server.contract.call_ladder import Video

SETTLES_S, LASTS_S = 6.0, 20.0
RUNG = Video(height_px=480, frames_per_s=FRAMES_PER_S, bits_per_s=600_000)
VOICE = VoiceSetting(24_000, 20)


class Film(MediaStreamTrack):
    """The recording at 15 frames a second, read where it is sent."""

    kind = "video"

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._source = RecordedSource(path)
        self._number = 0
        self._begun_s = time.monotonic()

    async def recv(self) -> av.VideoFrame:
        self._number += 1
        await asyncio.sleep(max(0.0, self._begun_s + self._number / FRAMES_PER_S - time.monotonic()))
        frame = av.VideoFrame.from_ndarray(self._source.read(), format="bgr24")
        frame.pts, frame.time_base = self._number * 90_000 // FRAMES_PER_S, Fraction(1, 90_000)
        return frame


class Ears:
    """Takes whatever comes, as aiortc's own sink does."""

    def __init__(self) -> None:
        self.frames = 0
        self._tasks: list[asyncio.Task[None]] = []

    def take(self, track: MediaStreamTrack) -> None:
        self._tasks.append(asyncio.create_task(self._take(track)))

    async def _take(self, track: Any) -> None:
        try:
            while True:
                frame = await track.recv()
                self.frames += isinstance(frame, av.VideoFrame)
        except MediaStreamError:
            return

    def on_state(self, connection: Connection, state: str) -> None:
        pass

    def on_track(self, connection: Connection, track: MediaStreamTrack) -> None:
        self.take(track)


class KioskMedia:
    """A kiosk's own camera, microphone and pulse."""

    def __init__(self, film: Path, folder: Path) -> None:
        loop, voices, watch = asyncio.get_running_loop(), Voices(), PulseWatch()
        threading.Thread(target=CameraProcess(f"file:{film}", folder).run, daemon=True).start()
        while not (folder / SOCKET).exists():
            time.sleep(0.01)
        self._pictures, self._voices = Pictures(folder, loop), voices
        self._pictures.look(watch.take)
        self._microphone = Microphone("tone", voices, loop)

    def voice(self, opus_number: int | None) -> VoiceTrack:
        return VoiceTrack(self._voices, VOICE, opus_number)

    def picture(self) -> PictureTrack:
        return PictureTrack(self._pictures, RUNG)


async def main(role: str, film: Path, folder: Path) -> None:
    cv2.setNumThreads(1)
    ears = Ears()
    if role == "ours":
        connection = Connection(0, (), is_relayed=False, listener=ears)
        media = KioskMedia(film, folder)
        say(await connection.answer(await hear()))
        connection.attach(media)
    else:
        peer = RTCPeerConnection()
        peer.on("track", ears.take)
        for track in (AudioStreamTrack(), Film(film)):
            peer.addTrack(track)
        await (offer(peer) if role == "peer" else answer(peer))
    await asyncio.sleep(SETTLES_S)
    began_s, frames = time.process_time(), ears.frames
    await asyncio.sleep(LASTS_S)
    cost = (time.process_time() - began_s) / LASTS_S
    sys.stdout.write(json.dumps({"cost": cost, "framesPerS": (ears.frames - frames) / LASTS_S}) + "\n")
    sys.stdout.flush()
    await asyncio.sleep(60)


async def offer(peer: RTCPeerConnection) -> None:
    await peer.setLocalDescription(await peer.createOffer())
    say(peer.localDescription.sdp)
    await peer.setRemoteDescription(RTCSessionDescription(await hear(), "answer"))


async def answer(peer: RTCPeerConnection) -> None:
    await peer.setRemoteDescription(RTCSessionDescription(await hear(), "offer"))
    await peer.setLocalDescription(await peer.createAnswer())
    say(peer.localDescription.sdp)


def say(sdp: str) -> None:
    sys.stdout.write(json.dumps(sdp) + "\n")
    sys.stdout.flush()


async def hear() -> str:
    return json.loads(await asyncio.to_thread(sys.stdin.readline))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
