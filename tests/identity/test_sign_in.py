"""Signing in with a password and a code app, over the pages."""

import pytest
from litestar import Litestar

from server.core.access import Role
from server.core.audit.tables import AuditEvent
from server.core.platform import now
from server.identity import service
from server.identity.schemas import OrganisationCard
from server.identity.tables import Membership, Password, Person, PersonState
from tests.identity.browser import Browser, open_browser
from tests.identity.enrolled import PASSWORD, Enrolled, enrol
from tests.support.platforms import FakeClock


@pytest.fixture
async def vega(place: OrganisationCard) -> Enrolled:
    return await enrol(place.organisation_id)


async def give_password(browser: Browser, email: str, password: str = PASSWORD) -> Browser:
    return await browser.send("/sign-in", email=email, password=password, back="/queue")


async def sign_in(browser: Browser, person: Enrolled) -> Browser:
    await (await give_password(browser, person.email)).follow()
    return await browser.send_again("/sign-in/app-code", code=person.code(), back="/queue")


async def test_a_password_and_a_code_sign_in(browser: Browser, vega: Enrolled) -> None:
    await give_password(browser, "Vega@Example.org ")
    assert (browser.status, browser.location) == (303, "/sign-in/app-code?back=%2Fqueue")
    await browser.follow()
    await browser.send_again("/sign-in/app-code", code=vega.code(), back="/queue")
    assert (browser.status, browser.location) == (303, "/queue")
    await browser.follow()
    assert browser.text == "the queue"


async def test_a_password_alone_opens_nothing(browser: Browser, vega: Enrolled) -> None:
    await give_password(browser, vega.email)
    await browser.open("/queue")
    assert browser.location.startswith("/sign-in")


async def test_the_code_page_leads_back_without_a_password(browser: Browser) -> None:
    await browser.open("/sign-in/app-code")
    assert browser.location == "/sign-in"
    await browser.send("/sign-in/app-code", of="/sign-in", code="123456")
    assert browser.location.startswith("/sign-in")


async def test_a_code_signs_in_once(app: Litestar, browser: Browser, vega: Enrolled) -> None:
    code = vega.code()
    await sign_in(browser, vega)
    async with open_browser(app) as other:
        await (await give_password(other, vega.email)).follow()
        await other.send_again("/sign-in/app-code", code=code)
        assert other.status == 401
        assert "not valid" in other.text


async def test_codes_before_a_taken_one_are_worth_nothing(
    app: Litestar, browser: Browser, vega: Enrolled, clock: FakeClock
) -> None:
    earlier = vega.code()
    clock.advance(seconds=30)
    await sign_in(browser, vega)
    async with open_browser(app) as other:
        await (await give_password(other, vega.email)).follow()
        assert (await other.send_again("/sign-in/app-code", code=earlier)).status == 401


async def test_the_step_between_lasts_ten_minutes(browser: Browser, vega: Enrolled, clock: FakeClock) -> None:
    await (await give_password(browser, vega.email)).follow()
    clock.advance(minutes=11)
    await browser.send_again("/sign-in/app-code", code=vega.code())
    assert browser.location.startswith("/sign-in")


async def disabled(person: Enrolled) -> None:
    await Person.update({Person.state: PersonState.DISABLED}).where(Person.id == person.person_id)


async def test_every_way_of_being_wrong_looks_the_same(app: Litestar, place: OrganisationCard, vega: Enrolled) -> None:
    shut_out = await enrol(place.organisation_id, email="gone@example.org")
    await disabled(shut_out)
    passkey_only = await enrol(place.organisation_id, email="keys@example.org")
    await Password.delete().where(Password.person_id == passkey_only.person_id)
    tried = [
        (vega.email, "not the password at all"),
        (shut_out.email, PASSWORD),
        (passkey_only.email, PASSWORD),
        ("nobody@example.org", PASSWORD),
        ("no address", PASSWORD),
    ]
    answers = set[tuple[int, str]]()
    for email, password in tried:
        async with open_browser(app) as browser:
            await give_password(browser, email, password)
            answers.add((browser.status, browser.text.replace(email, "").split("<main")[1].split("_key")[0]))
    assert len(answers) == 1
    assert answers.pop()[0] == 401


