"""The whole journey at the API, on every stack: from real photographs in a phone to an answer that was read."""

import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest

from server.contract.receipt import Receipt
from tests.identity.browser import Browser
from tests.journeys.people import Cast, Holder, make_cast
from tests.journeys.phone import Draft, Phone, phone_link, photograph
from tests.journeys.reader import Reader, desk_link
from tests.journeys.stack import Stack
from tests.journeys.waiting import until
from tests.support.requirements import data_folder

WORK_WITHIN_S = 120.0
CODE = re.compile(r"\b\d{3}[\s-]?\d{3}\b")
JPEG, HEIC = "image/jpeg", "image/heic"
PHOTOS = {
    "exif_orientation.jpg": JPEG,
    "camera_with_gps.jpg": JPEG,
    "iphone_13_pro_max.heic": HEIC,
    "corrupted.jpg": JPEG,
}
BETTER = "phone_jolla.jpg"
ANSWER = {
    "findings": "Round red patches with a scaling edge.",
    "code1": "B35.4",
    "certainty1": "likely",
    "plan": "The clinic gives you a cream. Use it twice a day.",
    "follow_up": "New photos in two weeks.",
    "safety_net": "Go to the clinic the same day if you get a fever.",
}

pytestmark = [pytest.mark.requires("data"), pytest.mark.timeout(400)]


class Journey(msgspec.Struct, kw_only=True):
    """One case under way: its stack, its people and what the phone holds."""

    stack: Stack
    cast: Cast
    phone: Phone
    reader: Reader
    draft: Draft
    photos: list[str]
    """Digests in the order of PHOTOS."""

    async def eventually(self, holds: Callable[[], Awaitable[object]], what: str) -> None:
        await until(holds, within_s=WORK_WITHIN_S, what=f"{what}; the processes wrote {self.stack.log}")


@pytest.fixture
async def journey(stack: Stack) -> AsyncIterator[Journey]:
    """A patient and a reader who have signed in as people do, and a case that was built without a link."""
    cast = await make_cast()
    async with AsyncExitStack() as open_now:
        await open_now.enter_async_context(stack.running("web", "worker"))
        phone = Phone(await open_now.enter_async_context(phone_link(stack.url)), cast.holders[0])
        reader = Reader(Browser(await open_now.enter_async_context(desk_link(stack.url))))
        draft = phone.draft(*((_photo(name), media_type) for name, media_type in PHOTOS.items()))
        await _sign_in_by_code(stack, phone, cast.holders[0])
        await reader.sign_in(cast.reader)
        yield Journey(stack=stack, cast=cast, phone=phone, reader=reader, draft=draft, photos=list(draft.photos))


async def test_a_case_goes_from_a_phone_to_a_specialist_and_the_answer_comes_back(journey: Journey) -> None:
    await _send_in_pieces(journey)
    await _photos_are_prepared(journey)
    await _a_reader_elsewhere_claims(journey)
    await _a_better_photo_comes(journey)
    await _the_answer_is_read(journey)
    await _the_trail_is_intact(journey)


async def _sign_in_by_code(stack: Stack, phone: Phone, holder: Holder) -> None:
    """With the code that leaves as an SMS."""
    browser = Browser(phone.http)
    await browser.send("/sign-in/code", contact=holder.phone_number)

    async def code_came() -> bool:
        return CODE.search(stack.gateway.last_text) is not None

    await until(code_came, within_s=WORK_WITHIN_S, what="the code by SMS")
    code = CODE.search(stack.gateway.last_text)
    assert code is not None
    await browser.send("/sign-in/code/enter", code=code.group())
    assert browser.status == 303, browser.text
    await phone.get_ready(stack.platform.keys.receipts.public()[0])


async def _send_in_pieces(journey: Journey) -> None:
    """Two photographs go before the case, a third breaks off in the middle, and all of them resume."""
    phone, draft, photos = journey.phone, journey.draft, journey.photos
    for sha256 in photos[:2]:
        await phone.upload(draft, sha256, piece_bytes=512 * 1024)
    received = await phone.submit(draft)
    assert (set(received.held), set(received.absent)) == (set(photos[:2]), set(photos[2:])), "received, 2 of 4"
    assert not received.is_complete
    assert await phone.submit(draft) == received, "sent again, it is the first receipt"

    broken_at = len(draft.photos[photos[2]]) // 2
    assert await phone.upload(draft, photos[2], upto=broken_at) == broken_at
    assert await phone.offset(await phone.open_upload(draft, photos[2])) == broken_at
    for sha256 in photos[2:]:
        await phone.upload(draft, sha256, piece_bytes=512 * 1024)

    async def sent() -> bool:
        return (await phone.receipt(draft)).is_complete

    await journey.eventually(sent, "a receipt for everything")


