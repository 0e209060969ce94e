"""Patients sign in with a code or a link that is sent to them."""

import re

import pytest
from litestar import Litestar

from server.core.access import Role
from server.core.outbox.tables import OutboxJob
from server.core.platform import now
from server.identity.schemas import OrganisationCard
from server.identity.tables import Membership, Person, PersonState, Session, Ticket
from tests.identity.browser import Browser, open_browser
from tests.identity.post import last_code, last_link, letters, templates
from tests.support.people import make_organisation, make_person
from tests.support.platforms import FakeClock

DATABASES = ("sqlite", "postgresql")

EMAIL, PHONE = "ana@example.org", "+34600000042"


@pytest.fixture(autouse=True)
async def ana(place: OrganisationCard) -> None:
    await make_person(
        place.organisation_id, Role.PATIENT, name="Ana Ruiz", email=EMAIL, phone=PHONE, has_second_factor=False
    )


async def ask(browser: Browser, contact: str = EMAIL) -> Browser:
    await browser.send("/sign-in/code", contact=contact)
    return await browser.follow() if browser.status == 303 else browser


def without_secrets(text: str) -> str:
    """The page without what differs each time: tokens, keys, the number."""
    page = text.split("<main")[1].split("</main", maxsplit=1)[0]
    return re.sub(r'value="[^"]*"|class="number">\d+<', "", page)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def is_signed_in(browser: Browser) -> bool:
    return (await browser.open("/account")).status == 200


@pytest.mark.parametrize("contact,stored", [(" Ana@Example.org", EMAIL), ("0034 600 000 042", PHONE)])
async def test_the_code_that_was_sent_signs_in(browser: Browser, contact: str, stored: str) -> None:
    await ask(browser, contact)
    code = await last_code(stored)
    await browser.send_again("/sign-in/code/enter", code=f"{code[:3]} {code[3:]}")
    assert (browser.status, browser.location) == (303, "/")
    assert await is_signed_in(browser)


async def test_a_code_goes_over_the_channel_that_was_asked_for(browser: Browser) -> None:
    await ask(browser, PHONE)
    assert [way.address for way in (await letters(PHONE))[-1].ways] == [PHONE]
    assert await letters(EMAIL) == []


async def test_a_code_works_once(app: Litestar, browser: Browser) -> None:
    await ask(browser)
    code = await last_code(EMAIL)
    await browser.send_again("/sign-in/code/enter", code=code)
    cookies = dict(browser.client.cookies)
    async with open_browser(app) as other:
        other.client.cookies.set("careferry-asked", cookies["careferry-asked"])
        await other.send("/sign-in/code/enter", code=code)
        assert other.status == 401
        assert not await is_signed_in(other)


async def test_a_code_works_only_where_it_was_asked_for(app: Litestar, browser: Browser) -> None:
    await ask(browser)
    code = await last_code(EMAIL)
    async with open_browser(app) as other:
        await ask(other, "nobody@example.org")
        await other.send_again("/sign-in/code/enter", code=code)
        assert other.status == 401


async def test_a_code_can_be_tried_five_times(browser: Browser) -> None:
    await ask(browser)
    code = await last_code(EMAIL)
    for _ in range(5):
        assert (await browser.send_again("/sign-in/code/enter", code=wrong(code))).status == 401
    assert (await browser.send_again("/sign-in/code/enter", code=code)).status == 401
    assert not await is_signed_in(browser)


async def test_a_code_works_for_ten_minutes(browser: Browser, clock: FakeClock) -> None:
    await ask(browser)
    code = await last_code(EMAIL)
    clock.advance(minutes=10)
    assert (await browser.send_again("/sign-in/code/enter", code=code)).status == 401


async def test_codes_are_kept_as_keyed_digests(browser: Browser) -> None:
    await ask(browser)
    code = await last_code(EMAIL)
    [ticket] = await Ticket.objects()
    assert ticket.code_mac is not None
    assert code.encode() not in ticket.code_mac + ticket.asker_hash
    assert len(ticket.code_mac) == 16


async def test_a_known_and_an_unknown_contact_look_the_same(app: Litestar) -> None:
    pages = set[tuple[int, str]]()
    for contact in (EMAIL, "nobody@example.org"):
        async with open_browser(app) as browser:
            await ask(browser, contact)
            pages.add((browser.status, without_secrets(browser.text)))
    assert len(pages) == 1


async def test_asking_does_the_same_work_for_every_contact(app: Litestar) -> None:
    """What differs, making and sending the code, is left to a job: no answer takes longer for a known contact."""
    for contact in (EMAIL, "nobody@example.org"):
        async with open_browser(app) as browser:
            await ask(browser, contact)
    assert len(await Ticket.select(Ticket.id)) == 2
    assert len(await OutboxJob.select(OutboxJob.id).where(OutboxJob.name == "identity.send_ticket")) == 2
    assert await templates() == ["sign-in-link"]


@pytest.mark.parametrize("contact", ["ana", "600000042", "ana@", ""])
async def test_what_is_no_contact_is_told(browser: Browser, contact: str) -> None:
    assert (await ask(browser, contact)).status == 422


async def test_staff_get_no_code(browser: Browser, place: OrganisationCard) -> None:
    """A contact alone is one factor: too few for those who see other people's records."""
    await make_person(place.organisation_id, Role.SPECIALIST, email="vega@example.org")
    await ask(browser, "vega@example.org")
    assert await templates() == []


