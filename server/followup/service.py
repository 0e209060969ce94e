"""The verbs of follow-up: which photographs show one site, what is compared, and what people draw."""

import hashlib
from uuid import UUID

import msgspec

from server.cases import service as cases
from server.contract.case import PhotographPart, View
from server.core import audit, vault
from server.core.access import Action, Actor, authorize, system_actor
from server.core.db import transaction
from server.core.faults import Conflict, NotFound
from server.core.ids import new_id
from server.core.outbox import enqueue
from server.core.platform import now
from server.followup import queries
from server.followup.jobs import ComparePhotographs
from server.followup.schemas import CardScale, Comparison, Corners, Pair, Site, Visit
from server.followup.tables import LesionOutline, SiteComparison

RENDITION = "review.jpg"
VISITS_MAX = 12
"""Of one site; older ones stay in their cases."""
CLOSE_VIEWS = frozenset({View.CLOSE_STRAIGHT, View.DERMOSCOPIC})


class OutlineChanged(Conflict):
    code = "outline-changed"
    title = "Somebody drew this outline meanwhile"
    kept = "Their outline is kept; yours was not saved."
    next_step = "Reload to see theirs, and correct it if you still want to."


async def plan_comparisons(organisation_id: UUID, part_id: UUID) -> None:
    """Have a photograph that is ready compared as its site's page will show it; asking again changes nothing."""
    async with transaction():
        await _enqueue(await _site_of(system_actor(organisation_id), part_id), part_id)


async def pair_to_compare(organisation_id: UUID, earlier_id: UUID, later_id: UUID, algorithm: str) -> Pair | None:
    """What the workers need; None where `algorithm` has compared these pixels and outlines already."""
    actor = system_actor(organisation_id)
    earlier, later = await cases.get_photograph(actor, earlier_id), await cases.get_photograph(actor, later_id)
    outlines = await queries.newest_outlines(actor, (earlier_id, later_id))
    versions = [outlines[each].version if each in outlines else 0 for each in (earlier_id, later_id)]
    done = await queries.find_comparison(actor, (earlier_id, versions[0]), (later_id, versions[1]))
    made_with = f"{algorithm} {_pixels_of(earlier, later)}"
    if done is not None and done.algorithm == made_with:
        return None
    pictures = [
        await cases.read_rendition(actor, each.row.case_id, each.row.id, RENDITION) for each in (earlier, later)
    ]
    drawn = [await _corners(actor, outlines.get(each)) for each in (earlier_id, later_id)]
    scales = [_scale_of(each) for each in (earlier, later)]
    return Pair(
        pictures[0].content, pictures[1].content, drawn[0], drawn[1], versions[0], versions[1], made_with, *scales
    )


async def record_comparison(
    organisation_id: UUID, earlier_id: UUID, later_id: UUID, pair: Pair, found: Comparison
) -> None:
    """Keep what the workers found, once for each pair of pixels and outline versions, and algorithm."""
    actor = system_actor(organisation_id)
    later = await cases.get_photograph(actor, later_id)
    key = await vault.key(later.row.vault_id, organisation_id)
    row_id = new_id()
    row = SiteComparison(
        id=row_id,
        recorded_at=now(),
        organisation_id=organisation_id,
        case_id=later.row.case_id,
        patient_id=later.row.patient_id,
        vault_id=later.row.vault_id,
        earlier_part_id=earlier_id,
        later_part_id=later_id,
        earlier_version=pair.earlier_version,
        later_version=pair.later_version,
        algorithm=pair.made_with,
        sealed=key.seal_value(f"site_comparison/{row_id}/sealed", found),
    )
    async with transaction():
        await SiteComparison.insert(row).on_conflict(action="DO NOTHING")


