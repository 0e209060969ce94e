"""A person's whole way on each database: invited, enrolled, signed out and in, proved again, with a passkey added."""

import base64
import json

from litestar import Litestar

from server.core.access import Role
from server.core.platform import now, platform
from server.identity import service, totp
from server.identity.clients import Client
from server.identity.schemas import OrganisationCard
from tests.identity.authenticator import Authenticator
from tests.identity.browser import Browser
from tests.identity.enrolled import PASSWORD
from tests.identity.post import last_link, templates
from tests.support.people import make_person
from tests.support.platforms import FakeClock

DATABASES = ("sqlite", "postgresql")
EMAIL = "noa@example.org"


def code_of(secret: bytes) -> str:
    return totp.code_at(secret, totp.step_at(now()))


async def enrol(browser: Browser, link: str) -> bytes:
    """Accept the invitation and set a password; the code app's secret."""
    await browser.open(link)
    await browser.send_again(link)
    await browser.open("/enrol/password")
    typed = browser.text.split("<code>")[1].split("</code>")[0].replace(" ", "")
    secret = base64.b32decode(typed + "=" * (-len(typed) % 8))
    await browser.send_again("/enrol/password", password=PASSWORD, code=code_of(secret))
    return secret


async def test_from_the_invitation_to_a_passkey(
    app: Litestar, browser: Browser, place: OrganisationCard, clock: FakeClock
) -> None:
    administrator = await make_person(place.organisation_id, Role.ADMINISTRATOR)
    await service.invite(administrator, name="Noa Lind", email=EMAIL, roles=frozenset({Role.SPECIALIST}), language="en")
    secret = await enrol(browser, await last_link(EMAIL))
    assert (await browser.open("/queue")).text == "the queue"

    await browser.send("/sign-out", of="/account")
    clock.advance(minutes=5)
    await browser.send("/sign-in", email=EMAIL, password=PASSWORD)
    await browser.follow()
    await browser.send_again("/sign-in/app-code", code=code_of(secret))
    assert (await browser.open("/queue")).text == "the queue"

    clock.advance(minutes=10)
    assert (await browser.open("/account/passkey")).location.startswith("/step-up")
    await browser.follow()
    await browser.send_again("/step-up", code=code_of(secret), back="/account/passkey")
    assert browser.location == "/account/passkey"

    [noa] = [card for card in await service.staff(administrator) if card.details.email == EMAIL]
    assert noa.roles == (Role.SPECIALIST,)
    assert await templates() == ["invitation", "account-changed"]
    await service.set_roles(administrator, noa.person_id, [])
    assert (await browser.open("/queue")).location.startswith("/sign-in")


async def test_a_passkey_is_made_used_and_counted(place: OrganisationCard) -> None:
    vega = await make_person(place.organisation_id, Role.SPECIALIST)
    client = Client(address="203.0.113.7")
    public_url = platform().settings.web.public_url
    key = Authenticator(public_url)
    await service.add_own_passkey(vega, key.make(json.loads(await service.own_passkey_options(vega))), "key")
    for _ in range(2):
        answer = key.answer(json.loads(await service.sign_in_options("", client)))
        new = await service.sign_in_with_passkey(answer, client)
        session = await service.find_session(new.token)
        assert session is not None
        assert session.person_id == vega.actor_id
    [card] = (await service.own_ways_in(vega)).passkeys
    assert card.used_at == now()
    assert card.label == "key"
