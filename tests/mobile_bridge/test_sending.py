"""What the phone does on bad links: resumes, sends once, and calls nothing sent that is not."""

import json
from uuid import UUID

import pytest
from playwright.async_api import BrowserContext, Route, expect

from server.cases import service as cases
from server.core.platform import Platform
from server.identity.cookies import session_cookie_name
from tests.mobile_bridge.link import Link
from tests.mobile_bridge.phone import Phone, photo_file
from tests.support.clinics import Clinic, make_patient
from tests.support.people import begin

pytestmark = [pytest.mark.requires("chromium", "data"), pytest.mark.usefixtures("workers")]

PIECE_BYTES = 256 * 1024
COME_ONLINE = "window.dispatchEvent(new Event('online'))"


@pytest.fixture
async def link(context: BrowserContext) -> Link:
    made = Link()
    await made.attach(context)
    return made


async def begin_sending_on_a_link_that_breaks(phone: Phone, link: Link) -> None:
    link.break_at = 3
    await phone.open()
    await phone.make_case(photo_file("phone_jolla.jpg"))
    await expect(phone.standing).to_have_text("Received, 0 of 1")


async def test_an_upload_goes_on_where_the_link_broke(phone: Phone, link: Link) -> None:
    await begin_sending_on_a_link_that_breaks(phone, link)
    link.break_at, before = None, len(link.offsets)
    await phone.page.evaluate(COME_ONLINE)

    await expect(phone.standing).to_have_text("Sent")
    assert link.creations == 1
    assert link.offsets[before] == link.offsets[2] > PIECE_BYTES


async def test_a_killed_tab_loses_nothing(phone: Phone, link: Link, clinic: Clinic) -> None:
    await begin_sending_on_a_link_that_breaks(phone, link)
    await phone.page.close()
    link.break_at, before = None, len(link.offsets)
    again = Phone(phone.context, await phone.context.new_page())
    await again.page.goto("/app")

    await expect(again.page.locator("[data-case]")).to_have_count(1)
    await expect(again.page.get_by_role("heading", name="In this phone")).to_have_count(0)
    assert link.creations == 1
    assert link.offsets[before] > PIECE_BYTES
    [case] = await cases.cases_of_patient(clinic.worker, clinic.patient_id)
    assert (await cases.open_case(clinic.worker, case.id)).completeness.absent == 0


async def test_two_tabs_send_once(phone: Phone, link: Link) -> None:
    await phone.open()
    other = Phone(phone.context, await phone.context.new_page())
    await other.page.goto("/app")
    await phone.make_case(photo_file("ISIC_0000000.jpg"))
    await expect(phone.standing).to_have_text("Sent")

    await expect(other.page.locator("[data-case]")).to_have_count(1)
    assert (link.submissions, link.creations) == (1, 1)


async def test_a_tab_takes_over_when_the_sending_one_is_closed(phone: Phone, link: Link, clinic: Clinic) -> None:
    link.break_at = 1
    await phone.open()
    other = Phone(phone.context, await phone.context.new_page())
    await other.page.goto("/app")
    await phone.make_case(photo_file("ISIC_0000000.jpg"))
    await expect(phone.standing).to_have_text("Received, 0 of 1")
    link.break_at = None
    await phone.page.close()

    await expect(other.page.locator("[data-case]")).to_have_count(1)
    await expect(other.page.get_by_role("heading", name="In this phone")).to_have_count(0)
    [case] = await cases.cases_of_patient(clinic.worker, clinic.patient_id)
    assert (await cases.open_case(clinic.worker, case.id)).completeness.absent == 0


async def test_a_receipt_that_is_not_signed_so_counts_for_nothing(phone: Phone) -> None:
    async def forge(route: Route) -> None:
        answer = await route.fetch()
        receipt = await answer.json()
        forged = receipt | {"held": receipt["absent"], "absent": []}
        await route.fulfill(response=answer, body=json.dumps(forged))

    await phone.context.route("**/api/cases", forge)
    await phone.open()
    await phone.make_case(photo_file("ISIC_0000000.jpg"))

    await expect(phone.standing).to_have_text("Needs your help")
    await expect(phone.page.get_by_role("alert")).to_contain_text("not signed by your clinic")
    assert await phone.count_photos() == 1

    await phone.context.unroute_all()
    await phone.page.get_by_role("button", name="Try again").click()
    await expect(phone.standing).to_have_text("Sent")


async def test_what_the_server_refuses_stays_in_the_phone_and_says_why(phone: Phone) -> None:
    problem = {"type": "x", "title": "This cannot be", "status": 422, "code": "no", "detail": "the reason"}

    async def refuse(route: Route) -> None:
        await route.fulfill(status=422, content_type="application/problem+json", body=json.dumps(problem))

    await phone.context.route("**/api/cases", refuse)
    await phone.open()
    await phone.make_case(photo_file("ISIC_0000000.jpg"))

    await expect(phone.page.get_by_role("alert")).to_contain_text("This cannot be: the reason")
    assert await phone.count_photos() == 1


async def test_a_busy_server_is_asked_again(phone: Phone) -> None:
    async def be_busy(route: Route) -> None:
        await route.fulfill(status=503)

    await phone.context.route("**/api/cases", be_busy)
    await phone.open()
    await phone.make_case(photo_file("ISIC_0000000.jpg"))
    await expect(phone.standing).to_have_text("Waiting in this phone")
    await phone.context.unroute_all()

    await expect(phone.standing).to_have_text("Sent")


async def test_whoever_signed_out_finds_the_case_again_and_nobody_else_does(
    phone: Phone, clinic: Clinic, sqlite_platform: Platform, address: str
) -> None:
    await phone.open()
    await phone.context.set_offline(offline=True)
    await phone.make_case(photo_file("ISIC_0000000.jpg"))
    remembered = phone.page.url
    await phone.context.clear_cookies()
    await phone.context.set_offline(offline=False)
    await phone.page.goto("/app#/")
    await phone.page.reload()
    await expect(phone.page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
    await expect(phone.page.locator("[data-draft]")).to_have_count(0)

    async def sign_in(person_id: UUID) -> None:
        token = await begin(person_id, has_second_factor=False)
        name = session_cookie_name(sqlite_platform.settings)
        await phone.context.add_cookies([{"name": name, "value": token, "url": address, "httpOnly": True}])
        await phone.page.reload()
        await expect(phone.page.get_by_role("link", name="New case")).to_be_visible()

    _, neighbour = await make_patient(clinic.worker, name="Mohamed Sesay")
    await sign_in(neighbour.actor_id)
    await expect(phone.page.locator("[data-draft], [data-case]")).to_have_count(0)
    await phone.page.goto(remembered)
    await expect(phone.page).to_have_url(f"{address}/app#/")

    await sign_in(clinic.patient.actor_id)
    await expect(phone.page.locator("[data-case]")).to_have_count(1)
