"""One connection in use: what is said on it, the pictures that cross it, and the rung of the ladder it is sent on."""

import asyncio
import time
from hashlib import sha256
from typing import Any, Literal, Protocol
from uuid import UUID

import msgspec

from kiosk.call.connection import Connection, is_open
from kiosk.call.meter import Meter
from kiosk.call.pieces import PieceReceiver, PieceSender
from server.contract.call_ladder import Rung, Standing, begin, ladder, step
from server.contract.call_talk import Arrived, Missing, Picture, Report, Sending, Talk

LOOK_EVERY_S = 1.0


class Listener(Protocol):
    def on_talk(self, conversation: "Conversation", talk: Talk) -> None: ...

    def on_picture(self, conversation: "Conversation", offer: Picture, content: bytes) -> None: ...

    def on_rung(self, conversation: "Conversation", rung: Rung) -> None: ...

    def fresh_look(self) -> bytes | None:
        """A small JPEG of what the camera sees now."""
        ...

    def wishes(self) -> tuple[bool, bool]:
        """Whether this end is muted, and whether it has no picture, for another reason than the link."""
        ...


class Conversation:
    def __init__(self, seat_id: UUID, connection: Connection, listener: Listener, before: Standing | None) -> None:
        self.seat_id = seat_id
        self.connection = connection
        self.standing = before or begin(time.monotonic())
        self.meter = Meter(connection)
        self._listener = listener
        self._sender = PieceSender(connection.pieces, lambda: self.rung.picture_bits_per_s)
        self._receiver = PieceReceiver(self.say, lambda offer, content: listener.on_picture(self, offer, content))
        self._pictures = 0
        self._fresh_at_s = 0.0
        connection.talk.on("message", self._hear)
        connection.pieces.on("message", self._take_piece)
        self._looking = asyncio.create_task(self._look_for_ever())

    @property
    def rung(self) -> Rung:
        return ladder().rungs[self.standing.rung]

    def say(self, talk: Talk) -> bool:
        """False where it cannot be said just now."""
        if not is_open(self.connection.talk):
            return False
        self.connection.talk.send(msgspec.json.encode(talk).decode())
        return True

    def tell(self) -> None:
        """Which rung this end sends on, and what of it is the person's own wish."""
        is_muted, is_without_picture = self._listener.wishes()
        self.say(Sending(rung=self.rung.name, is_muted=is_muted, is_without_picture=is_without_picture))

    def show(self, content: bytes, purpose: Literal["preview", "still", "fresh"], still_id: UUID | None = None) -> None:
        """A JPEG, in pieces."""
        self._pictures += 1
        offer = Picture(
            number=self._pictures,
            purpose=purpose,
            still_id=still_id,
            media_type="image/jpeg",
            size_bytes=len(content),
            sha256=sha256(content).hexdigest(),
        )
        if self.say(offer):
            self._sender.offer(offer.number, content)

    def close(self) -> None:
        self._looking.cancel()
        self._sender.close()
        self._receiver.close()
        self.connection.talk.remove_all_listeners()
        self.connection.pieces.remove_all_listeners()

    def _take_piece(self, content: Any) -> None:
        if isinstance(content, bytes):
            self._receiver.take(content)
        else:
            self._hear(content)

    def _hear(self, content: Any) -> None:
        try:
            talk = msgspec.json.decode(content, type=Talk)
        except (msgspec.MsgspecError, TypeError):
            # Another version at the other end may say more than this one knows.
            return
        match talk:
            case Report():
                self.meter.hear(talk)
            case Picture():
                self._receiver.expect(talk)
            case Missing():
                self._sender.again(talk)
            case Arrived():
                self._sender.forget(talk.number)
            case _:
                self._listener.on_talk(self, talk)

    async def _look_for_ever(self) -> None:
        has_begun = False
        while True:
            if is_open(self.connection.talk):
                if not has_begun:
                    self._enter()
                    has_begun = True
                await self._look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        report = await self.meter.report()
        if is_open(self.connection.pieces):
            # One that is late is worth nothing: it is never said again, and holds up nothing.
            self.connection.pieces.send(msgspec.json.encode(report).decode())
        before = self.standing.rung
        self.standing = step(self.standing, self.meter.look())
        if self.standing.rung != before:
            self._enter()
        every_s, at_s = self.rung.still_every_s, time.monotonic()
        if (
            every_s
            and not self._sender.is_busy
            and at_s - self._fresh_at_s >= every_s
            and (content := self._listener.fresh_look()) is not None
        ):
            self._fresh_at_s = at_s
            self.show(content, "fresh")

    def _enter(self) -> None:
        self._listener.on_rung(self, self.rung)
        self.tell()
