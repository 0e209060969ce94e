"""How a camera is, and where its process is asked: for those who need to know and have no OpenCV."""

from enum import StrEnum
from pathlib import Path

import msgspec

from kiosk.asking import NoAnswer, ask

SOCKET = "camera.socket"


class CameraState(StrEnum):
    FINE = "fine"
    UNPLUGGED = "unplugged"
    BUSY = "busy"
    BLACK = "black"
    FROZEN = "frozen"


class Wanted(StrEnum):
    PREVIEW = "preview"
    STILL = "still"


class _Stands(msgspec.Struct, frozen=True):
    state: CameraState


def camera_state(folder: Path, within_s: float) -> CameraState | None:
    """None where the camera's process says nothing: of the camera that says nothing either."""
    try:
        return ask(folder / SOCKET, Wanted.PREVIEW, _Stands, within_s).state
    except NoAnswer:
        return None
