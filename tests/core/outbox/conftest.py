"""The clock of whichever platform the test asked for."""

from typing import cast

import pytest

from tests.support.platforms import FakeClock


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> FakeClock:
    name = "platform" if "platform" in request.fixturenames else "sqlite_platform"
    return cast("FakeClock", request.getfixturevalue(name).clock)
