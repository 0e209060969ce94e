"""A better photograph: asked for by the reader, shown with its reason, supplied from the phone."""

import pytest
from playwright.async_api import expect

from server.cases import service as cases
from server.contract.case import PhotographPart
from tests.mobile_bridge.phone import Phone, photo_file, until
from tests.support.clinics import Clinic

pytestmark = [pytest.mark.requires("chromium", "data"), pytest.mark.usefixtures("workers")]


async def test_a_better_photo_is_taken_and_sent_in_its_place(phone: Phone, clinic: Clinic) -> None:
    await phone.open()
    await phone.make_case(photo_file("ISIC_0000000.jpg"))
    await expect(phone.standing).to_have_text("Sent")
    [case] = await cases.cases_of_patient(clinic.patient, clinic.patient_id)
    await await_status(clinic, "waiting")
    [part] = photographs(await cases.open_case(clinic.reader, case.id))
    await cases.claim_case(clinic.reader, case.id)
    wanted = cases.BetterPhoto(part_id=part.part_id, reason="blurred", note="The edge of it, please.")
    await cases.ask_for_photo(clinic.reader, case.id, wanted)

    await phone.page.goto("/app")
    await phone.page.get_by_role("link", name="Take the photo").click()
    await expect(phone.heading("A better photo")).to_be_visible()
    await expect(phone.page.get_by_text("Blurred: hold still and tap the spot", exact=True)).to_be_visible()
    await expect(phone.page.get_by_text("The edge of it, please.")).to_be_visible()
    await phone.add_photo(part.view, photo_file("ISIC_0000001.jpg"))
    await phone.page.get_by_role("button", name="Send").click()
    await expect(phone.standing).to_have_text("Sent")

    opened = await cases.open_case(clinic.worker, case.id)
    [request] = opened.photo_requests
    new = next(each.part for each in opened.parts if each.part.part_id == request.row.supplied_part_id)
    assert isinstance(new, PhotographPart)
    assert (new.replaces, new.view, new.site) == (part.part_id, part.view, part.site)


async def test_the_message_leads_to_the_photo_that_is_wanted(phone: Phone, clinic: Clinic) -> None:
    await phone.open()
    await phone.make_case(photo_file("ISIC_0000000.jpg"), photo_file("ISIC_0000001.jpg"))
    await expect(phone.standing).to_have_text("Sent")
    [case] = await cases.cases_of_patient(clinic.patient, clinic.patient_id)
    await await_status(clinic, "waiting")
    await cases.claim_case(clinic.reader, case.id)
    parts = photographs(await cases.open_case(clinic.reader, case.id))
    wanted = cases.BetterPhoto(part_id=parts[1].part_id, reason="dark")
    await cases.ask_for_photo(clinic.reader, case.id, wanted)

    await phone.page.goto(f"/app?case={case.id}&photo={parts[1].part_id}")
    await expect(phone.slot(parts[1].view)).to_be_visible()


async def await_status(clinic: Clinic, status: str) -> None:
    """The workers prepare photographs in their own time."""

    async def is_so() -> bool:
        found = await cases.cases_of_patient(clinic.worker, clinic.patient_id)
        return [case.status for case in found] == [status]

    await until(is_so)


def photographs(opened: cases.OpenedCase) -> list[PhotographPart]:
    return [each.part for each in opened.parts if isinstance(each.part, PhotographPart)]
