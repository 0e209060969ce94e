"""Rings at the kiosk: a tone on its loudspeaker while somebody calls, so that whoever looks elsewhere hears it."""

import threading
import time
from collections.abc import Callable

import av
import numpy as np

from kiosk.call.sound import Speaker
from kiosk.call.voice import CHUNK_MS, CHUNK_SAMPLES, SAMPLE_RATE

TONES_HZ = (440, 480)
"""Of a telephone's ringing (ITU-T E.180, supplement 2), heard by most people who hear badly."""
LOUDNESS = 6_000
SOUNDS_MS, PAUSES_MS = 1_000, 2_000


class Bell:
    def __init__(self, speaker: str, open_speaker: Callable[[str], Speaker] = Speaker) -> None:
        self._speaker = speaker
        self._open_speaker = open_speaker
        self._stop: threading.Event | None = None

    def ring(self, *, is_ringing: bool) -> None:
        """Begin, or be quiet at once; said again it changes nothing."""
        if is_ringing and self._stop is None and self._speaker != "none":
            self._stop = threading.Event()
            threading.Thread(target=self._sound, args=(self._stop,), name="bell", daemon=True).start()
        elif not is_ringing and self._stop is not None:
            self._stop.set()
            self._stop = None

    def _sound(self, stop: threading.Event) -> None:
        speaker = self._open_speaker(self._speaker)
        number, due_s = 0, time.monotonic()
        try:
            while not stop.is_set():
                speaker.play(_chunk(number))
                number += 1
                due_s += CHUNK_MS / 1000
                stop.wait(max(0.0, due_s - time.monotonic()))
        finally:
            speaker.close()


def _chunk(number: int) -> av.AudioFrame:
    """The next 20 ms."""
    samples = np.zeros(CHUNK_SAMPLES)
    if number * CHUNK_MS % (SOUNDS_MS + PAUSES_MS) < SOUNDS_MS:
        at_s = (np.arange(CHUNK_SAMPLES) + number * CHUNK_SAMPLES) / SAMPLE_RATE
        samples = sum(LOUDNESS * np.sin(2 * np.pi * each * at_s) for each in TONES_HZ)
    both = np.repeat(np.asarray(samples, np.int16), 2)[np.newaxis, :]
    frame = av.AudioFrame.from_ndarray(both, format="s16", layout="stereo")
    frame.sample_rate = SAMPLE_RATE
    return frame
