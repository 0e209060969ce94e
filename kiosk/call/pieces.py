"""Pictures in pieces on a channel that repeats nothing: paced below what the link carries, mended by asking again."""

import asyncio
from collections import deque
from collections.abc import Callable
from hashlib import sha256

from aiortc import RTCDataChannel
from msgspec import Struct, field

from kiosk.call.connection import is_open
from server.contract.call_talk import (
    MAX_MISSING,
    MAX_PICTURE_BYTES,
    PIECE_BYTES,
    Arrived,
    Missing,
    Picture,
    Piece,
    encode_piece,
    read_piece,
)
from server.contract.sealing import Malformed

QUIET_S = 0.6
ASKED_AT_MOST = 60


class PieceSender:
    """One piece after the other, as many bits a second as `rate` says at the moment."""

    def __init__(self, channel: RTCDataChannel, rate: Callable[[], float]) -> None:
        self._channel = channel
        self._rate = rate
        self._pictures: dict[int, bytes] = {}
        self._waiting: deque[tuple[int, int]] = deque()
        self._sending: asyncio.Task[None] | None = None

    @property
    def is_busy(self) -> bool:
        return bool(self._waiting)

    def offer(self, number: int, content: bytes) -> None:
        self._pictures[number] = content
        self._waiting.extend((number, piece) for piece in range(pieces_in(len(content))))
        self._go_on()

    def again(self, missing: Missing) -> None:
        """Those that were lost go first: the picture that lacks them is the older one."""
        content = self._pictures.get(missing.number)
        if content is None:
            return
        of, queued = pieces_in(len(content)), set(self._waiting)
        lost = [(missing.number, piece) for piece in missing.pieces if 0 <= piece < of]
        self._waiting.extendleft(each for each in reversed(lost) if each not in queued)
        self._go_on()

    def forget(self, number: int) -> None:
        self._pictures.pop(number, None)

    def close(self) -> None:
        if self._sending is not None:
            self._sending.cancel()

    def _go_on(self) -> None:
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send_all())

    async def _send_all(self) -> None:
        while self._waiting and is_open(self._channel):
            number, piece = self._waiting.popleft()
            content = self._pictures.get(number)
            if content is None:
                continue
            start = piece * PIECE_BYTES
            packet = encode_piece(Piece(number, piece, pieces_in(len(content)), content[start : start + PIECE_BYTES]))
            self._channel.send(packet)
            await asyncio.sleep(8 * len(packet) / self._rate())


class _Arriving(Struct):
    pieces: list[bytes | None]
    offer: Picture | None = None
    asked: int = 0
    timer: asyncio.TimerHandle | None = field(default=None)

    @property
    def missing(self) -> list[int]:
        return [number for number, piece in enumerate(self.pieces) if piece is None]


class PieceReceiver:
    """Gathers pieces; what is whole and has the digest it was offered with is told, and nothing else is."""

    def __init__(
        self, say: Callable[[Missing | Arrived], object], on_picture: Callable[[Picture, bytes], None]
    ) -> None:
        self._say = say
        self._on_picture = on_picture
        self._arriving: dict[int, _Arriving] = {}

    def expect(self, offer: Picture) -> None:
        arriving = self._of(offer.number, pieces_in(offer.size_bytes))
        arriving.offer = offer
        self._look(offer.number, arriving)

    def take(self, content: bytes) -> None:
        try:
            piece = read_piece(content)
        except Malformed:
            return
        if piece.of > pieces_in(MAX_PICTURE_BYTES):
            return
        arriving = self._of(piece.picture, piece.of)
        if len(arriving.pieces) == piece.of:
            arriving.pieces[piece.number] = piece.content
            self._look(piece.picture, arriving)

    def close(self) -> None:
        for number in tuple(self._arriving):
            self._drop(number)

    def _of(self, number: int, of: int) -> _Arriving:
        return self._arriving.setdefault(number, _Arriving(pieces=[None] * of))

    def _look(self, number: int, arriving: _Arriving) -> None:
        offer = arriving.offer
        if offer is None or arriving.missing:
            self._ask_soon(number, arriving)
            return
        self._drop(number)
        whole = b"".join(piece for piece in arriving.pieces if piece is not None)
        self._say(Arrived(number=number))
        if sha256(whole).hexdigest() == offer.sha256:
            self._on_picture(offer, whole)

    def _ask_soon(self, number: int, arriving: _Arriving) -> None:
        if arriving.timer is not None:
            arriving.timer.cancel()
        arriving.timer = asyncio.get_running_loop().call_later(QUIET_S, self._ask, number, arriving)

    def _ask(self, number: int, arriving: _Arriving) -> None:
        arriving.asked += 1
        if arriving.asked > ASKED_AT_MOST:
            self._drop(number)
            return
        if missing := arriving.missing[:MAX_MISSING]:
            self._say(Missing(number=number, pieces=tuple(missing)))
        self._ask_soon(number, arriving)

    def _drop(self, number: int) -> None:
        arriving = self._arriving.pop(number, None)
        if arriving is not None and arriving.timer is not None:
            arriving.timer.cancel()


def pieces_in(size_bytes: int) -> int:
    return -(-size_bytes // PIECE_BYTES)
