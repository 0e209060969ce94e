"""The demo's one-press sign-in exists in the demo and nowhere else."""

import msgspec
import pytest

from server.core.access import Role
from server.core.faults import NotFound
from server.core.platform import Platform, bind_platform
from server.identity import service
from server.identity.clients import Client
from server.identity.handlers import handlers
from tests.identity.application import SIGN, create_identity_app
from tests.identity.browser import open_browser
from tests.support.applications import application
from tests.support.people import make_organisation, make_person
from tests.support.platforms import FakeClock


def in_mode(platform: Platform, mode: str) -> Platform:
    settings = msgspec.structs.replace(platform.settings, mode=mode)
    bound = msgspec.structs.replace(platform, settings=settings)
    bind_platform(bound)
    return bound


@pytest.fixture
def demo(sqlite_platform: Platform) -> Platform:
    return in_mode(sqlite_platform, "demo")


async def test_one_press_signs_in(demo: Platform) -> None:
    place = await make_organisation("Waterloo Clinic", is_demo=True)
    await make_person(place.organisation_id, Role.SPECIALIST, name="Dr. Elena Ruiz")
    async with open_browser(application(demo, create_identity_app)) as browser:
        await browser.open("/demo/sign-in")
        assert "Dr. Elena Ruiz" in browser.text
        assert "demonstration" in browser.text.lower()
        person = browser.text.split('name="person" value="')[1].split('"')[0]
        await browser.send_again("/demo/sign-in", person=person)
        assert (await browser.open("/queue")).text == "the queue"


async def test_proving_again_is_one_press(demo: Platform) -> None:
    place = await make_organisation(is_demo=True)
    elena = await make_person(place.organisation_id, Role.SPECIALIST)
    clock = demo.clock
    assert isinstance(clock, FakeClock)
    async with open_browser(application(demo, create_identity_app)) as browser:
        await browser.send("/demo/sign-in", of="/demo/sign-in", person=str(elena.actor_id))
        clock.advance(minutes=10)
        assert (await browser.send(SIGN, of="/account")).location.startswith("/step-up")
        await browser.follow()
        await browser.send_again("/demo/step-up", back="/account")
        assert browser.location == "/account"
        assert (await browser.send(SIGN, of="/account")).location == "/signed"


async def test_people_of_real_organisations_are_not_the_demos(demo: Platform) -> None:
    place = await make_organisation(is_demo=False)
    person = await make_person(place.organisation_id, Role.SPECIALIST, name="Alex Vega")
    async with open_browser(application(demo, create_identity_app)) as browser:
        assert "Alex Vega" not in (await browser.open("/demo/sign-in")).text
        await browser.send_again("/demo/sign-in", person=str(person.actor_id))
    with pytest.raises(NotFound):
        await service.demo_sign_in(person.actor_id, Client())


@pytest.mark.parametrize("mode", ["production", "test"])
async def test_elsewhere_there_is_no_such_page(sqlite_platform: Platform, mode: str) -> None:
    platform = in_mode(sqlite_platform, mode)
    place = await make_organisation(is_demo=True)
    person = await make_person(place.organisation_id, Role.SPECIALIST)
    paths = {path for handler in handlers(platform.settings) for path in handler.paths}
    assert not any("demo" in path for path in paths)
    with pytest.raises(NotFound):
        await service.demo_sign_in(person.actor_id, Client())
    with pytest.raises(NotFound):
        await service.demo_step_up(person)
    with pytest.raises(NotFound):
        await service.demo_people()
