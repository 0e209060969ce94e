"""Names, at the end of a run, the suites that were left out and what each would have needed."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

import pytest

from tests.support.requirements import LEFT_OUT


def describe_left_out(reports: Iterable[pytest.TestReport]) -> list[str]:
    """One line for each thing that was missing: `redis: nothing answers (12 tests in tests/journeys)`."""
    suites: defaultdict[str, list[str]] = defaultdict(list)
    for report in reports:
        _, found, missing = _reason(report).partition(LEFT_OUT)
        if found:
            suites[missing].append(str(PurePosixPath(report.nodeid.partition("::")[0]).parent))
    return [f"{missing} ({_extent(folders)})" for missing, folders in sorted(suites.items())]


def _reason(report: pytest.TestReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else ""


def _extent(folders: list[str]) -> str:
    tests = "1 test" if len(folders) == 1 else f"{len(folders)} tests"
    return f"{tests} in {', '.join(sorted(set(folders)))}"
