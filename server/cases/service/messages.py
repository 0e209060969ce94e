"""Messages between the patient's side and the readers of a case."""

from uuid import UUID

from server.cases import queries
from server.cases.service.steps import sealed_name
from server.cases.tables import CaseMessage
from server.core import audit, vault
from server.core.access import Action, Actor, Role, authorize, system_actor
from server.core.db import scoped, transaction
from server.core.faults import BadInput
from server.core.ids import new_id
from server.core.platform import now
from server.patients import service as patients

MAX_CHARACTERS = 4000


async def send_message(actor: Actor, case_id: UUID, text: str, *, form_key: str | None = None) -> None:
    """Write a message on the case; the same form key again is the same message."""
    authorize(actor, Action.CASE_MESSAGE)
    words = text.strip()
    if not words or len(words) > MAX_CHARACTERS:
        raise BadInput("A message has between 1 and {most} characters.", most=MAX_CHARACTERS)
    async with transaction():
        case = await queries.hold_case(actor, case_id)
        if form_key and await CaseMessage.exists().where(
            (CaseMessage.case_id == case_id) & (CaseMessage.form_key == form_key)
        ):
            return
        key = await vault.key(case.vault_id, actor.organisation_id)
        message_id = new_id()
        side = "patient" if actor.has(Role.PATIENT) else "care"
        await CaseMessage(
            id=message_id,
            recorded_at=now(),
            organisation_id=case.organisation_id,
            case_id=case.id,
            patient_id=case.patient_id,
            vault_id=case.vault_id,
            author_id=actor.actor_id,
            author_side=side,
            sealed=key.seal(sealed_name("case_message", message_id), words.encode()),
            form_key=form_key,
        ).save()
        await audit.record(
            actor,
            "message:sent",
            subject_id=message_id,
            patient_id=case.patient_id,
            organisation_id=case.organisation_id,
        )
        if side == "care":
            await patients.notify(system_actor(case.organisation_id), case.patient_id, "message", case.id)


async def mark_read(actor: Actor, case_id: UUID) -> None:
    """The other side's messages have been seen."""
    side = "care" if actor.has(Role.PATIENT) else "patient"
    await (
        scoped(actor, CaseMessage)
        .update({CaseMessage.read_at: now()})
        .where(CaseMessage.case_id == case_id)
        .where(CaseMessage.author_side == side)
        .where(CaseMessage.read_at.is_null())
    )
