"""A draft is its owner's alone, also on a phone that is lent: by its address, and on a screen that was left open."""

from uuid import UUID

import pytest
from playwright.async_api import expect

from server.core.platform import Platform
from server.identity.cookies import session_cookie_name
from tests.mobile_bridge.phone import Phone, until
from tests.support.clinics import Clinic, make_patient
from tests.support.people import begin

pytestmark = pytest.mark.requires("chromium")


@pytest.fixture
async def neighbour_id(clinic: Clinic) -> UUID:
    _, neighbour = await make_patient(clinic.worker, name="Mohamed Sesay")
    return neighbour.actor_id


async def sign_in(phone: Phone, person_id: UUID, platform: Platform, address: str) -> None:
    token = await begin(person_id, has_second_factor=False)
    name = session_cookie_name(platform.settings)
    await phone.context.add_cookies([{"name": name, "value": token, "url": address, "httpOnly": True}])


async def begun_draft(phone: Phone) -> str:
    """The address of a draft with a place."""
    await phone.open()
    await phone.begin()
    await phone.page.get_by_label("Part of the body").select_option("forearm")
    await phone.await_kept()
    return phone.page.url


@pytest.mark.parametrize("screen", ["place", "questions", "photos", "review", ""])
async def test_a_remembered_address_opens_nobody_elses_draft(
    phone: Phone, neighbour_id: UUID, sqlite_platform: Platform, address: str, screen: str
) -> None:
    draft = (await begun_draft(phone)).removesuffix("/place")
    await sign_in(phone, neighbour_id, sqlite_platform, address)
    await phone.page.goto("/app#/")
    await phone.page.reload()
    await expect(phone.page.locator("[data-draft]")).to_have_count(0)

    await phone.page.goto(f"{draft}/{screen}".removesuffix("/"))

    await expect(phone.page).to_have_url(f"{address}/app#/")
    await expect(phone.page.get_by_role("link", name="New case")).to_be_visible()


async def test_a_draft_leaves_the_screen_when_somebody_else_signs_in(
    phone: Phone, neighbour_id: UUID, sqlite_platform: Platform, address: str
) -> None:
    await begun_draft(phone)
    await sign_in(phone, neighbour_id, sqlite_platform, address)

    await phone.page.reload()

    await expect(phone.page).to_have_url(f"{address}/app#/")
    await expect(phone.page.locator("[data-draft]")).to_have_count(0)
    assert [draft["site"] for draft in await phone.drafts()] == ["forearm"]


async def test_its_owner_goes_on_with_it(
    phone: Phone, clinic: Clinic, neighbour_id: UUID, sqlite_platform: Platform, address: str
) -> None:
    draft = await begun_draft(phone)
    await sign_in(phone, neighbour_id, sqlite_platform, address)
    await phone.page.reload()
    await expect(phone.page).to_have_url(f"{address}/app#/")
    await sign_in(phone, clinic.patient.actor_id, sqlite_platform, address)
    await phone.page.reload()
    await expect(phone.page.locator("[data-draft]")).to_have_count(1)

    await phone.page.goto(draft)

    await expect(phone.page.get_by_label("Part of the body")).to_have_value("forearm")


async def test_what_is_in_hand_is_kept_after_the_session_ended(phone: Phone) -> None:
    await begun_draft(phone)
    await phone.context.clear_cookies()
    async with phone.page.expect_response("**/api/app/home"):
        await phone.page.evaluate("window.dispatchEvent(new Event('online'))")

    await phone.page.get_by_label("Left", exact=True).check()

    async def is_kept() -> bool:
        return [draft["side"] for draft in await phone.drafts()] == ["left"]

    await until(is_kept)


async def test_nobody_writes_over_somebody_elses_draft(
    phone: Phone, neighbour_id: UUID, sqlite_platform: Platform, address: str
) -> None:
    """The screen is still open in this window while the phone already knows of the other person."""
    await begun_draft(phone)
    await phone.page.evaluate(KNOW_ANOTHER, str(neighbour_id))

    await phone.page.get_by_label("Left", exact=True).check()

    await expect(phone.page.get_by_role("alert")).to_contain_text("could not be kept")
    assert [draft["side"] for draft in await phone.drafts()] == [""]


KNOW_ANOTHER = """(personId) => new Promise((resolve) => {
  indexedDB.open("careferry").onsuccess = (event) => {
    const facts = event.target.result.transaction("facts", "readwrite").objectStore("facts");
    facts.get("home").onsuccess = (read) => {
      facts.put({ ...read.target.result, personId }, "home");
      facts.transaction.oncomplete = () => { event.target.result.close(); resolve(); };
    };
  };
})"""
