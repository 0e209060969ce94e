"""Keeps what is said while nobody can hear it: from a little before the link died until it carries a voice again."""

import io
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import av

from kiosk.call.voice import SAMPLE_RATE, Chunk, VoiceEncoder, VoicePacket, VoiceSetting

BEFORE_S = 10.0
"""A link is called dead after some seconds of silence: what was said in those must be in the recording."""
LONGEST_S = 300.0
"""A recording is kept at the latest after this long, and the next begins: what is kept is durable, what runs is not."""
SETTING = VoiceSetting(bits_per_s=16_000, packet_ms=60)

Keep = Callable[[bytes, datetime], None]


class Recorder:
    """Always listens; `begin` and `end` say what of it counts."""

    def __init__(self, keep: Keep, clock: Callable[[], float] = time.monotonic) -> None:
        self._keep = keep
        self._clock = clock
        self._encoder = VoiceEncoder(SETTING)
        self._packets: deque[tuple[float, VoicePacket]] = deque()
        self._is_recording = False

    @property
    def is_recording(self) -> bool:
        return self._is_recording

    def hear(self, chunk: Chunk) -> None:
        at_s = self._clock()
        self._packets.extend((at_s, packet) for packet in self._encoder.encode(chunk))
        if self._is_recording and self._packets and at_s - self._packets[0][0] >= LONGEST_S:
            self._finish()
        while not self._is_recording and self._packets and at_s - self._packets[0][0] > BEFORE_S:
            self._packets.popleft()

    def begin(self) -> None:
        """What was said in the last seconds is in it."""
        self._is_recording = True

    def end(self) -> None:
        """The link carries a voice again, or the call is over."""
        if self._is_recording:
            self._finish()
            self._is_recording = False

    def _finish(self) -> None:
        if not self._packets:
            return
        lasts = timedelta(seconds=self._clock() - self._packets[0][0])
        recording = ogg_of([packet for _, packet in self._packets])
        self._packets.clear()
        self._keep(recording, datetime.now(UTC) - lasts)


def ogg_of(packets: list[VoicePacket]) -> bytes:
    """Opus packets as a file that every browser plays (RFC 7845)."""
    written = io.BytesIO()
    with av.open(written, "w", format="ogg") as output:
        stream = output.add_stream("libopus", rate=SAMPLE_RATE)
        stream.layout = "mono"
        # The muxer takes the head from the codec.
        stream.codec_context.open(strict=False)
        first = packets[0].pts or 0
        for packet in packets:
            copied = av.Packet(bytes(packet))
            copied.pts = copied.dts = (packet.pts or 0) - first
            copied.time_base = packet.time_base
            copied.duration = SETTING.packet_ms * SAMPLE_RATE // 1000
            copied.stream = stream
            output.mux(copied)
    return written.getvalue()
