"""Matches complete uploads to the parts of a case, and previews to the photographs that they stand for."""

from uuid import UUID

from server.cases import queries
from server.cases.service.arrivals import media_arrived
from server.cases.service.previews import match_previews
from server.cases.tables import Arrival
from server.core import vault
from server.core.access import system_actor
from server.core.db import transaction
from server.intake import service as intake


async def match_arrivals(organisation_id: UUID, case_id: UUID) -> None:
    """Match every complete upload of the case to its part; nothing happens twice, whoever asks."""
    actor = system_actor(organisation_id)
    async with transaction():
        if await queries.find_case(actor, case_id) is None:
            return  # the submission has not come yet; it will find the uploads itself
        case = await queries.hold_case(actor, case_id)
        key = await vault.key(case.vault_id, actor.organisation_id)
        uploads = await intake.held_uploads(actor, case_id, case.patient_id)
        by_address = {key.digest_address(upload.sha256): upload for upload in uploads}
        parts = await queries.parts_of(actor, case_id)
        for part in parts:
            upload = by_address.get(part.digest_address) if part.digest_address else None
            if upload and part.arrival in {Arrival.ABSENT, Arrival.GIVEN_UP}:
                await media_arrived(case, part, upload)
        await match_previews(case, key, parts, uploads)
