"""Whoever acts for several says on the phone for whom a case is, and sees it on every screen."""

import pytest
from playwright.async_api import Page, expect

from server.core.platform import Platform
from server.identity.cookies import session_cookie_name
from server.patients import service as patients
from server.patients.service import Capacity, Named, Relation
from tests.mobile_bridge.phone import Phone
from tests.support.clinics import Clinic, make_patient
from tests.support.people import begin

pytestmark = pytest.mark.requires("chromium")


@pytest.fixture
async def helped(phone: Phone, clinic: Clinic, address: str, sqlite_platform: Platform) -> Phone:
    """The phone of somebody who is no patient and helps two."""
    other_id, _ = await make_patient(clinic.worker, name="Fatu Sesay")
    for patient_id in (clinic.patient_id, other_id):
        named = Named(name="Binta Sow", contact="+23276000055", capacity=Capacity.HELPER, relation=Relation.CARER)
        await patients.name_person(clinic.worker, patient_id, named)
    (row,) = await patients.acting_for(clinic.worker, clinic.patient_id)
    token = await begin(row.person_id, has_second_factor=False)
    name = session_cookie_name(sqlite_platform.settings)
    await phone.context.add_cookies([{"name": name, "value": token, "url": address, "httpOnly": True}])
    return phone


async def test_a_case_is_for_nobody_until_somebody_is_chosen(helped: Phone) -> None:
    page: Page = helped.page
    await helped.open()
    await page.get_by_role("link", name="New case").click()
    await page.get_by_role("button", name="Rash").click()
    await expect(page.get_by_text("Choose first for whom it is.")).to_be_visible()

    await page.get_by_label("Who is it for?").select_option("Fatu Sesay")
    await page.get_by_role("button", name="Rash").click()
    await expect(helped.heading("Where is it?")).to_be_visible()
    await expect(page.get_by_text("For Fatu Sesay")).to_be_visible()


async def test_whom_was_chosen_on_the_pages_is_chosen_on_the_phone(helped: Phone, clinic: Clinic) -> None:
    page: Page = helped.page
    await helped.open()
    await page.goto(f"/app?for={clinic.patient_id}")
    await expect(page.get_by_label("Who is it for?")).to_have_value(str(clinic.patient_id))
