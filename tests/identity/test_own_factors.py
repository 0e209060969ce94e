"""Changing how one signs in: with fresh proof only, told by letter, other sessions ended."""

import base64
import re

import pytest
from litestar import Litestar

from server.core.access import Role
from server.core.platform import now
from server.identity import totp
from server.identity.schemas import OrganisationCard
from server.identity.tables import Passkey, Password
from tests.identity.browser import Browser, open_browser
from tests.identity.enrolled import PASSWORD, Enrolled, enrol
from tests.identity.post import last_link, templates
from tests.support.people import begin, hold_session, make_person
from tests.support.platforms import FakeClock

NEW_PASSWORD = "nine copper kettles by the river"
CODE = re.compile(r"<code>([0-9A-Z-]{19})</code>")


@pytest.fixture
async def vega(place: OrganisationCard, browser: Browser) -> Enrolled:
    person = await enrol(place.organisation_id, Role.SPECIALIST)
    hold_session(browser.client, await begin(person.person_id))
    return person


async def set_password(browser: Browser, password: str = NEW_PASSWORD) -> bytes:
    await browser.open("/account/password")
    typed = browser.text.split("<code>")[1].split("</code>")[0].replace(" ", "")
    secret = base64.b32decode(typed + "=" * (-len(typed) % 8))
    await browser.send_again("/account/password", password=password, code=totp.code_at(secret, totp.step_at(now())))
    return secret


async def make_codes(browser: Browser) -> list[str]:
    await browser.send("/account/recovery-codes")
    return CODE.findall(browser.text)


async def recover(browser: Browser, code: str, email: str = "vega@example.org") -> Browser:
    """Ask for the link, then use it with a code."""
    await browser.send("/recover", email=email)
    link = await last_link(email)
    await browser.open(link)
    return await browser.send_again(link, code=code)


async def test_a_new_password_takes_the_place_of_the_old(app: Litestar, browser: Browser, vega: Enrolled) -> None:
    other_session = await begin(vega.person_id)
    secret = await set_password(browser)
    assert browser.location == "/account"
    assert (await browser.open("/queue")).text == "the queue"
    async with open_browser(app) as other:
        hold_session(other.client, other_session)
        assert (await other.open("/queue")).location.startswith("/sign-in")
        other.client.cookies.clear()
        assert (await other.send("/sign-in", email=vega.email, password=PASSWORD)).status == 401
        assert (await other.send("/sign-in", email=vega.email, password=NEW_PASSWORD)).status == 303
    assert secret != vega.secret
    assert await templates() == ["account-changed"]


async def test_changing_needs_fresh_proof(browser: Browser, vega: Enrolled, clock: FakeClock) -> None:
    clock.advance(seconds=301)
    assert (await browser.open("/account/password")).location == "/step-up?back=%2Faccount%2Fpassword"
    await browser.send("/account/password", of="/account", password=NEW_PASSWORD, code="123456")
    assert browser.location == "/step-up?back=%2Faccount"
    await browser.send("/account/recovery-codes")
    assert browser.location.startswith("/step-up")
    assert (await browser.open("/account/passkey")).location.startswith("/step-up")


async def test_a_patient_signs_in_again_first(browser: Browser, place: OrganisationCard, clock: FakeClock) -> None:
    """Someone with a borrowed, open phone must not add a lasting way in."""
    patient = await make_person(place.organisation_id, Role.PATIENT, has_second_factor=False)
    hold_session(browser.client, await begin(patient.actor_id, has_second_factor=False))
    assert (await browser.open("/account/passkey")).status == 200
    clock.advance(minutes=16)
    assert (await browser.open("/account/passkey")).location == "/sign-in/code?back=%2Faccount%2Fpasskey"


async def test_the_last_way_in_stays(browser: Browser, vega: Enrolled) -> None:
    keys = [
        Passkey(recorded_at=now(), person_id=vega.person_id, credential_id=bytes([n] * 16), label=f"key {n}")
        for n in (1, 2)
    ]
    await Passkey.insert(*keys)
    await Password.delete().where(Password.person_id == vega.person_id)
    await browser.send(f"/account/passkeys/{keys[0].id}/remove", of="/account")
    assert len(await Passkey.objects()) == 1
    await browser.send(f"/account/passkeys/{keys[1].id}/remove", of="/account")
    assert len(await Passkey.objects()) == 1
    assert "only way" in (await browser.follow()).text


