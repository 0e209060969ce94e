"""Small pictures before the photographs: a case can be triaged with them, and they go when the photographs come."""

import asyncio
from uuid import UUID

import msgspec
import pytest

from server.cases import queries
from server.cases import service as cases
from server.cases.lifecycle import Status
from server.cases.service.chasing import GIVE_UP_AFTER
from server.cases.service.markers import case_marker
from server.cases.tables import Arrival, CasePart
from server.contract.preview import PREVIEW_BYTES, PREVIEW_MEDIA_TYPE, PreviewStep, preview_id
from server.core import vault
from server.core.platform import Platform
from server.intake.lifecycle import UploadState
from server.intake.tables import Upload
from tests.support.casework import (
    add,
    arrivals_of,
    arrive,
    arrive_and_prepare,
    audited,
    jobs,
    refuse,
    send,
    shot,
    status_of,
    told,
)
from tests.support.clinics import Clinic, answers, media, system_of, upload_bytes
from tests.support.platforms import FakeClock
from tests.support.previewed import (
    EARLY_JPEG,
    Previewed,
    arrive_early,
    early_job,
    prepare_early,
    previewed_shot,
    show_early,
)

SMALL, LARGE = PreviewStep


async def send_previewed(clinic: Clinic, *taken: Previewed) -> UUID:
    return await send(clinic, *(each.shot.part for each in taken), answers())


async def counted(clinic: Clinic, case_id: UUID) -> cases.Completeness:
    return cases.completeness(await queries.parts_of(system_of(clinic), case_id))


async def test_with_a_preview_of_every_photograph_the_case_waits_and_nothing_counts_as_come(clinic: Clinic) -> None:
    taken = [previewed_shot() for _ in range(2)]
    case_id = await send_previewed(clinic, *taken)
    await show_early(clinic, case_id, taken[0])
    assert await status_of(clinic, case_id) == Status.SUBMITTED
    await show_early(clinic, case_id, taken[1])
    assert await status_of(clinic, case_id) == Status.WAITING
    assert len(await audited("case:routed")) == 1
    assert await arrivals_of(clinic, case_id) == [Arrival.ABSENT, Arrival.ABSENT]
    has = await counted(clinic, case_id)
    assert (has.promised, has.ready, has.absent, has.previewed) == (2, 0, 2, 2)
    receipt = await cases.receipt_of(clinic.patient, case_id)
    assert (receipt.held, len(receipt.absent)) == ((), 2)


async def test_a_photograph_without_a_preview_among_others_is_waited_for(clinic: Clinic) -> None:
    seen, unseen = previewed_shot(), shot()
    case_id = await send(clinic, seen.shot.part, unseen.part, answers())
    await show_early(clinic, case_id, seen)
    assert await status_of(clinic, case_id) == Status.SUBMITTED
    await arrive_and_prepare(clinic, case_id, unseen)
    assert await status_of(clinic, case_id) == Status.WAITING


async def test_a_photograph_that_is_being_prepared_does_not_hold_up_one_that_can_be_seen(clinic: Clinic) -> None:
    first, second = previewed_shot(), previewed_shot()
    case_id = await send_previewed(clinic, first, second)
    await show_early(clinic, case_id, first)
    await arrive(clinic, case_id, first.shot)
    assert await status_of(clinic, case_id) == Status.PREPARING
    await show_early(clinic, case_id, second)
    assert await status_of(clinic, case_id) == Status.WAITING


async def test_the_photograph_takes_its_previews_place(clinic: Clinic, platform: Platform) -> None:
    taken = previewed_shot()
    case_id = await send_previewed(clinic, taken)
    await show_early(clinic, case_id, taken)
    seen = await cases.read_rendition(clinic.reader, case_id, taken.shot.id, cases.EARLY)
    assert (seen.content, seen.media_type) == (EARLY_JPEG, "image/jpeg")
    await arrive_and_prepare(clinic, case_id, taken.shot)
    (job,) = await jobs("cases.remove_preview")
    assert job["part_id"] == str(taken.shot.id)
    opened = await cases.open_case(clinic.reader, case_id)
    assert (opened.parts[0].preview, opened.completeness.previewed, opened.completeness.ready) == (None, 0, 1)
    for _ in range(2):
        await cases.remove_preview(clinic.organisation_id, taken.shot.id)
    with pytest.raises(cases.NoSuchPicture):
        await cases.read_rendition(clinic.reader, case_id, taken.shot.id, cases.EARLY)
    assert [stored.key async for stored in platform.objects.list("previews/")] == []


