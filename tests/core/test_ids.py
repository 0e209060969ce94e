"""Ids: version 7, in the order in which they were made, from any thread and whatever the clock does."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from server.core import ids
from server.core.ids import new_id


def test_each_sorts_after_the_one_before() -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(set(made))
    assert {(each.version, each.variant) for each in made} == {(7, "specified in RFC 4122")}


def test_it_holds_the_millisecond_of_its_making() -> None:
    before = time.time_ns() // 1_000_000
    milliseconds = new_id().int >> 80
    assert before <= milliseconds <= time.time_ns() // 1_000_000 + 1
    assert datetime.fromtimestamp(milliseconds / 1000, UTC).year >= 2026


def test_a_clock_that_is_set_back_changes_no_order(monkeypatch: pytest.MonkeyPatch) -> None:
    first = new_id()
    monkeypatch.setattr(ids.time, "time_ns", lambda: 0)
    assert first < new_id() < new_id()


def test_threads_share_none() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = [each.result() for each in [threads.submit(new_id) for _ in range(20_000)]]
    assert len(set(made)) == len(made)
