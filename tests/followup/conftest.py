"""A clinic whose patient was photographed twice at one site."""

import pytest

from server.core.platform import Platform
from tests.support.clinics import Clinic, make_clinic


@pytest.fixture
async def clinic(platform: Platform) -> Clinic:
    return await make_clinic()
