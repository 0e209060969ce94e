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
        _, _, reason = report.longrepr if isinstance(report.longrepr, tuple) else ("", 0, "")
        _, found, missing = reason.partition(LEFT_OUT)
        if found:
            suites[missing].append(str(PurePosixPath(report.nodeid.partition("::")[0]).parent))
    return [
        f"{missing} ({len(folders)} tests in {', '.join(sorted(set(folders)))})"
        for missing, folders in sorted(suites.items())
    ]