async def test_a_preview_that_is_prepared_after_its_photograph_is_not_kept(clinic: Clinic, platform: Platform) -> None:
    taken = previewed_shot()
    case_id = await send_previewed(clinic, taken)
    await arrive_early(clinic, case_id, taken)
    await arrive_and_prepare(clinic, case_id, taken.shot)
    await prepare_early(clinic, taken)
    assert (await cases.open_case(clinic.reader, case_id)).completeness.previewed == 0
    assert [stored.key async for stored in platform.objects.list("previews/")] == []
    assert await audited("part:previewed") == []


async def test_a_photograph_that_never_had_a_preview_has_nothing_to_remove(clinic: Clinic) -> None:
    taken = shot()
    case_id = await send(clinic, taken.part, answers())
    await arrive_and_prepare(clinic, case_id, taken)
    assert await jobs("cases.remove_preview") == []


async def test_the_larger_preview_follows_the_smaller_and_never_the_other_way(
    clinic: Clinic, platform: Platform
) -> None:
    taken = previewed_shot()
    case_id = await send_previewed(clinic, taken)
    await arrive_early(clinic, case_id, taken, SMALL)
    await show_early(clinic, case_id, taken, LARGE, jpeg=b"larger")
    await prepare_early(clinic, taken, SMALL)
    seen = await cases.read_rendition(clinic.reader, case_id, taken.shot.id, cases.EARLY)
    assert seen.content == b"larger"
    assert len([stored async for stored in platform.objects.list("previews/")]) == 1
    uploads = await Upload.select(Upload.state)
    assert [each["state"] for each in uploads] == [UploadState.CONSUMED, UploadState.CONSUMED]


async def test_a_preview_is_matched_and_kept_once_whoever_asks(clinic: Clinic) -> None:
    taken = previewed_shot()
    case_id = await send_previewed(clinic, taken)
    await arrive_early(clinic, case_id, taken)
    await asyncio.gather(*(cases.match_arrivals(clinic.organisation_id, case_id) for _ in range(4)))
    for _ in range(2):
        await prepare_early(clinic, taken)
    assert len(await audited("part:previewed")) == 1
    job = await early_job(taken)
    done = await cases.preview_to_prepare(clinic.organisation_id, taken.shot.id, UUID(job["upload_id"]), SMALL)
    assert done is None


async def test_previews_that_came_before_the_submission_are_found_with_it(clinic: Clinic) -> None:
    taken = previewed_shot()
    case_id = UUID(int=taken.shot.id.int ^ 1)
    content = taken.contents[SMALL]
    own_id = preview_id(taken.shot.id, SMALL)
    await upload_bytes(clinic.patient, clinic.patient_id, case_id, own_id, media(content, PREVIEW_MEDIA_TYPE), content)
    await send(clinic, taken.shot.part, answers(), case_id=case_id)
    await cases.recheck_arrivals(clinic.organisation_id, case_id)
    assert await early_job(taken)


async def test_what_no_part_names_as_its_preview_is_not_shown(clinic: Clinic) -> None:
    taken, other = previewed_shot({SMALL: b"small"}), previewed_shot({SMALL: b"another"})
    case_id = await send_previewed(clinic, taken)
    for part_id, content in ((taken.shot.id, b"forged"), (other.shot.id, b"small")):
        promised = media(content, PREVIEW_MEDIA_TYPE)
        own_id = preview_id(part_id, SMALL)
        await upload_bytes(clinic.patient, clinic.patient_id, case_id, own_id, promised, content)
    await cases.match_arrivals(clinic.organisation_id, case_id)
    assert await jobs("cases.prepare_preview") == []


