"""What a reply to a reminder does: what its link can, where one visit alone can be meant; and it is answered."""

from enum import StrEnum

from server.core import notices
from server.core.access import system_actor
from server.core.db import transaction, working_for
from server.core.faults import NotFound
from server.core.log import get_logger
from server.core.notices.queries import Asked, asked_of
from server.core.notices.replies import Said, note_once, number_token, said_in
from server.core.platform import now, platform
from server.scheduling import queries
from server.scheduling.faults import TooLateToChange
from server.scheduling.lifecycle import Status
from server.scheduling.links import link_to
from server.scheduling.local_time import to_minute
from server.scheduling.service.changing import cancel
from server.scheduling.service.links import note_coming
from server.scheduling.service.reminding import LATE_REMINDER, REMINDER, reminded_of, when_for
from server.scheduling.tables import Appointment

log = get_logger(__name__)


class Outcome(StrEnum):
    """The template of the SMS that says so."""

    COMING = "visit-coming"
    CANCELLED = "visit-cancelled"
    TOO_LATE = "visit-too-late"
    UNCLEAR = "reply-unclear"
    HELP = "reply-help"


async def take_reply(reply: notices.Reply) -> None:
    """Once for each id, whole or not at all.

    A number that was reminded of nothing gets no answer: nobody learns from one whom we know.
    """
    async with transaction():
        if not await note_once(reply):
            return
        said, asked = said_in(reply.text), await asked_of(reply.sender, REMINDER, LATE_REMINDER)
        if not asked or said is Said.STOP:
            log.info("sms_reply", outcome="left alone")
            return
        outcome, row = await _carry_out(said, asked)
        await _answer(outcome, asked[0], row)
    log.info("sms_reply", outcome=outcome)


async def _carry_out(said: Said, asked: list[Asked]) -> tuple[Outcome, Appointment | None]:
    if said is Said.UNREADABLE:
        return Outcome.HELP, None
    rows = await _standing(asked)
    if len(rows) != 1:
        return Outcome.UNCLEAR, None
    (row,) = rows
    actor = system_actor(row.organisation_id)
    with working_for(actor):
        if said is Said.YES:
            await note_coming(actor, row, "reply")
            return Outcome.COMING, row
        try:
            await cancel(actor, row.id, way="reply")
        except TooLateToChange:
            return Outcome.TOO_LATE, row
        return Outcome.CANCELLED, row


async def _standing(asked: list[Asked]) -> list[Appointment]:
    """The visits that still stand as their reminders said."""
    found: list[Appointment] = []
    for organisation_id, once_key in {(each.organisation_id, each.dedupe_key) for each in asked}:
        appointment_id, starts_min = reminded_of(once_key)
        actor = system_actor(organisation_id)
        with working_for(actor):
            try:
                row = await queries.get_appointment(actor, appointment_id)
            except NotFound:
                continue
        is_as_said = row.status == Status.BOOKED and to_minute(row.starts_at) == starts_min
        if is_as_said and row.id not in {other.id for other in found}:
            found.append(row)
    return found


async def _answer(outcome: Outcome, asked: Asked, row: Appointment | None) -> None:
    """To where the reminder went, at any hour; once for each reminder and outcome, and help once a day.

    So two machines that answer each other come to an end.
    """
    once_key = f"{outcome}:{asked.notice_id}"
    if outcome is Outcome.HELP:
        once_key = f"{outcome}:{number_token(asked.phone).hex()}:{now().date()}"
    actor = system_actor(asked.organisation_id)
    with working_for(actor):
        answer = notices.Notice(
            template=outcome,
            recipient=notices.Recipient(phone=asked.phone, language=asked.language),
            values=await _values(outcome, row) if row else {},
            patient_id=asked.patient_id,
            dedupe_key=once_key,
            expires_at=asked.expires_at,
        )
        await notices.send(actor, answer)


async def _values(outcome: Outcome, row: Appointment) -> dict[str, str]:
    values = {"when": await when_for(row)}
    if outcome is not Outcome.CANCELLED:
        return values
    link = link_to(row.organisation_id, row.id, to_minute(row.starts_at))
    return {**values, "link": f"{platform().settings.web.public_url}{link}"}
