"""A clinic with an administrator, the application, and a kiosk of it that is registered."""

import pytest
from litestar import Litestar

from server.core.access import Actor, Role
from server.core.platform import Platform
from tests.fleet.kiosk import FakeKiosk, KioskKey, enrol
from tests.support.applications import application
from tests.support.people import make_organisation, make_person


@pytest.fixture
async def administrator(platform: Platform) -> Actor:
    place = await make_organisation("Clinic of the North")
    return await make_person(place.organisation_id, Role.ADMINISTRATOR)


@pytest.fixture
def app(platform: Platform) -> Litestar:
    return application(platform)


@pytest.fixture
async def kiosk(app: Litestar, administrator: Actor) -> FakeKiosk:
    """Registered, with no token yet."""
    key = KioskKey()
    return FakeKiosk(app, key, await enrol(administrator, key))