async def test_another_persons_passkey_is_not_there(browser: Browser, vega: Enrolled, place: OrganisationCard) -> None:
    other = await make_person(place.organisation_id, Role.SPECIALIST)
    key = Passkey(recorded_at=now(), person_id=other.actor_id, credential_id=b"k" * 16, label="theirs")
    await key.save()
    assert (await browser.send(f"/account/passkeys/{key.id}/remove", of="/account")).status == 404
    assert await Passkey.exists()


async def test_recovery_codes_are_shown_once(browser: Browser, vega: Enrolled) -> None:
    codes = await make_codes(browser)
    assert len(codes) == 10
    await browser.open("/account/recovery-codes")
    assert CODE.findall(browser.text) == []
    assert "10" in browser.text


async def test_a_recovery_code_after_the_password_sets_up_anew(app: Litestar, browser: Browser, vega: Enrolled) -> None:
    codes = await make_codes(browser)
    async with open_browser(app) as other:
        await other.send("/sign-in", email=vega.email, password=PASSWORD)
        await other.send("/sign-in/recovery-code", code=codes[0].lower().replace("-", " "))
        assert other.location == "/enrol"
        assert (await other.open("/queue")).location == "/enrol"
        await other.open("/enrol/password")
        typed = other.text.split("<code>")[1].split("</code>")[0].replace(" ", "")
        secret = base64.b32decode(typed + "=" * (-len(typed) % 8))
        await other.send_again("/enrol/password", password=NEW_PASSWORD, code=totp.code_at(secret, totp.step_at(now())))
        assert (await other.open("/queue")).text == "the queue"
    assert (await browser.open("/queue")).location.startswith("/sign-in"), "sessions from before have ended"


async def test_a_recovery_code_works_once(app: Litestar, browser: Browser, vega: Enrolled) -> None:
    codes = await make_codes(browser)
    for expected in (303, 401):
        async with open_browser(app) as other:
            await other.send("/sign-in", email=vega.email, password=PASSWORD)
            assert (await other.send("/sign-in/recovery-code", code=codes[0])).status == expected


async def test_new_codes_make_the_old_worth_nothing(app: Litestar, browser: Browser, vega: Enrolled) -> None:
    old = await make_codes(browser)
    await make_codes(browser)
    async with open_browser(app) as other:
        await other.send("/sign-in", email=vega.email, password=PASSWORD)
        assert (await other.send("/sign-in/recovery-code", code=old[0])).status == 401


async def test_recovery_codes_are_tried_five_times(app: Litestar, browser: Browser, vega: Enrolled) -> None:
    codes = await make_codes(browser)
    async with open_browser(app) as other:
        await other.send("/sign-in", email=vega.email, password=PASSWORD)
        for _ in range(5):
            assert (await other.send("/sign-in/recovery-code", code="AAAA-AAAA-AAAA-AAAA")).status == 401
        assert (await other.send("/sign-in/recovery-code", code=codes[0])).status == 429


async def test_a_mailed_link_and_a_code_recover(app: Litestar, browser: Browser, vega: Enrolled) -> None:
    codes = await make_codes(browser)
    async with open_browser(app) as other:
        assert (await recover(other, "AAAA-AAAA-AAAA-AAAA")).status == 401
        assert (await other.send_again(await last_link(vega.email), code=codes[3])).location == "/enrol"
        assert (await other.open(await last_link(vega.email))).status == 410


async def test_a_mailed_link_alone_recovers_nothing(app: Litestar, vega: Enrolled) -> None:
    async with open_browser(app) as other:
        assert (await recover(other, "")).status == 422
        assert (await other.open("/enrol")).location.startswith("/sign-in")


async def test_recovery_does_not_tell_who_is_known(app: Litestar, vega: Enrolled) -> None:
    answers = set[tuple[int, str]]()
    for email in (vega.email, "nobody@example.org"):
        async with open_browser(app) as other:
            await other.send("/recover", email=email)
            answers.add((other.status, other.location))
    assert answers == {(303, "/recover/sent")}
    assert await templates() == ["recovery"]


async def test_a_recovery_link_does_not_sign_in(app: Litestar, vega: Enrolled) -> None:
    async with open_browser(app) as other:
        await other.send("/recover", email=vega.email)
        token = (await last_link(vega.email)).rpartition("/")[2]
        await other.open(f"/sign-in/link/{token}")
        await other.send_again(f"/sign-in/link/{token}")
        assert (await other.open("/account")).location.startswith("/sign-in")
