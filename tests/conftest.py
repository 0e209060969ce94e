"""What holds for every test: this machine's own addresses only, and named reasons for what is left out."""

import gc

import pytest
from _pytest.terminal import TerminalReporter
from hypothesis import HealthCheck, settings

from tests.support.left_out import describe_left_out
from tests.support.loopback import confine_to_loopback
from tests.support.requirements import require_server

pytest_plugins = [
    "tests.support.fixtures",
    "tests.support.served_fixtures",
    "tests.support.seaweedfs",
    "tests.support.orthanc",
]


def pytest_configure() -> None:
    confine_to_loopback()
    # Speed lives in tests/bench: a busy machine must not fail a law.
    settings.register_profile("careferry", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("careferry")


def pytest_collection_finish() -> None:
    """What is imported stays: to walk it again and again for garbage took a third of the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before any fixture, so that none tries to reach a server that is not there."""
    for marker in item.iter_markers("requires"):
        for name in marker.args:
            require_server(name)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    lines = describe_left_out(terminalreporter.getreports("skipped"))
    if lines:
        terminalreporter.section("suites left out")
        for line in lines:
            terminalreporter.write_line(line)
