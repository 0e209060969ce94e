"""Mends a voice before it is decoded: what redundant packets bring again, and a mark for what is lost for good.

aiortc knows no redundant audio (RFC 2198) and lets its buffer run full at every gap: a second of delay that never goes
away. Each receiver's packets therefore pass through here first. A lost one is given from the block that the next
carries; where there is none, an Opus packet of its first byte alone (RFC 6716, section 3.2.1) stands for it, from
which the decoder makes what it guesses.
"""

import struct
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from aiortc import RTCRtpReceiver
from aiortc.rtp import RtpPacket
from msgspec import Struct

_LONGEST_GAP = 25
"""Of packets: beyond it something else happened than loss, and nothing is made up for so long."""
_WRAP = 1 << 16
_LONGEST_OFFSET, _LARGEST_BLOCK = 0x3FFF, 0x3FF
_BLOCK = struct.Struct(">I")


class Block(Struct, frozen=True):
    """A voice packet that another carries; `offset` says how long before it, in samples of 48 kHz."""

    offset: int
    content: bytes


class Counts(Struct):
    arrived: int = 0
    repaired: int = 0
    concealed: int = 0

    @property
    def played_share(self) -> float:
        """Of all packets that there should have been, those whose sound there was."""
        whole = self.arrived + self.repaired
        return whole / max(1, whole + self.concealed)


class Malformed(ValueError):
    """No redundant packet looks like this."""


def read_blocks(payload: bytes) -> list[Block]:
    """The blocks of a redundant packet, the oldest first and the primary (offset 0) last."""
    heads: list[tuple[int, int]] = []
    place = 0
    while place < len(payload) and payload[place] & 0x80:
        if place + _BLOCK.size > len(payload):
            raise Malformed("cut off in a head")
        (head,) = _BLOCK.unpack_from(payload, place)
        heads.append((head >> 10 & 0x3FFF, head & 0x3FF))
        place += _BLOCK.size
    place += 1
    blocks: list[Block] = []
    for offset, length in heads:
        blocks.append(Block(offset, payload[place : place + length]))
        place += length
    if place > len(payload):
        raise Malformed("cut off in a block")
    return [*blocks, Block(0, payload[place:])]


class VoiceRepair:
    """Between the transport and one audio receiver."""

    def __init__(self, give: Callable[[RtpPacket, int], Awaitable[None]], *, is_redundant: bool) -> None:
        self._give = give
        self._is_redundant = is_redundant
        self._next: int | None = None
        self._timestamp = 0
        self._first_byte = b""
        self.counts = Counts()

    async def take(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        blocks = self._blocks_of(packet)
        if blocks is None or not blocks[-1].content:
            return
        behind = 0 if self._next is None else _distance(packet.sequence_number, self._next)
        if behind < 0:
            # Late: what stands for it is replaced if it has not been played yet.
            await self._give(_opus(packet, 0, blocks[-1]), arrival_time_ms)
            return
        if 0 < behind <= _LONGEST_GAP:
            for mended in self._fill(packet, behind, blocks[:-1]):
                await self._give(mended, arrival_time_ms)
        self._timestamp = packet.timestamp
        self._next = (packet.sequence_number + 1) % _WRAP
        self._first_byte = blocks[-1].content[:1]
        self.counts.arrived += 1
        await self._give(_opus(packet, 0, blocks[-1]), arrival_time_ms)

    def _blocks_of(self, packet: RtpPacket) -> list[Block] | None:
        if not self._is_redundant:
            return [Block(0, packet.payload)]
        try:
            return read_blocks(packet.payload)
        except Malformed:
            return None

    def _fill(self, packet: RtpPacket, behind: int, carried: list[Block]) -> Iterator[RtpPacket]:
        """For each packet that is missing before this one, oldest first."""
        between = (packet.timestamp - self._timestamp) % (1 << 32) // (behind + 1)
        for back in range(behind, 0, -1):
            block = carried[-back] if back <= len(carried) and carried[-back].content else None
            if block is not None:
                self.counts.repaired += 1
                yield _opus(packet, back, block)
            else:
                self.counts.concealed += 1
                yield _opus(packet, back, Block(back * between, self._first_byte))


def write_blocks(opus_number: int, before: bytes, samples_before: int, now: bytes) -> bytes:
    """A redundant packet of two: the one before, which began `samples_before` earlier, and this one."""
    if not before or samples_before > _LONGEST_OFFSET or len(before) > _LARGEST_BLOCK:
        return bytes([opus_number]) + now
    head = 1 << 31 | opus_number << 24 | samples_before << 10 | len(before)
    return _BLOCK.pack(head) + bytes([opus_number]) + before + now


def mend_voice(receiver: RTCRtpReceiver, *, is_redundant: bool) -> VoiceRepair:
    """Put a repair before the receiver; aiortc has no other place for one (hence the narrow bound in pyproject)."""
    inside: Any = receiver
    repair = VoiceRepair(inside._handle_rtp_packet, is_redundant=is_redundant)  # noqa: SLF001  (as above)
    inside._handle_rtp_packet = repair.take  # noqa: SLF001  (as above)
    return repair


def _opus(packet: RtpPacket, back: int, block: Block) -> RtpPacket:
    made = RtpPacket(
        payload_type=packet.payload_type,
        marker=packet.marker,
        sequence_number=(packet.sequence_number - back) % _WRAP,
        timestamp=(packet.timestamp - block.offset) % (1 << 32),
        ssrc=packet.ssrc,
        payload=block.content,
    )
    made.extensions = packet.extensions
    return made


def _distance(sequence: int, expected: int) -> int:
    """How far ahead of what was expected; negative for what is late."""
    ahead = (sequence - expected) % _WRAP
    return ahead - _WRAP if ahead > _WRAP // 2 else ahead
