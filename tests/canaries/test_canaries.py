"""Fifty marked strings go through a whole journey, and none is found where it should be encrypted or absent."""

import re
from contextlib import AsyncExitStack

import pytest

from server.core.outbox.tables import TimetableEntry
from server.core.platform import now
from tests.canaries.marks import Marks, find
from tests.canaries.places import broker_traffic, places_of
from tests.canaries.story import People, make_people, marked_draft
from tests.identity.browser import Browser
from tests.journeys.phone import Draft, Phone, phone_link
from tests.journeys.reader import Reader, desk_link
from tests.journeys.stack import NEEDS, Stack, StackKind
from tests.journeys.waiting import until

MARKS = 50
WITHIN_S = 120.0
CODE = re.compile(r"\b\d{3}[\s-]?\d{3}\b")
STACKS = [
    pytest.param(kind, marks=pytest.mark.requires(*NEEDS[kind]), id=kind)
    for kind in (StackKind.EMBEDDED, StackKind.REDIS)
]
pytestmark = pytest.mark.timeout(400)


@pytest.mark.parametrize("stack", STACKS, indirect=True)
async def test_no_mark_is_found_outside_the_vault(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> None:
    marks = Marks()
    with broker_traffic(stack.kind, tmp_path_factory.mktemp("broker")) as traffic:
        people = await make_people(marks)
        async with AsyncExitStack() as open_now:
            await open_now.enter_async_context(stack.running("web", "worker"))
            await _journey(stack, people, marks, open_now)
            found = await _search(stack, marks)  # before a stop has emptied the write-ahead log
    found += await _search(stack, marks) + find(marks, "what the broker was told", traffic.read_bytes())
    assert len(marks) >= MARKS
    assert not found, "\n".join(sorted(set(found)))


@pytest.mark.parametrize("stack", STACKS, indirect=True)
async def test_the_search_finds_what_is_written_in_the_clear(stack: Stack) -> None:
    """The control: were a mark in a row, in an object or in the log, it would be found."""
    marks = Marks()
    await TimetableEntry(recorded_at=now(), name=marks("row"), last_at=now()).save()
    await stack.platform.objects.put("control/object", marks("object").encode())
    stack.log.write_text(marks("log"))
    assert {told.partition(" (")[0] for told in await _search(stack, marks)} == {"row", "object", "log"}


async def _search(stack: Stack, marks: Marks) -> list[str]:
    return [told async for place, content in places_of(stack) for told in find(marks, place, content)]


async def _journey(stack: Stack, people: People, marks: Marks, open_now: AsyncExitStack) -> None:
    phone = Phone(await open_now.enter_async_context(phone_link(stack.url)), people.holder)
    reader = Reader(Browser(await open_now.enter_async_context(desk_link(stack.url))))
    await _sign_in(stack, phone, people, marks)
    await reader.sign_in(people.reader)
    draft = marked_draft(marks, people.holder.patient_id)
    await _send(phone, draft)
    await _read(reader, draft, marks)
    await phone.say(draft, marks("patient's message"), "message-1")
    await _answer(reader, draft, marks)

    async def is_read() -> bool:
        return marks("answer's plan") in await phone.read(draft)

    await until(is_read, within_s=WITHIN_S, what="the answer on the patient's page")
    await reader.amend(draft.case_id, **_typed(marks, "amendment"), amendment_reason=marks("amendment's reason"))
    form = {"text": marks("why the patient asks again")}
    await Browser(phone.http).send(f"/cases/{draft.case_id}/reopen", of=f"/cases/{draft.case_id}", **form)


async def _sign_in(stack: Stack, phone: Phone, people: People, marks: Marks) -> None:
    browser = Browser(phone.http)
    await browser.send("/sign-in/code", contact=people.holder.phone_number)

    async def code_came() -> bool:
        return CODE.search(stack.gateway.last_text) is not None

    await until(code_came, within_s=WITHIN_S, what="the code by SMS")
    code = CODE.search(stack.gateway.last_text)
    assert code is not None
    marks.note("text of the SMS", stack.gateway.last_text.splitlines()[0])
    await browser.send("/sign-in/code/enter", code=code.group())
    (session,) = (cookie for cookie in phone.http.cookies.jar if cookie.name == "careferry")
    marks.note("patient's session", session.value or "")
    await phone.get_ready(stack.platform.keys.receipts.public()[0])


async def _send(phone: Phone, draft: Draft) -> None:
    await phone.submit(draft)
    for sha256 in draft.photos:
        await phone.upload(draft, sha256)
    assert (await phone.submit(draft)).case_id == draft.case_id


async def _read(reader: Reader, draft: Draft, marks: Marks) -> None:
    async def is_queued() -> bool:
        return str(draft.case_id) in await reader.queue()

    await until(is_queued, within_s=WITHIN_S, what="the case in the queue")
    await reader.claim(draft.case_id)
    page = await reader.browser.open(f"/queue/cases/{draft.case_id}")
    assert marks("free text") in page.text, "the journey carries the marks to the reader"
    await reader.write(draft.case_id, marks("reader's message"))
    part = next(part for part in draft.parts.values() if part.media.media_type == "image/jpeg")
    await reader.ask_better(draft.case_id, part.part_id, marks("note to a photo request"))


async def _answer(reader: Reader, draft: Draft, marks: Marks) -> None:
    await reader.escalate(draft.case_id, reason=marks("why it is urgent"))
    await reader.save_draft(draft.case_id, **_typed(marks, "draft"))
    await reader.sign(draft.case_id, **_typed(marks, "answer"))


def _typed(marks: Marks, what: str) -> dict[str, str]:
    return {
        "findings": marks(f"{what}'s findings"),
        "code1": "L20.9",
        "certainty1": "likely",
        "plan": marks(f"{what}'s plan"),
        "follow_up": marks(f"{what}'s follow-up"),
        "safety_net": marks(f"{what}'s safety net"),
    }
