"""A device's clock is judged, never believed and never a reason to refuse."""

from datetime import UTC, datetime, timedelta

import pytest

from server.intake.service import plausible

RECEIVED_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "off, is_plausible",
    [
        (timedelta(), True),
        (timedelta(minutes=9), True),
        (timedelta(hours=2), False),
        (timedelta(days=3650), False),
        (-timedelta(days=60), True),
        (-timedelta(days=3650), False),
    ],
)
def test_a_time_is_plausible_within_what_devices_do(off: timedelta, is_plausible: bool) -> None:
    assert plausible(RECEIVED_AT + off, RECEIVED_AT) is is_plausible
