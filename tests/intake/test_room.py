"""Memory is bounded: more bodies get smaller pieces, and too many are turned away politely."""

from contextlib import ExitStack
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.contract.upload import PIECE_BYTES
from server.intake.faults import ReceivingFull
from server.intake.receiving.gathering import SMALL_PIECE_BYTES, Gathering
from server.intake.receiving.room import PIECES_EACH, ROOM_BYTES, Room


def test_one_body_gets_whole_pieces() -> None:
    room = Room()
    with room.place():
        assert room.piece_bytes() == PIECE_BYTES


@given(st.integers(min_value=1, max_value=ROOM_BYTES // (PIECES_EACH * SMALL_PIECE_BYTES)))
def test_all_pieces_together_fit_into_the_room(bodies: int) -> None:
    room = Room()
    with ExitStack() as stack:
        for _ in range(bodies):
            stack.enter_context(room.place())
        assert SMALL_PIECE_BYTES <= room.piece_bytes() <= PIECE_BYTES
        assert bodies * PIECES_EACH * room.piece_bytes() <= ROOM_BYTES


def test_who_finds_no_place_is_told_when_to_come_again() -> None:
    room = Room(room_bytes=2 * PIECES_EACH * SMALL_PIECE_BYTES)
    with room.place(), room.place():
        with pytest.raises(ReceivingFull) as full, room.place():
            pass
        assert int(full.value.headers["Retry-After"]) > 0
    with room.place():
        pass


@given(st.lists(st.integers(min_value=1, max_value=2 * SMALL_PIECE_BYTES), min_size=1, max_size=12))
def test_pieces_follow_each_other_and_only_the_last_is_small(sizes: list[int]) -> None:
    gathering = Gathering(0)
    stored: list[tuple[int, int]] = []
    for size in sizes:
        gathering.add(bytes(size))
        cut = gathering.cut()
        assert len(cut.fresh) == size
        if cut.settled:
            assert stored.pop() == (cut.start, cut.start + cut.settled)
        stored.append((cut.start, cut.end))
    assert stored[0][0] == 0
    assert stored[-1][1] == sum(sizes)
    assert all(end == start for (_, end), (start, _) in pairwise(stored))
    assert all(end - start >= SMALL_PIECE_BYTES for start, end in stored[:-1])