async def _photos_are_prepared(journey: Journey) -> None:
    """Rotated, with a place in it, from an iPhone: ready. The one that is no picture: refused and asked for again."""
    phone, draft = journey.phone, journey.draft

    async def corrupted_is_refused() -> bool:
        receipt: Receipt = await phone.receipt(draft)
        return receipt.refused == (journey.photos[3],)

    await journey.eventually(corrupted_is_refused, "the corrupted photograph to be refused")
    for sha256 in journey.photos[:3]:
        await journey.eventually(lambda sha256=sha256: _is_shown_to_patient(journey, sha256), "its preview")
    page = await phone.read(draft)
    assert "A better photo is needed" in page
    assert "The photo is damaged: take it again" in page


async def _is_shown_to_patient(journey: Journey, sha256: str) -> bool:
    part = journey.draft.parts[sha256]
    answer = await journey.phone.http.get(f"/cases/{journey.draft.case_id}/photos/{part.part_id}/preview.jpg")
    return answer.status_code == 200 and answer.content.startswith(b"\xff\xd8\xff")


async def _a_reader_elsewhere_claims(journey: Journey) -> None:
    reader, draft = journey.reader, journey.draft

    async def is_queued() -> bool:
        return str(draft.case_id) in await reader.queue()

    await journey.eventually(is_queued, "the case in the readers' queue")
    await reader.claim(draft.case_id)
    for sha256 in journey.photos[:3]:
        shown = await reader.see_photo(draft.case_id, draft.parts[sha256].part_id, "review.jpg")
        assert shown.headers["content-type"] == JPEG
        assert b"GPS" not in shown.content[:4096]


async def _a_better_photo_comes(journey: Journey) -> None:
    phone, reader, draft = journey.phone, journey.reader, journey.draft
    wanted = draft.parts[journey.photos[1]].part_id
    await reader.ask_better(draft.case_id, wanted, "Please hold it steady.")
    assert "Please hold it steady." in await phone.read(draft)

    content = _photo(BETTER)
    better = photograph(content, JPEG, replaces=wanted)
    received = await phone.add(draft, better, content)
    assert better.media.sha256 in received.absent
    await phone.upload(draft, better.media.sha256, piece_bytes=512 * 1024)
    await journey.eventually(lambda: _is_shown_to_patient(journey, better.media.sha256), "the better photograph")
    await journey.eventually(lambda: _has_status(journey, "in-review"), "the case to be in review again")
    assert (await reader.see_photo(draft.case_id, better.part_id, "preview.jpg")).status_code == 200


async def _the_answer_is_read(journey: Journey) -> None:
    """Urgent, so that it is released as soon as it is signed."""
    phone, reader, draft = journey.phone, journey.reader, journey.draft
    await reader.escalate(draft.case_id)
    await reader.save_draft(draft.case_id, **ANSWER)
    assert ANSWER["plan"] not in await phone.read(draft), "a draft is the reader's own"
    await reader.sign(draft.case_id, **ANSWER)

    async def is_released() -> bool:
        return ANSWER["plan"] in await phone.read(draft)

    await journey.eventually(is_released, "the answer on the patient's page")
    page = await phone.read(draft)
    assert ANSWER["safety_net"] in page
    assert "B35.4" in page or "Tinea corporis" in page
    await journey.eventually(lambda: _has_status(journey, "answered"), "the case to be answered")


async def _has_status(journey: Journey, status: str) -> bool:
    answer = await journey.phone.http.get(f"/api/patients/{journey.cast.holders[0].patient_id}/cases")
    return [case["status"] for case in answer.json()] == [status]


async def _the_trail_is_intact(journey: Journey) -> None:
    """Exported by the installation, verified with nothing but the file, a public key and the checkpoints."""
    for organisation_id in (journey.cast.clinic_id, journey.cast.reading_id):
        trail = journey.stack.folder / f"{organisation_id}.jsonl"
        exported = journey.stack.run("audit", "export", "--organisation", str(organisation_id), "--out", str(trail))
        assert exported.returncode == 0, exported.stderr
        _verify_offline(journey.stack, trail)
        told = trail.read_text()
        assert str(journey.draft.case_id) in told or organisation_id == journey.cast.reading_id
        _verify_finds_an_edit(journey.stack, trail)


def _verify_offline(stack: Stack, trail: Path) -> None:
    verified = stack.run(*_verify_arguments(stack, trail), environ={"PATH": os.environ["PATH"]})
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert verified.stdout.startswith("Intact")


def _verify_finds_an_edit(stack: Stack, trail: Path) -> None:
    edited = trail.with_suffix(".edited")
    edited.write_text(trail.read_text().replace("session:begun", "session:ended", 1))
    verified = stack.run(*_verify_arguments(stack, edited), environ={"PATH": os.environ["PATH"]})
    assert verified.returncode == 1, verified.stdout


def _verify_arguments(stack: Stack, trail: Path) -> list[str]:
    (public_key,) = stack.settings.keys.folder.glob("audit-*.pub")
    return ["audit", "verify", str(trail), "--public-key", str(public_key)]


def _photo(name: str) -> bytes:
    return (data_folder() / "photos" / name).read_bytes()