async def test_a_code_acts_as_a_patient_only(
    browser: Browser, place: OrganisationCard, app: Litestar, clock: FakeClock
) -> None:
    """Whoever is a patient here and works elsewhere signs in with a code as the patient they are."""
    elsewhere = await make_organisation("Hospital Sur")
    person = (await Person.objects().order_by(Person.recorded_at))[-1]
    await Membership(
        recorded_at=now(),
        organisation_id=elsewhere.organisation_id,
        person_id=person.id,
        role=Role.SPECIALIST,
        starts_at=now(),
    ).save()
    await ask(browser)
    await browser.send_again("/sign-in/code/enter", code=await last_code(EMAIL))
    me = (await browser.client.get("/api/me", headers={"accept": "application/json"})).json()
    assert (me["organisation"]["name"], me["roles"]) == (place.name, ["patient"])


@pytest.mark.parametrize("state", [PersonState.DISABLED, PersonState.INVITED])
async def test_who_may_not_sign_in_gets_no_code(browser: Browser, state: PersonState) -> None:
    await Person.update({Person.state: state}).where(Person.email_token.is_not_null())
    await ask(browser)
    assert await templates() == []


async def test_a_contact_gets_three_codes_at_once_and_ten_a_day(app: Litestar, clock: FakeClock) -> None:
    async def asked() -> int:
        async with open_browser(app) as browser:
            return (await ask(browser)).status

    assert [await asked() for _ in range(4)] == [200, 200, 200, 429]
    sent = 3
    for _ in range(60):
        clock.advance(minutes=10)
        sent += await asked() == 200
    assert 10 <= sent <= 15


async def test_a_link_shows_before_it_signs_in(app: Litestar, browser: Browser) -> None:
    """Mail scanners open links, several times, and press nothing."""
    await ask(browser)
    link = await last_link(EMAIL)
    async with open_browser(app) as scanner:
        for _ in range(10):
            assert (await scanner.open(link)).status == 200
        assert not await is_signed_in(scanner)
    await browser.open(link)
    assert "number" not in browser.text.split("<main")[1].split("</main")[0]
    await browser.send_again(link)
    assert (browser.status, browser.location) == (303, "/")
    assert await is_signed_in(browser)


async def test_a_forwarded_link_needs_the_number_that_is_shown_where_it_was_asked_for(
    app: Litestar, browser: Browser
) -> None:
    await ask(browser)
    number = browser.text.split('class="number">')[1].split("<")[0]
    link = await last_link(EMAIL)
    async with open_browser(app) as other:
        await other.open(link)
        assert (await other.send_again(link)).status == 401
        assert (await other.send_again(link, number=str((int(number) - 99) % 900 + 100))).status == 401
        assert not await is_signed_in(other)
        await other.open(link)
        assert (await other.send_again(link, number=number)).status == 303
        assert await is_signed_in(other)


async def test_the_number_cannot_be_guessed_through(app: Litestar, browser: Browser) -> None:
    await ask(browser)
    number = browser.text.split('class="number">')[1].split("<")[0]
    link = await last_link(EMAIL)
    async with open_browser(app) as other:
        await other.open(link)
        for _ in range(5):
            await other.send_again(link, number="100" if number != "100" else "101")
        await other.send_again(link, number=number)
        assert not await is_signed_in(other)


async def test_a_link_works_once(app: Litestar, browser: Browser) -> None:
    await ask(browser)
    link = await last_link(EMAIL)
    await browser.open(link)
    await browser.send_again(link)
    assert (await browser.open(link)).status == 410
    await browser.send_again(link)
    assert browser.status in {303, 410}
    assert len(await Session.select(Session.id).where(Session.address_prefix == "203.0.113.0/24")) == 1


async def test_a_link_and_its_code_are_one_ticket(browser: Browser) -> None:
    await ask(browser)
    code, link = await last_code(EMAIL), await last_link(EMAIL)
    await browser.send_again("/sign-in/code/enter", code=code)
    assert (await browser.open(link)).status == 410


async def test_a_link_works_for_ten_minutes(browser: Browser, clock: FakeClock) -> None:
    await ask(browser)
    link = await last_link(EMAIL)
    clock.advance(minutes=10)
    assert (await browser.open(link)).status == 410


async def test_the_phone_app_signs_in_over_json(app: Litestar) -> None:
    async with open_browser(app) as browser:
        client = browser.client
        client.headers["accept"] = "application/json"
        asked = await client.post("/api/sign-in/code", json={"contact": EMAIL})
        assert asked.status_code == 202
        client.cookies.delete("careferry-asked")
        body = {"asked": asked.json()["asked"], "code": await last_code(EMAIL)}
        refused = await client.post("/api/sign-in/redeem", json=body | {"code": wrong(body["code"])})
        assert (refused.status_code, refused.json()["code"]) == (401, "code-refused")
        assert (await client.post("/api/sign-in/redeem", json=body)).status_code == 204
        me = (await client.get("/api/me")).json()
        assert (me["name"], me["roles"]) == ("Ana Ruiz", ["patient"])
        assert (await client.post("/api/sign-out")).status_code == 403, "a cookie without its token is refused"
        headers = {"X-CSRF-Token": me["csrfToken"]}
        assert (await client.post("/api/sign-out", headers=headers)).status_code == 204
        assert (await client.get("/api/me")).status_code == 401


async def test_the_answer_over_json_does_not_tell_who_is_known(app: Litestar) -> None:
    async with open_browser(app) as browser:
        known = await browser.client.post("/api/sign-in/code", json={"contact": EMAIL})
        unknown = await browser.client.post("/api/sign-in/code", json={"contact": "nobody@example.org"})
    assert known.status_code == unknown.status_code == 202
    assert known.json().keys() == unknown.json().keys()
    assert known.json()["expiresAt"] == unknown.json()["expiresAt"]
