"""Writes down which archives a prepared photograph is to be in."""

from uuid import UUID

from server.cases import service as cases
from server.core.access import system_actor
from server.core.db import transaction
from server.core.ids import new_id
from server.core.outbox import enqueue
from server.core.platform import now, platform
from server.exchange.jobs import SendToArchive
from server.exchange.tables import ArchiveSending


async def intend(organisation_id: UUID, part_id: UUID) -> None:
    """One intent for each archive that the settings name for the organisation; asking twice changes nothing."""
    actor = system_actor(organisation_id)
    names = [name for name, each in platform().settings.archives.items() if each.organisation_id == organisation_id]
    part = await cases.prepared_part(actor, part_id)
    if part is None:
        return
    async with transaction():
        for name in names:
            row = ArchiveSending(
                id=new_id(),
                recorded_at=now(),
                organisation_id=organisation_id,
                case_id=part.case_id,
                patient_id=part.patient_id,
                part_id=part_id,
                archive=name,
                object_key=part.object_key,
                next_try_at=now(),
            )
            once = ArchiveSending.insert(row).on_conflict(action="DO NOTHING")
            if await once.returning(ArchiveSending.id):
                await enqueue(SendToArchive(organisation_id=organisation_id, sending_id=row.id))
