"""The ladder: rungs in order, down quickly, up slowly, and the same in both languages by shared vectors."""

import json
from importlib.resources import files
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.contract.call_ladder import LinkMeasure, Standing, begin, ladder, step

FILE = files("server.contract").joinpath("vectors/call_ladder.json")
VECTORS: list[dict[str, Any]] = json.loads(FILE.read_text())["vectors"]
NAMES = [rung.name for rung in ladder().rungs]
looks = st.builds(
    LinkMeasure,
    at_s=st.just(0.0),
    loss=st.floats(0, 1),
    round_trip_s=st.floats(0, 5),
    bits_per_s=st.none() | st.integers(0, 3_000_000),
    silent_s=st.floats(0, 20),
)


def walk(seen: list[LinkMeasure]) -> list[str]:
    now, rungs = begin(0.0), list[str]()
    for look in seen:
        now = step(now, look)
        rungs.append(NAMES[now.rung])
    return rungs


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["about"])
def test_the_vectors_hold(vector: dict[str, Any]) -> None:
    assert walk(msgspec.convert(vector["seen"], list[LinkMeasure])) == vector["rungs"]


def test_the_vectors_reach_and_leave_every_rung() -> None:
    changes = {change for vector in VECTORS for change in pairwise(vector["rungs"])}
    for name in NAMES:
        assert any(other == name != one for one, other in changes), f"{name} is never reached"
        assert any(one == name != other for one, other in changes), f"{name} is never left"


@given(st.lists(looks, max_size=60))
def test_up_is_one_at_a_time_and_never_at_once(seen: list[LinkMeasure]) -> None:
    now, last_change_s = begin(0.0), 0.0
    for at_s, look in enumerate(seen):
        after = step(now, msgspec.structs.replace(look, at_s=float(at_s)))
        if after.rung < now.rung:
            assert now.rung - after.rung == 1
            assert at_s - last_change_s >= ladder().first_up_after_s
        last_change_s = at_s if after.rung != now.rung else last_change_s
        now = after


def test_a_silent_link_ends_in_messages_from_wherever_it_was() -> None:
    silent = LinkMeasure(at_s=9.0, loss=0.0, round_trip_s=0.1, bits_per_s=None, silent_s=ladder().silent_after_s)
    for rung in range(len(NAMES)):
        assert NAMES[step(Standing(rung=rung, since_s=0.0, patience_s=6.0), silent).rung] == "messages"


def test_each_rung_needs_less_than_the_one_above_and_more_to_come_back_than_to_stay() -> None:
    rungs = ladder().rungs
    for above, below in pairwise(rungs):
        assert above.least_bits_per_s >= below.least_bits_per_s
        assert above.most_loss <= below.most_loss
    for rung in rungs[:-2]:
        assert rung.enter_bits_per_s > rung.least_bits_per_s
        assert rung.enter_loss < rung.most_loss
        assert rung.video is None or rung.least_bits_per_s >= 250_000 + rung.voice_bits_per_s
