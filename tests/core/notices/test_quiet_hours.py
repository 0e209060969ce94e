"""Quiet hours are the recipient's own wall clock's, through midnight and through changes of the clocks."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.notices.quiet_hours import first_moment, is_quiet
from server.core.notices.schemas import Recipient

MADRID = Recipient(email="a@example.org", zone="Europe/Madrid", quiet_from_hour=22, quiet_until_hour=7)
ZONES = ("UTC", "Europe/Madrid", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Freetown")


@pytest.mark.parametrize(
    "at, first",
    [
        ("2026-03-02T21:30Z", "2026-03-03T06:00Z"),
        ("2026-03-02T04:00Z", "2026-03-02T06:00Z"),
        ("2026-03-02T20:59Z", "2026-03-02T20:59Z"),
        ("2026-03-02T06:00Z", "2026-03-02T06:00Z"),
        ("2026-03-28T23:00Z", "2026-03-29T05:00Z"),  # the clocks go forward in that night
        ("2026-10-24T22:00Z", "2026-10-25T06:00Z"),  # and back in this one
    ],
)
def test_in_madrid(at: str, first: str) -> None:
    assert first_moment(MADRID, datetime.fromisoformat(at)) == datetime.fromisoformat(first)


def test_equal_hours_are_none() -> None:
    at = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
    assert first_moment(Recipient(quiet_from_hour=5, quiet_until_hour=5), at) == at


def test_an_unknown_zone_delays_by_utc_and_loses_nothing() -> None:
    recipient = Recipient(zone="Mars/Olympus", quiet_from_hour=22, quiet_until_hour=7)
    at = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
    assert first_moment(recipient, at) == at.replace(hour=7)


@given(
    at=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(ZONES),
    first=st.integers(0, 23),
    last=st.integers(0, 23),
)
def test_the_moment_is_never_quiet_never_earlier_and_within_a_day(
    at: datetime, zone: str, first: int, last: int
) -> None:
    recipient = Recipient(zone=zone, quiet_from_hour=first, quiet_until_hour=last)
    moment = first_moment(recipient, at)
    assert not is_quiet(recipient, moment.astimezone(ZoneInfo(zone)).hour)
    assert 0 <= (moment - at).total_seconds() <= 25 * 3600
