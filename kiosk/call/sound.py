"""Where a kiosk's sound comes from and goes to: ALSA's devices, a recording or a tone, each in a thread of its own."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, Full, Queue

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError

from kiosk.call.voice import CHUNK_SAMPLES, SAMPLE_RATE, Chunk, Voices

TONE_HZ = 440
REOPEN_EVERY_S = 2.0
_UNPLAYED_AT_MOST = 25


class Microphone:
    """`alsa:default`, `file:/path` (again and again), `tone`, or `none`: silence, and the others are told so."""

    def __init__(self, named: str, voices: Voices, loop: asyncio.AbstractEventLoop) -> None:
        self._named = named
        self._voices = voices
        self._loop = loop
        self._is_over = threading.Event()
        self.is_there = named != "none"
        threading.Thread(target=self._read_for_ever, name="microphone", daemon=True).start()

    def close(self) -> None:
        self._is_over.set()

    def _read_for_ever(self) -> None:
        while not self._is_over.is_set():
            try:
                self._read()
            except (FFmpegError, OSError):
                # Unplugged: it comes back by itself, and meanwhile the others are told that nobody is heard.
                self.is_there = False
                self._is_over.wait(REOPEN_EVERY_S)

    def _read(self) -> None:
        kind, _, which = self._named.partition(":")
        chunks = _device(which) if kind == "alsa" else _paced(_recorded(Path(which)) if kind == "file" else _made(kind))
        for chunk in chunks:
            if self._is_over.is_set():
                return
            self.is_there = kind != "none"
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._voices.give, chunk)


class Speaker:
    """Plays what the others say, mixed by the device; `none` plays nothing. What comes too late is left out.

    A device that was pulled out is opened again when it is back.
    """

    def __init__(self, named: str) -> None:
        self._queue: Queue[av.AudioFrame | None] = Queue(_UNPLAYED_AT_MOST)
        _, _, self._device = named.partition(":")
        self.is_there = bool(self._device)
        if self._device:
            threading.Thread(target=self._play_for_ever, name="speaker", daemon=True).start()

    def play(self, frame: av.AudioFrame) -> None:
        if self._device:
            with suppress(Full):
                self._queue.put_nowait(frame)

    def close(self) -> None:
        with suppress(Empty):
            while True:
                self._queue.get_nowait()
        self._queue.put(None)

    def _play_for_ever(self) -> None:
        while True:
            try:
                self._play()
            except (FFmpegError, OSError):
                self.is_there = False
                time.sleep(REOPEN_EVERY_S)
                with suppress(Empty):
                    while True:
                        # What was said meanwhile is too late; the end of the call is not.
                        if self._queue.get_nowait() is None:
                            return
            else:
                return

    def _play(self) -> None:
        with av.open(self._device, "w", format="alsa") as output:
            stream = output.add_stream("pcm_s16le", rate=SAMPLE_RATE)
            stream.layout = "stereo"
            self.is_there = True
            while (frame := self._queue.get()) is not None:
                frame.pts = None
                output.mux(stream.encode(frame))


def _device(name: str) -> Iterator[Chunk]:
    with av.open(name, format="alsa", options={"sample_rate": str(SAMPLE_RATE), "channels": "1"}) as opened:
        yield from _chunks_of(opened)


def _recorded(path: Path) -> Iterator[Chunk]:
    while True:
        with av.open(str(path)) as opened:
            yield from _chunks_of(opened)


def _chunks_of(opened: InputContainer) -> Iterator[Chunk]:
    resampler = av.AudioResampler("s16", "mono", SAMPLE_RATE, CHUNK_SAMPLES)
    for frame in opened.decode(audio=0):
        for resampled in resampler.resample(frame):
            chunk = np.asarray(resampled.to_ndarray()[0], np.int16)
            if len(chunk) == CHUNK_SAMPLES:
                yield chunk


def _made(kind: str) -> Iterator[Chunk]:
    """A tone for `tone`, else silence."""
    times_s, loudness = np.arange(CHUNK_SAMPLES) / SAMPLE_RATE, 8_000 if kind == "tone" else 0
    chunk = np.asarray(loudness * np.sin(2 * np.pi * TONE_HZ * times_s), np.int16)
    # 440 Hz does not fit into 20 ms: the phase goes on.
    number = 0
    while True:
        if loudness:
            phase = 2 * np.pi * TONE_HZ * number * CHUNK_SAMPLES / SAMPLE_RATE
            chunk = np.asarray(loudness * np.sin(2 * np.pi * TONE_HZ * times_s + phase), np.int16)
        yield chunk
        number += 1


def _paced(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """As fast as a microphone gives them, and no burst after a pause of the machine longer than a second."""
    due_s = time.monotonic()
    for chunk in chunks:
        yield chunk
        due_s = max(due_s + CHUNK_SAMPLES / SAMPLE_RATE, time.monotonic() - 1.0)
        time.sleep(max(0.0, due_s - time.monotonic()))
