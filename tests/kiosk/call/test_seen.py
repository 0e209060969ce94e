"""The picture that the screen is given: made once for each frame, by one thread at a time, and none when it is old."""

import asyncio
import threading
import time

import numpy as np
import pytest

from imaging.colour import Pixels
from kiosk.call import running
from kiosk.call.running import Seen


def frame(grey: int) -> Pixels:
    return np.full((48, 64, 3), grey, np.uint8)


async def test_many_who_look_have_one_conversion_and_never_two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that convert the same frame at once end the process (seen 27 November 2026)."""
    made, at_once, most = [0], [0], [0]
    guard = threading.Lock()

    def convert(_frame: object, height_px: int) -> bytes:
        with guard:
            made[0] += 1
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        time.sleep(0.05)
        with guard:
            at_once[0] -= 1
        return b"jpeg %d" % height_px

    monkeypatch.setattr(running, "_jpeg_of", convert)
    seen = Seen()
    assert (await seen.shown(480)).number == 0
    seen.see(frame(10))
    shown = await asyncio.gather(*(seen.shown(480) for _ in range(5)))
    assert {(each.number, each.jpeg) for each in shown} == {(1, b"jpeg 480")}
    seen.see(frame(20))
    assert (await seen.shown(480)).number == 2
    assert (made[0], most[0]) == (2, 1)


async def test_a_picture_that_has_stood_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Seen()
    seen.see(frame(10))
    assert (await seen.shown(480)).jpeg.startswith(b"\xff\xd8")
    monkeypatch.setattr(running, "PICTURE_IS_OLD_S", -1.0)
    assert (await seen.shown(480)).number == 0
    seen.see_fresh(b"a look every few seconds")
    assert (await seen.shown(480)).jpeg == b"a look every few seconds"
