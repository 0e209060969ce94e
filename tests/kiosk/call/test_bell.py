"""A call that rings is heard on the kiosk's loudspeaker, in tones and pauses, and is quiet at once."""

import asyncio

import av
import numpy as np

from kiosk.call import bell
from kiosk.call.bell import Bell
from kiosk.call.sound import Speaker
from tests.journeys.waiting import until


class HeardSpeaker(Speaker):
    """What it was given to play, by its loudness."""

    def __init__(self, named: str) -> None:
        super().__init__("none")
        self.heard: list[float] = []
        self.is_closed = False

    def play(self, frame: av.AudioFrame) -> None:
        assert frame.sample_rate == 48_000
        self.heard.append(float(np.abs(frame.to_ndarray()).max()))

    def close(self) -> None:
        self.is_closed = True


async def test_it_rings_in_tones_and_pauses_until_it_is_told_to_be_quiet() -> None:
    opened: list[HeardSpeaker] = []

    def open_speaker(named: str) -> HeardSpeaker:
        opened.append(HeardSpeaker(named))
        return opened[-1]

    ringing = Bell("alsa:default", open_speaker)
    for _ in range(2):
        ringing.ring(is_ringing=True)

    async def has_paused() -> bool:
        return bool(opened) and len(opened[0].heard) > bell.SOUNDS_MS / bell.CHUNK_MS + 10

    await until(has_paused, within_s=20, what="a tone and the pause after it")
    ringing.ring(is_ringing=False)

    async def is_quiet() -> bool:
        return opened[0].is_closed

    await until(is_quiet, within_s=5, what="the bell to be quiet")
    (speaker,) = opened
    tones = round(bell.SOUNDS_MS / bell.CHUNK_MS)
    assert min(speaker.heard[:tones]) > 1_000
    assert max(speaker.heard[tones:]) == 0
    count = len(speaker.heard)
    await asyncio.sleep(0.1)
    assert len(speaker.heard) == count


async def test_without_a_loudspeaker_nothing_is_opened() -> None:
    def open_speaker(named: str) -> Speaker:
        raise AssertionError("there is none")

    Bell("none", open_speaker).ring(is_ringing=True)
