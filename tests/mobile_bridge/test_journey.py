"""The whole way on a phone without a link: made, kept, reloaded, and sent when the link is back."""

import pytest
from playwright.async_api import expect

from server.cases import service as cases
from server.contract.case import AnswersPart, PhotographPart
from tests.mobile_bridge.phone import Phone, photo_file
from tests.support.clinics import Clinic

pytestmark = [pytest.mark.requires("chromium", "data"), pytest.mark.usefixtures("workers")]

PHOTOS = ("exif_orientation.jpg", "phone_jolla.jpg", "ISIC_0000000.jpg", "iphone_13_pro_max.heic")


async def test_a_case_made_offline_is_sent_when_the_link_is_back(phone: Phone, clinic: Clinic) -> None:
    await phone.open()
    await phone.context.set_offline(offline=True)
    await phone.page.reload()
    await phone.make_case(*[photo_file(name) for name in PHOTOS])
    await expect(phone.standing).to_have_text("Waiting in this phone")
    await phone.page.reload()
    await expect(phone.standing).to_have_text("Waiting in this phone")

    await phone.context.set_offline(offline=False)
    await expect(phone.standing).to_have_text("Sent", timeout=60_000)

    [case] = await cases.cases_of_patient(clinic.worker, clinic.patient_id)
    opened = await cases.open_case(clinic.worker, case.id)
    photos = [each.part for each in opened.parts if isinstance(each.part, PhotographPart)]
    assert [photo.media.media_type for photo in photos] == ["image/jpeg"] * 3 + ["image/heic"]
    assert (opened.completeness.promised, opened.completeness.absent, opened.completeness.refused) == (4, 0, 0)
    [answers] = [each.part for each in opened.parts if isinstance(each.part, AnswersPart)]
    assert answers.instrument == "skin-history"


async def test_what_the_server_has_signed_for_leaves_the_phone(phone: Phone) -> None:
    await phone.open()
    await phone.make_case(photo_file("phone_jolla.jpg"))
    await expect(phone.standing).to_have_text("Sent", timeout=60_000)

    assert await phone.count_photos() == 0
    await phone.page.goto("/app#/")
    await phone.page.reload()
    await expect(phone.page.get_by_role("heading", name="At the clinic")).to_be_visible()
    await expect(phone.page.get_by_role("heading", name="In this phone")).to_have_count(0)
    await phone.await_no_draft()
