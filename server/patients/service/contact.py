"""Tells a patient that there is news, over the channel they prefer and outside their quiet hours."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from server.core import notices
from server.core.access import Actor
from server.core.platform import platform
from server.patients import queries
from server.patients.service.record import demographics


async def notify(
    actor: Actor,
    patient_id: UUID,
    template: str,
    subject_id: UUID,
    *,
    page: str = "",
    told: Mapping[str, str] = MappingProxyType({}),
    once_key: str = "",
    expires_at: datetime | None = None,
) -> bool:
    """Queue the notice inside the caller's transaction; False for a patient who cannot be told, who gets none.

    It leads to the case that is its subject, or to `page` where the news stands elsewhere; `told` are the template's
    other values, and of two with one `once_key` the second is dropped. The message names no clinical content: it
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
            values={"link": f"{platform().settings.web.public_url}{page or f'/cases/{subject_id}'}", **told},
            patient_id=patient_id,
            subject_id=subject_id,
            dedupe_key=once_key,
            expires_at=expires_at,
        ),
    )
    return True
