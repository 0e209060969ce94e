"""Photographs that others ask for in a call: asked, taken by whoever is at the kiosk, judged, kept, and shown."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias
from uuid import UUID

import cv2
import msgspec
import numpy as np

from kiosk.call.conversation import Conversation
from kiosk.call.desk import StillShown
from kiosk.call.keeping import Keeper
from kiosk.call.picture import fit
from kiosk.camera.process import Camera
from kiosk.camera.stills import Still, encode
from kiosk.faults import KioskFault, SpoolFull
from server.contract.call_ladder import Video
from server.contract.call_talk import StillFailed, StillKept

PREVIEW_HEIGHT_PX, PREVIEW_QUALITY = 120, 30
SMALLEST_HEIGHT_PX = 240
SCREEN_SIZES = ((1080, 85), (720, 80), (600, 70), (480, 65), (480, 45), (360, 45))
"""Heights and JPEG qualities, the largest first: the first whose bytes are few enough is shown."""
STILL_BYTES = {True: 200_000, False: 18_000}
"""The most that a still may be on the other's screen where there is video, and where the link is too slow for it."""
ASKED_AT_MOST = 4
Purpose: TypeAlias = Literal["preview", "still"]


class _Asked(msgspec.Struct, kw_only=True):
    still_id: UUID
    seat_id: UUID
    asked_by: str
    tries: int = 0
    taken: Still | None = None
    is_failed: bool = False


class Stills:
    """One after the other, in the order of asking. `keeper` is None where the call belongs to no case."""

    def __init__(
        self, camera: Camera, keeper: Keeper | None, conversations: Callable[[], Mapping[UUID, Conversation]]
    ) -> None:
        self._camera = camera
        self._keeper = keeper
        self._conversations = conversations
        self._asked: deque[_Asked] = deque()
        self.kept = 0

    def ask(self, seat_id: UUID, name: str, still_id: UUID) -> None:
        """Somebody asks for one: whoever stands at the kiosk takes it."""
        if self._keeper is None or not self._keeper.knows_place:
            self._say(seat_id, StillFailed(still_id=still_id, reason="no-case"))
        elif len(self._asked) >= ASKED_AT_MOST:
            self._say(seat_id, StillFailed(still_id=still_id, reason="refused"))
        elif all(each.still_id != still_id for each in self._asked):
            self._asked.append(_Asked(still_id=still_id, seat_id=seat_id, asked_by=name))

    def shown(self) -> StillShown | None:
        """The one that is to be taken now."""
        if not self._asked:
            return None
        asked = self._asked[0]
        return StillShown(
            still_id=asked.still_id,
            asked_by=asked.asked_by,
            taken=asked.tries if asked.taken else 0,
            small=asked.taken.small if asked.taken else b"",
            flaws=tuple(each.name for each in asked.taken.verdict.flaws) if asked.taken else (),
            is_failed=asked.is_failed,
        )

    async def take(self) -> None:
        """With the verdict; nothing is kept yet."""
        if not self._asked:
            return
        asked = self._asked[0]
        asked.taken = (await asyncio.to_thread(self._camera.take)).still
        asked.tries += 1
        asked.is_failed = asked.taken is None

    async def keep(self, because: str = "") -> None:
        """Durable first; then it is told, with a look at it that fits the link. A full disk leaves it on the screen."""
        if not self._asked or (taken := self._asked[0].taken) is None or self._keeper is None:
            return
        asked = self._asked[0]
        try:
            kept = await asyncio.to_thread(self._keeper.keep_still, asked.still_id, taken, because)
        except KioskFault as fault:
            asked.is_failed = True
            reason = "no-room" if isinstance(fault, SpoolFull) else "refused"
            self._say(asked.seat_id, StillFailed(still_id=asked.still_id, reason=reason))
            return
        self._asked.remove(asked)
        self.kept += 1
        self._say(asked.seat_id, kept)
        conversation = self._conversations().get(asked.seat_id)
        if conversation is None:
            return
        for content, purpose in await asyncio.to_thread(_for_screen, taken, conversation.rung.video):
            conversation.show(content, purpose, asked.still_id)

    def refuse(self) -> None:
        """Not now, or there is no picture: whoever asked is told which."""
        if self._asked:
            asked = self._asked.popleft()
            reason = "no-camera" if asked.is_failed else "refused"
            self._say(asked.seat_id, StillFailed(still_id=asked.still_id, reason=reason))

    def forget(self, seat_id: UUID) -> None:
        """Whoever asked has left."""
        self._asked = deque(each for each in self._asked if each.seat_id != seat_id)

    def _say(self, seat_id: UUID, told: StillKept | StillFailed) -> None:
        conversation = self._conversations().get(seat_id)
        if conversation is not None:
            conversation.say(told)


def _for_screen(still: Still, video: Video | None) -> list[tuple[bytes, Purpose]]:
    """The preview, then the still as large as the link lets it be in a few seconds; the whole goes by the uplink."""
    pixels = np.asarray(cv2.imdecode(np.frombuffer(still.jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)
    preview = encode(fit(pixels, PREVIEW_HEIGHT_PX), PREVIEW_QUALITY)
    most_bytes = STILL_BYTES[video is not None]
    sizes = (encode(fit(pixels, height_px), quality) for height_px, quality in SCREEN_SIZES)
    smallest = encode(fit(pixels, SMALLEST_HEIGHT_PX), PREVIEW_QUALITY)
    fitting = next((each for each in sizes if len(each) <= most_bytes), smallest)
    return [(preview, "preview"), (fitting, "still")]