async def open_site(actor: Actor, case_id: UUID, part_id: UUID, earlier_id: UUID | None = None) -> Site:
    """The photograph's site over time, with one earlier visit beside it (the last before it unless named).

    What has not been compared yet, or no longer holds, is asked for.
    """
    authorize(actor, Action.CASE_READ)
    await cases.require_visible(actor, case_id)
    photos = await _site_of(actor, part_id)
    at = _index(photos, part_id)
    if at < 0 or photos[at].row.case_id != case_id:
        raise NotFound
    outlines = await queries.newest_outlines(actor, [photo.row.id for photo in photos])
    chosen = next((n for n in range(at) if photos[n].row.id == earlier_id), at - 1)
    shown = [(0, n) for n in range(1, len(photos))] + ([(chosen, at)] if chosen > 0 else [])
    found = {(a, b): await _compared(actor, photos[a], photos[b], outlines) for a, b in shown}
    visits = [_visit(photo, outlines.get(photo.row.id), found.get((0, n))) for n, photo in enumerate(photos)]
    later = photos[at].row
    async with transaction():
        for a, b in (pair for pair in shown if found[pair] is None):
            await _compare(photos[a], photos[b])
        await audit.record(
            actor, "site:read", subject_id=part_id, patient_id=later.patient_id, organisation_id=later.organisation_id
        )
    earlier = visits[chosen] if at else None
    return Site(visits=tuple(visits), earlier=earlier, later=visits[at], pair=found.get((chosen, at)))


async def earlier_visits(actor: Actor, case_id: UUID) -> list[tuple[UUID, int]]:
    """For each close photograph of the case that has earlier visits of its site: which, and how many."""
    authorize(actor, Action.CASE_READ)
    own = [photo for photo in await cases.photographs_of_case(actor, case_id) if photo.row.arrival == "ready"]
    if not own:
        return []
    every = await cases.photographs_of_patient(actor, own[0].row.patient_id)
    counted = [(photo.row.id, _place(every, photo)) for photo in own if _is_close(photo)]
    return [(part_id, earlier) for part_id, earlier in counted if earlier]


async def draw_outline(actor: Actor, case_id: UUID, part_id: UUID, corners: Corners, seen_version: int) -> None:
    """Keep a person's outline as the next version; what is compared with it is computed again."""
    authorize(actor, Action.OUTLINE_DRAW)
    photo = await cases.get_photograph(actor, part_id)
    if photo.row.case_id != case_id:
        raise NotFound
    row, outline_id = photo.row, new_id()
    key = await vault.key(row.vault_id, actor.organisation_id)
    async with transaction():
        await cases.hold_case(actor, case_id)
        newest = (await queries.newest_outlines(actor, [part_id])).get(part_id)
        if (newest.version if newest else 0) != seen_version:
            raise OutlineChanged
        await LesionOutline(
            id=outline_id,
            recorded_at=now(),
            organisation_id=row.organisation_id,
            case_id=case_id,
            patient_id=row.patient_id,
            vault_id=row.vault_id,
            part_id=part_id,
            version=seen_version + 1,
            author_id=actor.actor_id,
            sealed=key.seal_value(f"lesion_outline/{outline_id}/sealed", corners),
        ).save()
        await _enqueue(await _site_of(actor, part_id), part_id)
        await audit.record(
            actor,
            "outline:drawn",
            subject_id=part_id,
            patient_id=row.patient_id,
            organisation_id=row.organisation_id,
        )


async def drawn_corners(actor: Actor, part_id: UUID) -> tuple[tuple[float, float], ...]:
    """The newest outline that a person drew in the photograph; empty where nobody did."""
    authorize(actor, Action.CASE_READ)
    return await _corners(actor, (await queries.newest_outlines(actor, [part_id])).get(part_id))


async def _site_of(actor: Actor, part_id: UUID) -> list[cases.OpenedPart]:
    """The photograph, if it is ready, and every close one of its site from other visits that the actor may see.

    Oldest first; of more than VISITS_MAX those before the photograph.
    """
    photo = await cases.get_photograph(actor, part_id)
    visits = _visits_of(photo, await cases.photographs_of_patient(actor, photo.row.patient_id))
    end = max(_index(visits, part_id) + 1, VISITS_MAX)
    return visits[max(end - VISITS_MAX, 0) : end]


def _place(every: list[cases.OpenedPart], photo: cases.OpenedPart) -> int:
    return max(_index(_visits_of(photo, every), photo.row.id), 0)


def _index(photos: list[cases.OpenedPart], part_id: UUID) -> int:
    """-1 where the photograph is not among them, as before it is ready."""
    return next((n for n, photo in enumerate(photos) if photo.row.id == part_id), -1)


def _visits_of(photo: cases.OpenedPart, every: list[cases.OpenedPart]) -> list[cases.OpenedPart]:
    """The photograph and of each other case the last of its site: what one case shows was taken at one visit."""
    last_of_case = {other.row.case_id: other.row.id for other in every if _is_same_site(photo, other)}
    visits = {**last_of_case, photo.row.case_id: photo.row.id}
    return [other for other in every if other.row.id in visits.values()]


