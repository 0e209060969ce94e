"""Hands a prepared photograph to what takes it out of the platform: its part, and the master of those pixels."""

from uuid import UUID

from msgspec import Struct

from server.cases import queries
from server.cases.schemas import PhotoEvidence
from server.cases.service.renditions import read_rendition
from server.cases.service.steps import open_part, sealed_name
from server.cases.tables import Arrival, CasePart
from server.contract.case import PhotographPart
from server.core import vault
from server.core.access import Actor

MASTER = "master.jpg"


class ExportedPhoto(Struct, frozen=True, kw_only=True):
    """`jpeg` is the master: upright, sRGB, nothing of the upload but its pixels, faces covered where they are."""

    case_id: UUID
    part: PhotographPart
    jpeg: bytes
    camera: str
    number: int


async def prepared_part(actor: Actor, part_id: UUID) -> CasePart | None:
    """The row of a photograph that is ready, None for anything else."""
    row = await queries.get_part(actor, part_id)
    is_ready = row.kind == "photograph" and row.arrival == Arrival.READY and not row.is_entered_in_error
    return row if is_ready else None


async def photo_to_export(actor: Actor, part_id: UUID, object_key: str) -> ExportedPhoto | None:
    """The photograph, if its pixels are still those of `object_key`. The export is the caller's to record."""
    row = await prepared_part(actor, part_id)
    if row is None or row.object_key != object_key:
        return None
    key = await vault.key(row.vault_id, actor.organisation_id)
    part = open_part(key, row)
    if not isinstance(part, PhotographPart):
        return None
    evidence = row.evidence and key.open_value(
        sealed_name("case_part", row.id, "evidence"), row.evidence, PhotoEvidence
    )
    master = await read_rendition(actor, row.case_id, part_id, MASTER)
    return ExportedPhoto(
        case_id=row.case_id,
        part=part,
        jpeg=master.content,
        camera=evidence.camera if evidence else "",
        number=row.position + 1,
    )