async def test_a_preview_of_more_bytes_than_it_said_is_dropped(clinic: Clinic) -> None:
    taken = previewed_shot({SMALL: b"x" * (PREVIEW_BYTES[SMALL] // 2)})
    lying = b"x" * (PREVIEW_BYTES[SMALL] + 1)
    part = taken.shot.part
    (named,) = part.previews
    taken.contents[SMALL] = lying  # the part says that it is smaller
    digest = media(lying, PREVIEW_MEDIA_TYPE).sha256
    taken.shot.part = msgspec.structs.replace(part, previews=(msgspec.structs.replace(named, sha256=digest),))
    case_id = await send_previewed(clinic, taken)
    await arrive_early(clinic, case_id, taken)
    job = await early_job(taken)
    assert await cases.preview_to_prepare(clinic.organisation_id, taken.shot.id, UUID(job["upload_id"]), SMALL) is None
    assert [row["detail"] for row in await audited("part:preview-dropped")] == ['{"reason":"too_many_bytes"}']


async def test_a_photograph_that_cannot_be_read_leaves_its_preview_to_look_at(clinic: Clinic) -> None:
    taken = previewed_shot()
    case_id = await send_previewed(clinic, taken)
    await show_early(clinic, case_id, taken)
    await arrive(clinic, case_id, taken.shot)
    await refuse(clinic, taken.shot)
    assert await status_of(clinic, case_id) == Status.WAITING
    (part, _) = (await cases.open_case(clinic.reader, case_id)).parts
    assert (part.row.arrival, part.preview is not None) == (Arrival.REFUSED, True)


async def test_photographs_that_never_come_are_chased_and_given_up_as_ever(clinic: Clinic, clock: FakeClock) -> None:
    taken = previewed_shot()
    case_id = await send_previewed(clinic, taken)
    await show_early(clinic, case_id, taken)
    clock.advance(hours=1)
    await cases.chase_absent(clinic.organisation_id, case_id)
    assert "photos-missing" in await told()
    clock.advance(seconds=GIVE_UP_AFTER.total_seconds())
    await cases.chase_absent(clinic.organisation_id, case_id)
    assert await arrivals_of(clinic, case_id) == [Arrival.GIVEN_UP]
    assert await status_of(clinic, case_id) == Status.WAITING
    assert (await cases.open_case(clinic.reader, case_id)).parts[0].preview is not None


async def test_a_better_photograph_may_have_previews_too(clinic: Clinic) -> None:
    first, better = shot(), previewed_shot()
    case_id = await send(clinic, first.part, answers())
    await add(clinic, case_id, better.shot.part)
    await show_early(clinic, case_id, better)
    assert (await counted(clinic, case_id)).previewed == 1


async def test_open_pages_are_told_of_a_preview_and_of_what_follows_it(clinic: Clinic) -> None:
    taken = previewed_shot()
    case_id = await send_previewed(clinic, taken)
    marks = [await case_marker(clinic.worker, case_id)]
    for step in PreviewStep:
        await show_early(clinic, case_id, taken, step, jpeg=step.encode())
        marks.append(await case_marker(clinic.worker, case_id))
        assert cases.marker_of(await cases.open_case(clinic.worker, case_id)) == marks[-1]
    assert len(set(marks)) == 3


async def test_a_preview_of_another_case_or_for_a_stranger_is_not_found(clinic: Clinic) -> None:
    taken, other = previewed_shot(), shot()
    case_id = await send_previewed(clinic, taken)
    await show_early(clinic, case_id, taken)
    other_id = await send(clinic, other.part, answers())
    with pytest.raises(cases.NoSuchPicture):
        await cases.read_rendition(clinic.worker, other_id, taken.shot.id, cases.EARLY)
    with pytest.raises(cases.NoSuchPicture):
        await cases.read_rendition(clinic.worker, case_id, taken.shot.id, "review.jpg")


async def test_a_preview_is_erased_with_its_patient(clinic: Clinic, platform: Platform) -> None:
    taken = previewed_shot()
    case_id = await send_previewed(clinic, taken)
    await show_early(clinic, case_id, taken)
    (stored,) = [each async for each in platform.objects.list("previews/")]
    assert EARLY_JPEG not in await platform.objects.get(stored.key)
    row = await CasePart.objects().where(CasePart.id == taken.shot.id).first()
    assert row is not None
    await vault.shred(system_of(clinic), row.vault_id)
    with pytest.raises(vault.Shredded):
        await cases.read_rendition(clinic.worker, case_id, taken.shot.id, cases.EARLY)
