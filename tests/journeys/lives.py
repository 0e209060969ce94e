"""What patients and a reader go on doing while processes die: they insist, and write down what was acknowledged."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from random import Random
from typing import TypeVar
from uuid import UUID, uuid4

import httpx
import msgspec
from PIL import Image

from server.core.platform import platform
from tests.identity.browser import Browser
from tests.journeys.people import Cast, Holder
from tests.journeys.phone import AcknowledgedLost, Draft, Phone, Refused, phone_link
from tests.journeys.reader import Reader, desk_link
from tests.journeys.waiting import pause
from tests.support.people import begin, hold_session

PHOTOS_PER_CASE = 2
PHOTO_PX = (420, 320)
PIECE_BYTES = 24 * 1024
SESSION_CASES = 12
"""A reader proves the second factor anew after so many cases; it is good for five minutes."""
ANSWER = {"findings": "Seen.", "code1": "L20.9", "certainty1": "likely", "plan": "Keep it dry.", "safety_net": "Fever."}
MINE = {400, 403, 404, 409}
"""What a repeated form gets whose first sending was carried out, though its answer was lost."""

LATER = {423, 429, 503}
"""An upload whose PATCH was killed is locked until its lease has run out."""

T = TypeVar("T")


class Acknowledged(msgspec.Struct, kw_only=True):
    """What servers said is done: it must be there in the end, once."""

    cases: dict[UUID, Draft] = {}
    """Every case whose submission has a signed receipt."""
    sent: set[UUID] = set()
    """Those with a signed receipt for everything."""
    messages: set[tuple[UUID, str]] = set()
    answered: set[UUID] = set()
    refusals: list[str] = []
    """Answers that no phone expects: faults of the server."""
    losses: list[str] = []
    """What a phone itself saw missing."""
    interruptions: int = 0

    async def insist(self, act: Callable[[], Awaitable[T]]) -> T:
        """Do it, and again whenever the link breaks or the server says later, as a phone does."""
        while True:
            try:
                return await act()
            except httpx.TransportError:
                self.interruptions += 1
            except Refused as refused:
                if refused.response.status_code not in LATER:
                    raise
            await pause()


async def live_as_patient(holder: Holder, url: str, random: Random, log: Acknowledged, stop: asyncio.Event) -> None:
    """Send one case after the other; the last one is finished, however long it takes."""
    async with phone_link(url) as http:
        hold_session(http, await begin(holder.actor.actor_id, has_second_factor=False))
        phone = Phone(http, holder)
        await log.insist(lambda: phone.get_ready(platform().keys.receipts.public()[0]))
        while not stop.is_set():
            draft = phone.draft(*[(noise(random), "image/jpeg") for _ in range(PHOTOS_PER_CASE)], keeps_originals=True)
            try:
                await _send(phone, draft, random, log)
            except Refused as refused:
                log.refusals.append(str(refused))
            except AcknowledgedLost as lost:
                log.losses.append(f"{draft.case_id}: {lost}")


async def _send(phone: Phone, draft: Draft, random: Random, log: Acknowledged) -> None:
    """Submission and uploads in either order, until there is a receipt for everything; then a message."""
    if random.random() < 0.5:
        await _upload(phone, draft, random.choice(list(draft.photos)), log)
    receipt = await log.insist(lambda: phone.submit(draft))
    log.cases[draft.case_id] = draft
    while not receipt.is_complete:
        for sha256 in receipt.absent:
            await _upload(phone, draft, sha256, log)
        receipt = await log.insist(lambda: phone.receipt(draft))
    log.sent.add(draft.case_id)
    text, key = f"Message about {draft.case_id}", str(uuid4())
    await log.insist(lambda: phone.say(draft, text, key))
    log.messages.add((draft.case_id, text))


async def _upload(phone: Phone, draft: Draft, sha256: str, log: Acknowledged) -> None:
    """An upload that a case has used up meanwhile is asked for anew: then the receipt has to hold it."""
    try:
        await log.insist(lambda: phone.upload(draft, sha256, piece_bytes=PIECE_BYTES))
    except (AcknowledgedLost, Refused) as gone:
        if isinstance(gone, Refused) and gone.response.status_code not in {404, 409, 410}:
            raise
        receipt = await log.insist(lambda: phone.receipt(draft))
        if isinstance(gone, AcknowledgedLost) and sha256 not in receipt.held:
            raise


def noise(random: Random) -> bytes:
    """A photograph of nothing, unlike any other."""
    file = io.BytesIO()
    Image.frombytes("RGB", PHOTO_PX, random.randbytes(3 * PHOTO_PX[0] * PHOTO_PX[1])).save(file, "JPEG", quality=60)
    return file.getvalue()


async def live_as_reader(cast: Cast, url: str, log: Acknowledged, stop: asyncio.Event) -> None:
    """Answer whatever was sent, until everything is."""
    async with desk_link(url) as http:
        reader = Reader(Browser(http))
        seen = 0
        while not (stop.is_set() and log.sent <= log.answered):
            for case_id in sorted(log.sent - log.answered):
                if seen % SESSION_CASES == 0:
                    http.cookies.clear()
                    hold_session(http, await begin(cast.reader.person_id))
                seen += await log.insist(lambda case_id=case_id: _answer(reader, case_id, log))
            await pause()


async def _answer(reader: Reader, case_id: UUID, log: Acknowledged) -> bool:
    """Claim, make urgent, sign; whether the desk has the answer now. Each form may be a repetition."""
    page = f"/queue/cases/{case_id}"
    opened = await reader.browser.open(page)
    if opened.status == 404:  # not routed to the readers yet
        return False
    if reader.has_answer(opened.text):
        log.answered.add(case_id)
        return True
    for verb, fields in (("claim", {}), ("escalate", {"acuity": "urgent", "reason": "spreading"})):
        await reader.browser.send(f"{page}/{verb}", of=page, **fields)
        if reader.browser.status not in {303, *MINE}:
            log.refusals.append(f"{verb}: {reader.browser.status}")
    await reader.sign(case_id, key=str(case_id), **ANSWER)
    log.answered.add(case_id)
    return True
