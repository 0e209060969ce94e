"""A clinic with its patient and a far-away reader, made anew for each test and each database."""

import pytest

from server.core.platform import Platform
from tests.support.clinics import Clinic, make_clinic
from tests.support.platforms import FakeClock


@pytest.fixture
async def clinic(platform: Platform) -> Clinic:
    return await make_clinic()


@pytest.fixture
def clock(platform: Platform) -> FakeClock:
    assert isinstance(platform.clock, FakeClock)
    return platform.clock
