"""Consents in the version of the text that was shown, and their withdrawal."""

from collections.abc import Iterable
from uuid import UUID

from server.contract.case import ConsentGiven
from server.core import audit
from server.core.access import Action, Actor, authorize
from server.core.db import scoped, transaction
from server.core.platform import now
from server.patients import queries
from server.patients.tables import Consent


async def give_consent(actor: Actor, patient_id: UUID, given: ConsentGiven) -> None:
    authorize(actor, Action.CONSENT_MANAGE)
    await record_consents(actor, patient_id, (given,))


async def record_consents(actor: Actor, patient_id: UUID, consents: Iterable[ConsentGiven]) -> None:
    """Write each consent down once per version; inside the caller's transaction if there is one."""
    async with transaction():
        patient = await queries.get_patient(actor, patient_id)
        for given in consents:
            if await _live(actor, patient_id, given.consent, given.version):
                continue
            await Consent(
                recorded_at=now(),
                organisation_id=patient.organisation_id,
                patient_id=patient_id,
                consent=given.consent,
                version=given.version,
                given_at=given.given_at.at,
                given_zone=given.given_at.zone,
                given_by=actor.actor_id,
            ).save()
            detail = {"consent": given.consent, "version": given.version}
            await audit.record(
                actor,
                "consent:given",
                patient_id=patient_id,
                organisation_id=patient.organisation_id,
                detail=detail,
            )


async def consents_of(actor: Actor, patient_id: UUID) -> list[Consent]:
    """Every consent that was ever given, newest first, the withdrawn among them."""
    rows = scoped(actor, Consent).objects().where(Consent.patient_id == patient_id)
    return await rows.order_by(Consent.id, ascending=False)


async def has_consent(actor: Actor, patient_id: UUID, consent: str) -> bool:
    """Whether the consent stands now, in any version."""
    return bool(await _live(actor, patient_id, consent))


async def withdraw_consent(actor: Actor, patient_id: UUID, consent: str) -> None:
    """Withdraw from now on; what was done under it before stays done."""
    authorize(actor, Action.CONSENT_MANAGE)
    async with transaction():
        await queries.get_kept_patient(actor, patient_id)
        await (
            scoped(actor, Consent)
            .update({Consent.withdrawn_at: now(), Consent.withdrawn_by: actor.actor_id})
            .where(Consent.patient_id == patient_id)
            .where(Consent.consent == consent)
            .where(Consent.withdrawn_at.is_null())
        )
        await audit.record(actor, "consent:withdrawn", patient_id=patient_id, detail={"consent": consent})


async def _live(actor: Actor, patient_id: UUID, consent: str, version: str | None = None) -> list[Consent]:
    rows = (
        scoped(actor, Consent)
        .objects()
        .where(Consent.patient_id == patient_id)
        .where(Consent.consent == consent)
        .where(Consent.withdrawn_at.is_null())
    )
    return await (rows.where(Consent.version == version) if version else rows)
