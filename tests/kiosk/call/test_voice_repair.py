"""A voice is mended from what redundant packets bring again; what is lost for good leaves a mark and no hole."""

import struct
from random import Random

import pytest
from aiortc.rtp import RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from kiosk.call.voice_repair import Block, Malformed, VoiceRepair, read_blocks, write_blocks

RED, OPUS, SAMPLES = 63, 111, 2880


def opus_of(number: int) -> bytes:
    return bytes([0x78]) + number.to_bytes(4, "big")


def packet_of(number: int, *, with_last: bool = True) -> RtpPacket:
    """As Chromium sends it: the packet before, then this one."""
    head = struct.pack(">I", 0x80000000 | OPUS << 24 | SAMPLES << 10 | 5) + bytes([OPUS])
    payload = head + opus_of(number - 1) + opus_of(number) if with_last else bytes([OPUS]) + opus_of(number)
    return RtpPacket(
        payload_type=RED,
        sequence_number=(65_500 + number) % 65_536,
        timestamp=(2**32 - 50_000 + number * SAMPLES) % 2**32,
        ssrc=7,
        payload=payload,
    )


class Ear:
    def __init__(self) -> None:
        self.heard: dict[int, tuple[int, bytes]] = {}
        self.order: list[int] = []
        self.repair = VoiceRepair(self.hear, is_redundant=True)

    async def hear(self, packet: RtpPacket, _arrival_time_ms: int) -> None:
        assert packet.payload_type == RED
        number = (packet.sequence_number - 65_500) % 65_536
        self.heard[number] = (packet.timestamp, packet.payload)
        self.order.append(number)


async def test_a_single_loss_is_heard_from_the_next_packet() -> None:
    ear = Ear()
    for number in (0, 1, 2, 4, 5):
        await ear.repair.take(packet_of(number, with_last=number > 0), 0)
    assert ear.order == [0, 1, 2, 3, 4, 5]
    assert [content for _, content in ear.heard.values()] == [opus_of(number) for number in range(6)]
    assert ear.heard[3][0] == packet_of(3).timestamp
    assert (ear.repair.counts.arrived, ear.repair.counts.repaired, ear.repair.counts.concealed) == (5, 1, 0)


async def test_two_in_a_row_leave_a_mark_for_the_first_of_them() -> None:
    ear = Ear()
    for number in (0, 1, 4):
        await ear.repair.take(packet_of(number, with_last=number > 0), 0)
    assert ear.heard[2] == (packet_of(2).timestamp, opus_of(2)[:1])
    assert ear.heard[3] == (packet_of(3).timestamp, opus_of(3))
    assert ear.repair.counts.played_share == 4 / 5


async def test_a_late_packet_takes_the_place_of_its_mark() -> None:
    ear = Ear()
    for number in (0, 1, 4, 2):
        await ear.repair.take(packet_of(number, with_last=number > 0), 0)
    assert ear.heard[2] == (packet_of(2).timestamp, opus_of(2))
    assert ear.order.count(2) == 2


async def test_after_a_long_silence_nothing_is_made_up() -> None:
    ear = Ear()
    for number in (0, 1, 900):
        await ear.repair.take(packet_of(number, with_last=number > 0), 0)
    assert ear.order == [0, 1, 900]


async def test_a_tenth_lost_leaves_at_least_ninety_five_of_a_hundred() -> None:
    ear, random = Ear(), Random(5)
    for number in range(3_000):
        if number == 0 or random.random() >= 0.1:
            await ear.repair.take(packet_of(number, with_last=number > 0), 0)
    assert ear.repair.counts.played_share > 0.98


@given(st.binary(max_size=64))
def test_whatever_comes_is_blocks_or_refused(payload: bytes) -> None:
    try:
        blocks = read_blocks(payload)
    except Malformed:
        return
    assert sum(len(block.content) for block in blocks) <= len(payload)


@given(st.integers(0, 127), st.binary(max_size=1023), st.integers(1, 0x3FFF), st.binary(min_size=1, max_size=1023))
def test_what_a_kiosk_packs_is_read_again(number: int, before: bytes, samples: int, now: bytes) -> None:
    blocks = read_blocks(write_blocks(number, before, samples, now))
    assert blocks == ([Block(samples, before)] if before else []) + [Block(0, now)]


@pytest.mark.parametrize("payload", [b"\x80", b"\xef\x00\x00\x05\x6f\x01"])
def test_what_is_cut_off_is_no_redundant_packet(payload: bytes) -> None:
    with pytest.raises(Malformed):
        read_blocks(payload)
