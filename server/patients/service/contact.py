"""Tells a patient that there is news, over the channel they prefer and outside their quiet hours."""

from uuid import UUID

from server.core import notices
from server.core.access import Actor
from server.core.platform import platform
from server.patients import queries
from server.patients.service.record import demographics


async def notify(actor: Actor, patient_id: UUID, template: str, case_id: UUID, *, page: str = "") -> bool:
    """Queue the notice inside the caller's transaction; False for a patient who cannot be told, who gets none.

    It leads to the case, or to `page` where the news stands elsewhere. The message names no clinical content: it
    says that there is news and where to sign in.
    """
    patient = await queries.get_patient(actor, patient_id)
    if patient.is_deceased or patient.erased_at is not None:
        return False
    contact = (await demographics(actor, patient_id)).contact
    if not (contact.phone or contact.email):
        return False
    await notices.send(
        actor,
        notices.Notice(
            template=template,
            recipient=notices.Recipient(
                phone=contact.phone,
                email=contact.email,
                channel=contact.channel,
                language=patient.language,
                zone=patient.zone,
                quiet_from_hour=contact.quiet_from_hour,
                quiet_until_hour=contact.quiet_until_hour,
            ),
            values={"link": f"{platform().settings.web.public_url}{page or f'/cases/{case_id}'}"},
            patient_id=patient_id,
            subject_id=case_id,
        ),
    )
    return True