async def test_what_was_typed_stays_but_the_password_does_not(browser: Browser, vega: Enrolled) -> None:
    await give_password(browser, vega.email, "something that is wrong")
    assert vega.email in browser.text
    assert "something that is wrong" not in browser.text


async def test_an_account_is_tried_ten_times_whatever_the_address(
    app: Litestar, vega: Enrolled, clock: FakeClock
) -> None:
    for attempt in range(11):
        async with open_browser(app, address=f"203.0.113.{attempt}") as browser:
            await give_password(browser, vega.email, "not the password at all")
            assert browser.status == (401 if attempt < 10 else 429)
    async with open_browser(app, address="198.51.100.9") as browser:
        await give_password(browser, vega.email)
        assert browser.status == 429
        assert browser.page.headers["retry-after"] == "60"
        clock.advance(seconds=60)
        await give_password(browser, vega.email)
        assert browser.status == 303


async def test_an_address_tries_thirty_accounts(app: Litestar) -> None:
    async with open_browser(app, x_forwarded_for="198.51.100.1") as browser:
        await browser.open("/sign-in")
        for attempt in range(30):
            browser.client.headers["x-forwarded-for"] = f"198.51.100.{attempt}"
            await browser.send_again("/sign-in", email=f"a{attempt}@example.org", password=PASSWORD)
            assert browser.status == 401
        await browser.send_again("/sign-in", email="a@example.org", password=PASSWORD)
        assert browser.status == 429


async def test_an_app_code_is_tried_five_times(browser: Browser, vega: Enrolled) -> None:
    wrong = f"{(int(vega.code()) + 1) % 1_000_000:06d}"
    await (await give_password(browser, vega.email)).follow()
    for _ in range(5):
        assert (await browser.send_again("/sign-in/app-code", code=wrong)).status == 401
    assert (await browser.send_again("/sign-in/app-code", code=vega.code())).status == 429


async def test_signing_in_leads_only_to_pages_of_ours(app: Litestar, vega: Enrolled) -> None:
    async with open_browser(app) as browser:
        await browser.open("/sign-in?back=https://evil.example/")
        assert "evil" not in browser.text
        await browser.send_again("/sign-in", email=vega.email, password=PASSWORD, back="//evil.example/x")
        assert browser.location == "/sign-in/app-code"


async def test_signing_out_ends_the_session(browser: Browser, vega: Enrolled) -> None:
    await sign_in(browser, vega)
    token = browser.client.cookies["careferry"]
    await browser.send("/sign-out", of="/account")
    assert "careferry" not in browser.client.cookies
    assert await service.find_session(token) is None


async def test_refusals_leave_a_trace_with_whoever_keeps_the_person(
    browser: Browser, place: OrganisationCard, vega: Enrolled
) -> None:
    await give_password(browser, vega.email, "not the password at all")
    rows = await AuditEvent.select(AuditEvent.tag, AuditEvent.organisation_id).where(
        AuditEvent.subject_id == vega.person_id
    )
    assert {"tag": "session:refused", "organisation_id": place.organisation_id} in rows


async def test_a_refusal_is_the_same_work_for_an_unknown_person(browser: Browser, vega: Enrolled) -> None:
    """Else the time it takes would tell who is known."""
    for email in (vega.email, "nobody@example.org"):
        await give_password(browser, email, "not the password at all")
    refused = await AuditEvent.select(AuditEvent.subject_id).where(AuditEvent.tag == "session:refused")
    assert {row["subject_id"] for row in refused} == {vega.person_id, None}


async def test_a_person_without_a_role_is_refused_at_the_code(
    browser: Browser, place: OrganisationCard, vega: Enrolled
) -> None:
    administrator = await enrol(place.organisation_id, Role.ADMINISTRATOR, email="admin@example.org")
    assert administrator.person_id != vega.person_id
    await (await give_password(browser, vega.email)).follow()
    await Membership.update({Membership.ends_at: now()}).where(Membership.person_id == vega.person_id)
    await browser.send_again("/sign-in/app-code", code=vega.code())
    assert browser.location.startswith("/sign-in")
    await browser.open("/queue")
    assert browser.location.startswith("/sign-in")
