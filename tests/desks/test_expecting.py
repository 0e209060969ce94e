"""What a patient is told first about their case: each state has words, and a passed time is told as late."""

from datetime import UTC, datetime, timedelta

import pytest

from server.cases.lifecycle import Status
from server.desks.expecting import ABOUT_TO_BE_READ, PHOTOS_COMING, PREPARING, is_late, standing_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", list(Status))
def test_every_state_without_an_answer_has_words(status: Status) -> None:
    told = standing_of(status, photos_absent=0, has_answer=False)
    assert told is not None
    assert all((told.title, told.next, told.to_do))


@pytest.mark.parametrize("status", ["answered", "closed"])
def test_an_answer_that_is_here_speaks_for_itself(status: str) -> None:
    assert standing_of(status, photos_absent=0, has_answer=True) is None


@pytest.mark.parametrize("status", ["waiting", "in-review", "needs-more"])
def test_asked_again_is_told_beside_the_earlier_answer(status: str) -> None:
    assert standing_of(status, photos_absent=0, has_answer=True) is not None


def test_absent_photos_are_told_until_a_specialist_has_the_case() -> None:
    assert standing_of("submitted", photos_absent=1, has_answer=False) is PHOTOS_COMING
    assert standing_of("submitted", photos_absent=0, has_answer=False) is PREPARING
    assert standing_of("waiting", photos_absent=1, has_answer=False) is not PHOTOS_COMING


def test_an_answer_within_its_minute_of_undo_is_announced() -> None:
    assert standing_of("answered", photos_absent=0, has_answer=False) is ABOUT_TO_BE_READ


@pytest.mark.parametrize("minutes, late", [(-1, True), (0, False), (1, False)])
def test_a_time_that_has_passed_is_late(minutes: int, late: bool) -> None:
    assert is_late(NOW + timedelta(minutes=minutes), NOW) is late


def test_no_time_is_never_late() -> None:
    assert not is_late(None, NOW)
