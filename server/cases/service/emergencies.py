"""Breaking the glass: a case opened for reading, for up to an hour, by somebody whom nothing else lets see it."""

import re
from contextlib import suppress
from datetime import timedelta
from typing import Literal
from uuid import UUID

from piccolo.columns.combination import And

from server.cases import queries
from server.cases.jobs import EndEmergency
from server.cases.service.steps import sealed_name
from server.cases.tables import Case, EmergencyOpening
from server.core import audit, vault
from server.core.access import Action, Actor, authorize, seat_of, system_actor
from server.core.access.grants import end_grant, grant, live
from server.core.access.tables import AccessGrant, Capacity
from server.core.db import platform_wide, scoped, transaction, working_for
from server.core.faults import BadInput, NotFound
from server.core.ids import new_id
from server.core.outbox import enqueue
from server.core.platform import now
from server.core.vault import Shredded
from server.identity import service as identity
from server.patients import service as patients

Minutes = Literal[15, 30, 60]
LEAST_REASON_CHARACTERS, MOST_REASON_CHARACTERS = 10, 500
SECOND_FACTOR_WITHIN_S = 300
TRIES_PER_PERSON = identity.Limit(name="emergency", burst=5, every_s=720)
"""Five at once, then five an hour: room for typing errors, none for trying references out."""
REFERENCE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class NothingToOpen(NotFound):
    """No case has that reference, it was erased, or the words hold no reference: one answer for all."""

    code = "nothing-to-open"
    title = "No case was opened"
    next_step = "Compare the reference with the patient's screen or the clinic's, character by character."


async def open_in_emergency(actor: Actor, reference: str, reason: str, minutes: Minutes) -> UUID:
    """Open the case that `reference` names (its id, or an address that holds it) to the actor; its id.

    A case that the actor sees anyway is answered without opening anything. Raises SecondFactorRequired,
    TooManyRequests, NothingToOpen. Call it outside a transaction: a miss and its count stay written.
    """
    authorize(actor, Action.EMERGENCY_OPEN)
    identity.require_recent_second_factor(actor, within_s=SECOND_FACTOR_WITHIN_S)
    words = reason.strip()
    if not LEAST_REASON_CHARACTERS <= len(words) <= MOST_REASON_CHARACTERS:
        raise BadInput(
            "The reason has between {least} and {most} characters.",
            least=LEAST_REASON_CHARACTERS,
            most=MOST_REASON_CHARACTERS,
        )
    await identity.spend(TRIES_PER_PERSON, str(actor.actor_id))
    named = REFERENCE.search(reference)
    try:
        return await _open(actor, UUID(named.group()) if named else None, words, timedelta(minutes=minutes))
    except (NotFound, Shredded) as error:
        await audit.record(actor, "emergency:missed")
        raise NothingToOpen from error


async def _open(actor: Actor, case_id: UUID | None, reason: str, lasts: timedelta) -> UUID:
    async with transaction():
        case = await _find_anywhere(case_id) if case_id else None
        if case is None:
            raise NothingToOpen
        if await queries.find_case(actor, case.id) is None:
            await vault.share(case.vault_id, actor.organisation_id)
            with working_for(system_actor(case.organisation_id)):
                await _break_glass(actor, case, reason, lasts)
        return case.id


async def _find_anywhere(case_id: UUID) -> Case | None:
    with platform_wide():
        return await Case.objects().get(Case.id == case_id)


async def _break_glass(actor: Actor, case: Case, reason: str, lasts: timedelta) -> None:
    expires_at, opening_id = now() + lasts, new_id()
    await grant(
        organisation_id=case.organisation_id,
        patient_id=case.patient_id,
        grantee_id=actor.seat_id,
        capacity=Capacity.EMERGENCY,
        case_id=case.id,
        ends_at=expires_at,
    )
    key = await vault.key(case.vault_id, actor.organisation_id)
    await EmergencyOpening(
        id=opening_id,
        recorded_at=now(),
        organisation_id=case.organisation_id,
        case_id=case.id,
        patient_id=case.patient_id,
        vault_id=case.vault_id,
        person_id=actor.actor_id,
        person_organisation_id=actor.organisation_id,
        sealed=key.seal(sealed_name("emergency_opening", opening_id), reason.encode()),
        expires_at=expires_at,
        is_patient_told=await _tell(case),
    ).save()
    await _record(actor, "emergency:opened", case.id, case.patient_id, case.organisation_id)
    await enqueue(EndEmergency(organisation_id=case.organisation_id, opening_id=opening_id), due_at=expires_at)


