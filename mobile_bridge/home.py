"""What the app is told when there is a link: who is signed in, for whom they act, and how far their cases are."""

from datetime import datetime
from uuid import UUID

from server.cases import service as cases
from server.contract.case import PhotographPart, View
from server.contract.wire import Laterality, Wire
from server.core.access import Actor
from server.core.platform import now
from server.identity import service as identity
from server.patients.choosing import choices
from server.patients.service import Capacity


class ActedFor(Wire, frozen=True, kw_only=True):
    patient_id: UUID
    name: str
    is_self: bool


class CaseAtHome(Wire, frozen=True, kw_only=True):
    """A case as the server sees it; counts are over the photographs that were promised."""

    case_id: UUID
    patient_id: UUID
    topic: str
    status: str
    happened_at: datetime
    promised: int
    come: int
    refused: int
    faces_asked: int
    """Photographs whose hidden face the sender has not said anything to."""


class Home(Wire, frozen=True, kw_only=True):
    person_id: UUID
    name: str
    language: str
    csrf_token: str
    told_at: datetime
    patients: tuple[ActedFor, ...]
    cases: tuple[CaseAtHome, ...]


class AskedPhoto(Wire, frozen=True, kw_only=True):
    """A better photograph that is still wanted; `part_id` is None for a view that nothing shows yet."""

    part_id: UUID | None
    reason: str
    note: str
    site: str
    laterality: Laterality
    view: View


class AskedPhotos(Wire, frozen=True, kw_only=True):
    case_id: UUID
    patient_id: UUID
    topic: str
    asked: tuple[AskedPhoto, ...]


async def home_of(actor: Actor, csrf_token: str) -> Home:
    acted_for = await choices(actor)
    return Home(
        person_id=actor.actor_id,
        name=await identity.person_name(actor.actor_id),
        language=actor.language,
        csrf_token=csrf_token,
        told_at=now(),
        patients=tuple(
            ActedFor(patient_id=each.patient_id, name=each.name, is_self=each.capacity is Capacity.SELF)
            for each in acted_for
        ),
        cases=await _cases(actor, [each.patient_id for each in acted_for]),
    )


async def asked_photos(actor: Actor, case_id: UUID) -> AskedPhotos:
    """What is still asked for in one case, with the place and the view of each photograph that it points at."""
    opened = await cases.open_case(actor, case_id)
    photographs = {each.part.part_id: each.part for each in opened.parts if isinstance(each.part, PhotographPart)}
    return AskedPhotos(
        case_id=case_id,
        patient_id=opened.case.patient_id,
        topic=opened.case.topic,
        asked=tuple(
            _asked(each.row.part_id, each.wanted, photographs)
            for each in opened.photo_requests
            if each.row.supplied_part_id is None
        ),
    )


async def _cases(actor: Actor, patient_ids: list[UUID]) -> tuple[CaseAtHome, ...]:
    found = [case for patient_id in patient_ids for case in await cases.cases_of_patient(actor, patient_id)]
    counts = await cases.completeness_of(actor, [case.id for case in found])
    return tuple(_case(case, counts[case.id]) for case in found)


def _case(case: cases.Case, count: cases.Completeness) -> CaseAtHome:
    return CaseAtHome(
        case_id=case.id,
        patient_id=case.patient_id,
        topic=case.topic,
        status=case.status,
        happened_at=case.happened_at,
        promised=count.promised,
        come=count.held + count.ready,
        refused=count.refused,
        faces_asked=count.faces_asked,
    )


def _asked(part_id: UUID | None, wanted: cases.BetterPhoto, photographs: dict[UUID, PhotographPart]) -> AskedPhoto:
    """A request that points at no photograph is about the place of the first one."""
    pointed_at = photographs.get(part_id) if part_id else None
    like = pointed_at or next(iter(photographs.values()), None)
    return AskedPhoto(
        part_id=part_id,
        reason=wanted.reason,
        note=wanted.note,
        site=like.site.code if like else "",
        laterality=like.laterality if like else Laterality.NOT_APPLICABLE,
        view=pointed_at.view if pointed_at else View.OTHER,
    )
