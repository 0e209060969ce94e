"""The end of a run names what was left out and why."""

import pytest

from tests.support.left_out import describe_left_out


def _skipped(nodeid: str, reason: str) -> pytest.TestReport:
    return pytest.TestReport(
        nodeid, (nodeid, 0, ""), {}, "skipped", (nodeid, 1, f"Skipped: {reason}"), "setup", duration=0
    )


def test_one_line_for_each_thing_that_was_missing() -> None:
    reports = [
        _skipped("tests/journeys/test_kills.py::test_a", "left out, needs redis: nothing answers"),
        _skipped("tests/core/test_relay.py::test_b[redis]", "left out, needs redis: nothing answers"),
        _skipped("tests/browser/test_journey.py::test_c", "left out, needs chromium: none on PATH"),
    ]
    assert describe_left_out(reports) == [
        "chromium: none on PATH (1 test in tests/browser)",
        "redis: nothing answers (2 tests in tests/core, tests/journeys)",
    ]


def test_skip_for_another_reason_is_not_listed() -> None:
    assert describe_left_out([_skipped("tests/core/test_disk.py::test_d", "only on Linux")]) == []