async def _tell(case: Case) -> bool:
    owner = system_actor(case.organisation_id)
    return await patients.notify(owner, case.patient_id, "record-opened", case.id, page="/record/access")


async def own_openings(actor: Actor) -> list[EmergencyOpening]:
    """What the actor has open by an emergency now, the next to end first."""
    authorize(actor, Action.EMERGENCY_OPEN)
    rows = scoped(actor, EmergencyOpening).objects().where(EmergencyOpening.person_id == actor.actor_id)
    rows = rows.where(EmergencyOpening.person_organisation_id == actor.organisation_id)
    rows = rows.where(EmergencyOpening.ended_at.is_null(), EmergencyOpening.expires_at > now())
    return await rows.order_by(EmergencyOpening.expires_at)


async def own_opening(actor: Actor, case_id: UUID) -> EmergencyOpening | None:
    """The actor's live opening of that case, if that is how they see it."""
    if actor.is_patient:
        return None
    return next((row for row in await own_openings(actor) if row.case_id == case_id), None)


async def end_emergency(actor: Actor, opening_id: UUID) -> None:
    """The person needs it no longer; NotFound unless it is theirs and live."""
    async with transaction():
        opening = next((row for row in await own_openings(actor) if row.id == opening_id), None)
        if opening is None:
            raise NotFound("There is no such emergency access.")
        await _record(actor, "emergency:ended", opening.case_id, opening.patient_id, opening.organisation_id)
        await end_opening(opening)


async def end_expired(organisation_id: UUID, opening_id: UUID) -> None:
    """Write down the end of an opening whose time is over; one that was ended already is left alone."""
    async with transaction():
        opening = await EmergencyOpening.objects().get(EmergencyOpening.id == opening_id)
        if opening is None or opening.ended_at is not None or opening.expires_at > now():
            return
        owner = system_actor(organisation_id)
        await _record(owner, "emergency:expired", opening.case_id, opening.patient_id, organisation_id)
        await end_opening(opening)


async def end_opening(opening: EmergencyOpening) -> None:
    """The grant ends, and so does the organisation's key unless something else lets it read the patient."""
    owner = system_actor(opening.organisation_id)
    with working_for(owner):
        await _end_opening(owner, opening)


async def _end_opening(owner: Actor, opening: EmergencyOpening) -> None:
    # Whoever gives the organisation another grant on the case holds it too.
    await queries.hold_case(owner, opening.case_id)
    ended_at = min(now(), opening.expires_at)
    await EmergencyOpening.update({EmergencyOpening.ended_at: ended_at}).where(EmergencyOpening.id == opening.id)
    seat_id = seat_of(opening.person_organisation_id, opening.person_id)
    await end_grant(patient_id=opening.patient_id, grantee_id=seat_id, case_id=opening.case_id)
    if not await _reads_otherwise(opening):
        with suppress(Shredded):
            await vault.unshare(opening.vault_id, opening.person_organisation_id)


async def _reads_otherwise(opening: EmergencyOpening) -> bool:
    reader = live(opening.person_organisation_id)
    if await AccessGrant.exists().where(reader).where(AccessGrant.patient_id == opening.patient_id):
        return True
    is_another = And(
        EmergencyOpening.vault_id == opening.vault_id,
        EmergencyOpening.person_organisation_id == opening.person_organisation_id,
    )
    return await EmergencyOpening.exists().where(is_another).where(EmergencyOpening.ended_at.is_null())


async def _record(actor: Actor, tag: str, case_id: UUID, patient_id: UUID, organisation_id: UUID) -> None:
    """In the log of the patient's organisation, and in the actor's own."""
    await audit.record(actor, tag, subject_id=case_id, patient_id=patient_id, organisation_id=organisation_id)
    if actor.organisation_id != organisation_id:
        await audit.record(actor, tag, subject_id=case_id)
