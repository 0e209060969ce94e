"""Cameras that are fine, unplugged, black, frozen, busy; and what a still is worth."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from imaging.colour import Pixels
from imaging.drawn import Condition
from kiosk.camera.sources import (
    CameraBusy,
    CameraUnplugged,
    DrawnSource,
    RecordedSource,
    Source,
    V4l2Source,
    open_source,
)
from kiosk.camera.standing import CameraState
from kiosk.camera.stills import make_still
from kiosk.camera.watching import FROZEN_AFTER_S, REOPEN_EVERY_S, WORDS, Watch


class Scripted:
    """A camera that gives these frames, then fails."""

    def __init__(self, frames: Iterable[Pixels]) -> None:
        self._frames: Iterator[Pixels] = iter(frames)

    def read(self) -> Pixels:
        for frame in self._frames:
            return frame
        raise CameraUnplugged("it went away")

    def close(self) -> None:
        pass


class HeldByAnother:
    """What OpenCV gives of a device that another program has."""

    def __init__(self, *_: object) -> None:
        pass

    def isOpened(self) -> bool:  # noqa: N802  (OpenCV's name)
        return False


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def noise(seed: int, level: int = 128) -> Pixels:
    return np.random.default_rng(seed).integers(max(0, level - 3), level + 3, (480, 640, 3)).astype(np.uint8)


def watch(source: Source, clock: Clock) -> Watch:
    return Watch(lambda: source, clock)


def test_a_camera_that_is_fine_gives_its_frames() -> None:
    state, frame = watch(DrawnSource(), Clock()).look()
    assert state is CameraState.FINE
    assert frame is not None


def test_a_camera_that_goes_away_is_said_and_comes_back_by_itself() -> None:
    clock, sources = Clock(), iter([Scripted([noise(1)]), Scripted([noise(2)])])
    watching = Watch(lambda: next(sources), clock)
    assert watching.look()[0] is CameraState.FINE
    assert watching.look()[0] is CameraState.UNPLUGGED
    clock.now_s += REOPEN_EVERY_S + 1
    assert watching.look()[0] is CameraState.FINE


def test_a_covered_lens_is_black_though_its_noise_changes() -> None:
    black = watch(Scripted(noise(n, level=2) for n in range(9)), Clock())
    assert [black.look()[0] for _ in range(3)] == [CameraState.BLACK] * 3


def test_a_picture_that_never_changes_is_frozen_and_one_with_a_sensors_noise_is_not() -> None:
    clock = Clock()
    frozen, living = watch(Scripted([noise(1)] * 9), clock), watch(Scripted(noise(n) for n in range(9)), clock)
    for watching in (frozen, living):
        assert watching.look()[0] is CameraState.FINE
    clock.now_s += FROZEN_AFTER_S + 1
    assert frozen.look() == (CameraState.FROZEN, None)
    assert living.look()[0] is CameraState.FINE


def test_a_camera_that_another_program_holds_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "video3").touch()
    monkeypatch.setattr(cv2, "VideoCapture", HeldByAnother)
    with pytest.raises(CameraBusy):
        V4l2Source(3, tmp_path)
    with pytest.raises(CameraUnplugged):
        V4l2Source(4, tmp_path)
    watching = Watch(lambda: V4l2Source(3, tmp_path), Clock())
    assert watching.look() == (CameraState.BUSY, None)


def test_a_recording_begins_again_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for number in range(3):
        writer.write(np.full((48, 64, 3), 60 * number, np.uint8))
    writer.release()
    source = RecordedSource(path)
    brightness = [int(source.read().mean()) for _ in range(5)]
    assert brightness[3:] == brightness[:2]
    source.close()


@pytest.mark.parametrize("named", ["file:/nowhere", "webcam", "v4l2:97"])
def test_a_source_that_is_not_there_is_unplugged(named: str) -> None:
    with pytest.raises(CameraUnplugged):
        open_source(named)


@pytest.mark.parametrize(
    "condition, flaw",
    [(Condition.GOOD, None), (Condition.TOO_DARK, "underexposed"), (Condition.OUT_OF_FOCUS, "defocus")],
)
def test_a_still_comes_with_its_verdict(condition: Condition, flaw: str | None) -> None:
    source = DrawnSource(condition)
    source.turn()
    source.turn()  # close
    still = make_still(source.read())
    found = [each.name for each in still.verdict.flaws]
    assert flaw in found if flaw else found == []
    assert still.jpeg[:2] == b"\xff\xd8"
    assert len(still.small) < len(still.jpeg)


def test_every_state_but_fine_has_words() -> None:
    assert [state for state in CameraState if not WORDS[state]] == [CameraState.FINE]
