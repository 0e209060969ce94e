"""The microphone as Opus: as few bits and as long packets as the link wants, with the voice of before in each packet.

aiortc's own encoder is fixed at 20 ms and 96 kbit/s; it sends packets that a track brings ready-made as they are.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias

import av
import numpy as np
from aiortc.mediastreams import MediaStreamTrack
from av.audio.stream import AudioStream
from msgspec import Struct
from numpy.typing import NDArray

from kiosk.call.voice_repair import write_blocks

SAMPLE_RATE = 48_000
CHUNK_MS = 20
CHUNK_SAMPLES = SAMPLE_RATE * CHUNK_MS // 1000
TIME_BASE = Fraction(1, SAMPLE_RATE)
EXPECTED_LOSS_PERCENT = 30
"""For an end that knows no redundant packets: at 16 kbit/s libopus repeats nothing in its own packets below this
(RFC 6716, section 2.1.7; measured: three of four packets of a voice, and none of a tone)."""
_WAITING_AT_MOST = 100

VoicePacket: TypeAlias = "av.Packet[AudioStream]"
Chunk = NDArray[np.int16]
"""20 ms of 48 kHz, one channel."""


class VoiceSetting(Struct, frozen=True):
    bits_per_s: int
    packet_ms: int


class VoiceEncoder:
    """Chunks in, packets out; a changed setting begins with the next packet."""

    def __init__(self, setting: VoiceSetting) -> None:
        self._waiting: list[Chunk] = []
        self._pts = 0
        self.tune(setting)

    def tune(self, setting: VoiceSetting) -> None:
        self.setting = setting
        codec = av.CodecContext.create("libopus", "w")
        codec.bit_rate, codec.sample_rate, codec.time_base = setting.bits_per_s, SAMPLE_RATE, TIME_BASE
        codec.format, codec.layout = "s16", "mono"
        codec.options = {
            "application": "voip",
            # As browsers on phones encode: a quarter cheaper than at the highest.
            "compression_level": "5",
            "frame_duration": str(setting.packet_ms),
            "fec": "1",
            "packet_loss": str(EXPECTED_LOSS_PERCENT),
            "vbr": "constrained",
        }
        self._codec: Any = codec  # PyAV leaves the kind of its packets open

    def encode(self, chunk: Chunk) -> list[VoicePacket]:
        self._waiting.append(chunk)
        if len(self._waiting) * CHUNK_MS < self.setting.packet_ms:
            return []
        samples = np.concatenate(self._waiting)
        self._waiting.clear()
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, self._pts, TIME_BASE
        self._pts += len(samples)
        return [self._stamped(packet, frame.pts) for packet in self._codec.encode(frame)]

    def _stamped(self, packet: VoicePacket, pts: int) -> VoicePacket:
        # The codec counts from before its own look-ahead, and anew whenever it is tuned.
        packet.pts = packet.dts = pts
        packet.time_base = TIME_BASE
        return packet


class Voices:
    """One microphone for everybody who listens: each leg, and the recording of what may be lost."""

    def __init__(self) -> None:
        self._listeners: set[Callable[[Chunk], None]] = set()
        self.is_muted = False

    def give(self, chunk: Chunk) -> None:
        """In the loop's own thread, 20 ms at a time."""
        said = np.zeros_like(chunk) if self.is_muted else chunk
        for listener in tuple(self._listeners):
            listener(said)

    def listen(self, listener: Callable[[Chunk], None]) -> Callable[[], None]:
        """Call what is returned to stop."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)


class VoiceTrack(MediaStreamTrack):
    """One leg's voice, encoded for its link."""

    kind = "audio"

    def __init__(self, voices: Voices, setting: VoiceSetting, opus_number: int | None) -> None:
        """With `opus_number` each packet carries the one before as well (RFC 2198)."""
        super().__init__()
        self._opus_number = opus_number
        self._before = b""
        self._before_pts = 0
        self._encoder = VoiceEncoder(setting)
        self._packets: deque[VoicePacket] = deque(maxlen=_WAITING_AT_MOST)
        self._has_some = asyncio.Event()
        self._stop_listening = voices.listen(self._hear)

    def tune(self, setting: VoiceSetting) -> None:
        if setting != self._encoder.setting:
            self._encoder.tune(setting)

    async def recv(self) -> VoicePacket:  # pyright: ignore[reportIncompatibleMethodOverride]  (aiortc's own type is narrower)
        while not self._packets:
            self._has_some.clear()
            await self._has_some.wait()
        return self._packets.popleft()

    def stop(self) -> None:
        self._stop_listening()
        super().stop()

    def _hear(self, chunk: Chunk) -> None:
        self._packets.extend(self._packed(packet) for packet in self._encoder.encode(chunk))
        self._has_some.set()

    def _packed(self, packet: VoicePacket) -> VoicePacket:
        if self._opus_number is None:
            return packet
        now, pts = bytes(packet), packet.pts or 0
        made: Any = av.Packet(write_blocks(self._opus_number, self._before, pts - self._before_pts, now))
        made.pts, made.time_base = pts, TIME_BASE
        self._before, self._before_pts = now, pts
        return made