def _is_close(photo: cases.OpenedPart) -> bool:
    return isinstance(photo.part, PhotographPart) and photo.part.view in CLOSE_VIEWS


def _is_same_site(one: cases.OpenedPart, other: cases.OpenedPart) -> bool:
    """The same named lesion; without one, the same place, side and view of no named lesion."""
    a, b = one.part, other.part
    if not isinstance(a, PhotographPart) or not isinstance(b, PhotographPart) or a.view != b.view:
        return False
    if a.view not in CLOSE_VIEWS or a.lesion_id != b.lesion_id:
        return False
    return a.lesion_id is not None or (a.site.code, a.laterality) == (b.site.code, b.laterality)


async def _enqueue(photos: list[cases.OpenedPart], part_id: UUID) -> None:
    """What pages will show of the photograph: itself with the first visit, with the one before and the one after.

    Every pair of a site would be the square of its visits, at seconds of a processor each; what a person asks for
    besides is compared when it is asked for.
    """
    at = _index(photos, part_id)
    if at < 0:
        return
    others = range(1, len(photos)) if at == 0 else sorted({0, at - 1, at + 1} & set(range(len(photos))))
    for other in others:
        await _compare(photos[min(at, other)], photos[max(at, other)])


async def _compare(earlier: cases.OpenedPart, later: cases.OpenedPart) -> None:
    job = ComparePhotographs(
        organisation_id=later.row.organisation_id, earlier_part_id=earlier.row.id, later_part_id=later.row.id
    )
    await enqueue(job, once_key=f"{job.name}:{job.earlier_part_id}:{job.later_part_id}")


async def _compared(
    actor: Actor, earlier: cases.OpenedPart, later: cases.OpenedPart, outlines: dict[UUID, LesionOutline]
) -> Comparison | None:
    versions = [outlines[each.row.id].version if each.row.id in outlines else 0 for each in (earlier, later)]
    row = await queries.find_comparison(actor, (earlier.row.id, versions[0]), (later.row.id, versions[1]))
    if row is None or not row.algorithm.endswith(_pixels_of(earlier, later)):
        return None
    key = await vault.key(row.vault_id, actor.organisation_id)
    return key.open_value(f"site_comparison/{row.id}/sealed", row.sealed, Comparison)


def _pixels_of(earlier: cases.OpenedPart, later: cases.OpenedPart) -> str:
    """Which pixels are compared: a photograph that was cut or uncovered since is another one."""
    return hashlib.sha256(f"{earlier.row.object_key} {later.row.object_key}".encode()).hexdigest()[:16]


async def _corners(actor: Actor, row: LesionOutline | None) -> tuple[tuple[float, float], ...]:
    if row is None:
        return ()
    key = await vault.key(row.vault_id, actor.organisation_id)
    return key.open_value(f"lesion_outline/{row.id}/sealed", row.sealed, tuple[tuple[float, float], ...])


def _scale_of(photo: cases.OpenedPart) -> CardScale | None:
    evidence = photo.evidence
    if evidence is None or evidence.scale is None:
        return None
    scale = evidence.scale
    return CardScale(
        homography=scale.homography,
        relative_error=scale.relative_error,
        reach_mm=scale.reach_mm,
        card_width_mm=scale.card_width_mm,
        card_height_mm=scale.card_height_mm,
        width_px=evidence.width_px,
        height_px=evidence.height_px,
    )


def _visit(photo: cases.OpenedPart, drawn: LesionOutline | None, compared: Comparison | None) -> Visit:
    part, evidence = photo.part, photo.evidence
    if not isinstance(part, PhotographPart):
        raise msgspec.ValidationError("a visit is a photograph")
    return Visit(
        part_id=part.part_id,
        case_id=photo.row.case_id,
        taken_at=part.taken_at.at,
        address=f"/cases/{photo.row.case_id}/photos/{part.part_id}/{RENDITION}",
        width_px=evidence.width_px if evidence else 0,
        height_px=evidence.height_px if evidence else 0,
        outline_version=drawn.version if drawn else 0,
        outline_author_id=drawn.author_id if drawn else None,
        outlined_at=drawn.recorded_at if drawn else None,
        compared=compared,
    )
