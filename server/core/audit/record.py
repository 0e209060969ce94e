"""Writes one audit event inside the caller's transaction."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from server.core.access.actor import Actor, Purpose
from server.core.access.grants import is_emergency
from server.core.audit.tables import AuditEvent
from server.core.platform import now


async def record(
    actor: Actor,
    tag: str,
    *,
    subject_id: UUID | None = None,
    patient_id: UUID | None = None,
    organisation_id: UUID | None = None,
    detail: Mapping[str, str | int] | None = None,
) -> None:
    """Record that `actor` did `tag` (`case:claimed`) to the subject.

    `organisation_id` is whose log it goes to: the owner's of the record that was touched; the actor's own by
    default.
    `detail` holds ids, versions and codes only. Whatever is done to a patient whose case the actor opened in an
    emergency has that purpose: it is decided here, so that no verb can forget it. So is the kiosk that a worker has
    signed in at.
    """
    in_emergency = await is_emergency(actor, patient_id=patient_id, subject_id=subject_id)
    told = {**(detail or {}), **({"kiosk": str(actor.kiosk_id)} if actor.kiosk_id else {})}
    await AuditEvent(
        recorded_at=now(),
        organisation_id=organisation_id or actor.organisation_id,
        actor_id=actor.actor_id,
        actor_kind=actor.kind,
        actor_organisation_id=actor.organisation_id,
        purpose=Purpose.BREAK_GLASS if in_emergency else actor.purpose,
        tag=tag,
        subject_id=subject_id,
        patient_id=patient_id,
        session_id=actor.session_id,
        detail=msgspec.json.encode(told, order="sorted").decode(),
    ).save()
