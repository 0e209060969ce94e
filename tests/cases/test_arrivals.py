"""What has come of a case: matched once whoever asks, prepared once, and the case moves on by itself."""

import asyncio

import pytest

from server.cases import queries
from server.cases import service as cases
from server.cases.lifecycle import Status
from server.cases.service.arrivals import NOTHING_READABLE, completeness
from server.cases.tables import Arrival
from server.core.platform import Platform
from server.intake.lifecycle import UploadState
from server.intake.tables import Upload
from tests.support.casework import (
    PREPARED,
    add,
    arrivals_of,
    arrive,
    arrive_and_prepare,
    audited,
    case_of,
    document,
    jobs,
    prepare,
    refuse,
    send,
    shot,
    status_of,
    told,
    waiting,
)
from tests.support.clinics import Clinic, answers, system_of, upload


async def test_an_upload_that_completes_after_the_submission_is_matched(clinic: Clinic) -> None:
    taken = shot()
    case_id = await send(clinic, taken.part, answers())
    await arrive(clinic, case_id, taken)
    assert await arrivals_of(clinic, case_id) == [Arrival.HELD]
    assert await status_of(clinic, case_id) == Status.PREPARING
    assert await cases.media_to_prepare(clinic.organisation_id, taken.id) == taken.content


async def test_an_upload_that_completes_while_the_case_is_submitted_is_matched_by_the_later_of_both(
    clinic: Clinic,
) -> None:
    taken = shot()
    case_id = await send(clinic, taken.part, answers())
    await upload(clinic.patient, clinic.patient_id, case_id, taken.part, taken.content)
    assert await arrivals_of(clinic, case_id) == [Arrival.ABSENT]
    recheck, completed = await jobs("cases.recheck_arrivals"), await jobs("intake.upload_completed")
    assert recheck[0]["case_id"] == completed[0]["case_id"] == str(case_id)
    await cases.match_arrivals(clinic.organisation_id, case_id)
    assert await arrivals_of(clinic, case_id) == [Arrival.HELD]


async def test_matching_at_once_prepares_once(clinic: Clinic) -> None:
    taken = shot()
    case_id = await send(clinic, taken.part, answers())
    await upload(clinic.patient, clinic.patient_id, case_id, taken.part, taken.content)
    await asyncio.gather(*(cases.match_arrivals(clinic.organisation_id, case_id) for _ in range(4)))
    assert len(await jobs("cases.prepare_photo")) == 1


async def test_an_upload_without_a_submission_is_left_to_it(clinic: Clinic) -> None:
    taken = shot()
    await cases.match_arrivals(clinic.organisation_id, taken.id)
    assert not await jobs("cases.prepare_photo")


async def test_a_prepared_photograph_lets_the_case_wait_and_its_upload_go(clinic: Clinic) -> None:
    case_id, taken = await waiting(clinic)
    assert await status_of(clinic, case_id) == Status.WAITING
    assert await arrivals_of(clinic, case_id) == [Arrival.READY]
    assert await cases.media_to_prepare(clinic.organisation_id, taken.id) is None
    row = await Upload.objects().first()
    assert row is not None
    assert row.state == UploadState.CONSUMED


async def test_prepared_twice_is_prepared_once(clinic: Clinic) -> None:
    case_id, taken = await waiting(clinic)
    version = (await case_of(clinic, case_id)).version
    await prepare(clinic, taken)
    await refuse(clinic, taken)
    assert (await case_of(clinic, case_id)).version == version
    assert await arrivals_of(clinic, case_id) == [Arrival.READY]
    assert len(await audited("part:prepared")) == 1


async def test_photographs_prepared_at_once_do_not_miss_each_other(clinic: Clinic) -> None:
    shots = [shot() for _ in range(4)]
    case_id = await send(clinic, *(each.part for each in shots), answers())
    for each in shots:
        await arrive(clinic, case_id, each)
    await asyncio.gather(*(prepare(clinic, each) for each in shots))
    assert await status_of(clinic, case_id) == Status.WAITING
    assert len(await audited("case:routed")) == 1


async def test_one_photograph_of_two_is_enough_to_wait(clinic: Clinic) -> None:
    first, absent = shot(), shot()
    case_id = await send(clinic, first.part, absent.part, answers())
    await arrive_and_prepare(clinic, case_id, first)
    assert await status_of(clinic, case_id) == Status.WAITING


async def test_photographs_without_a_word_are_enough_to_wait(clinic: Clinic) -> None:
    taken = shot()
    case_id = await send(clinic, taken.part)
    await arrive_and_prepare(clinic, case_id, taken)
    assert await status_of(clinic, case_id) == Status.WAITING


async def test_a_photograph_that_cannot_be_read_is_asked_for_again_and_does_not_sink_its_case(clinic: Clinic) -> None:
    good, bad = shot(), shot()
    case_id = await send(clinic, good.part, bad.part, answers())
    for each in (good, bad):
        await arrive(clinic, case_id, each)
    await refuse(clinic, bad)
    await prepare(clinic, good)
    assert await status_of(clinic, case_id) == Status.WAITING
    (asked,) = (await cases.open_case(clinic.patient, case_id)).photo_requests
    assert (asked.row.part_id, asked.wanted.reason, asked.wanted.detail) == (bad.id, "unreadable", "truncated")
    assert await told() == ["photo-wanted"]


async def test_a_case_whose_only_photograph_cannot_be_read_waits_for_another(clinic: Clinic) -> None:
    bad = shot()
    case_id = await send(clinic, bad.part, answers())
    await arrive(clinic, case_id, bad)
    await refuse(clinic, bad)
    assert await status_of(clinic, case_id) == Status.PREPARING
    better = shot(replaces=bad.id)
    await add(clinic, case_id, better.part)
    await arrive_and_prepare(clinic, case_id, better)
    assert await status_of(clinic, case_id) == Status.WAITING


async def test_a_case_whose_only_document_cannot_be_opened_is_closed_and_its_patient_told(clinic: Clinic) -> None:
    part, content = document()
    case_id = await send(clinic, part)
    await upload(clinic.patient, clinic.patient_id, case_id, part, content)
    await cases.match_arrivals(clinic.organisation_id, case_id)
    await cases.record_refused(clinic.organisation_id, part.part_id, "unsupported_format")
    case = await case_of(clinic, case_id)
    assert (case.status, case.closed_because) == (Status.CLOSED, NOTHING_READABLE)
    assert await told() == ["case-closed"]


async def test_receipts_tell_the_truth_at_each_step(clinic: Clinic) -> None:
    first, second = shot(), shot()
    digests = (first.part.media.sha256, second.part.media.sha256)
    case_id = await send(clinic, first.part, second.part, answers())
    await arrive(clinic, case_id, first)
    receipt = await cases.receipt_of(clinic.patient, case_id)
    assert (receipt.held, receipt.absent) == (digests[:1], digests[1:])
    await prepare(clinic, first)
    await arrive(clinic, case_id, second)
    assert (await cases.receipt_of(clinic.patient, case_id)).is_complete
    await refuse(clinic, second)
    receipt = await cases.receipt_of(clinic.patient, case_id)
    assert (receipt.held, receipt.absent, receipt.refused) == (digests[:1], (), digests[1:])


async def test_completeness_counts_every_photograph_that_was_promised(clinic: Clinic) -> None:
    shots = [shot() for _ in range(4)]
    case_id = await send(clinic, *(each.part for each in shots), answers())
    for each in shots[:3]:
        await arrive(clinic, case_id, each)
    await prepare(clinic, shots[0])
    await refuse(clinic, shots[1])
    counted = completeness(await queries.parts_of(system_of(clinic), case_id))
    assert (counted.promised, counted.ready, counted.refused, counted.held, counted.absent) == (4, 1, 1, 1, 1)
    assert not counted.is_triageable


async def test_a_rendition_is_read_from_the_sealed_pack(clinic: Clinic, platform: Platform) -> None:
    case_id, taken = await waiting(clinic)
    opened = await cases.read_rendition(clinic.reader, case_id, taken.id, "review.jpg")
    assert (opened.content, opened.media_type) == (b"picture", "image/jpeg")
    async for stored in platform.objects.list("parts/"):
        assert PREPARED.pack not in await platform.objects.get(stored.key)


async def test_a_rendition_of_another_case_or_name_is_not_found(clinic: Clinic) -> None:
    case_id, taken = await waiting(clinic)
    other_id, _ = await waiting(clinic)
    with pytest.raises(cases.NoSuchPicture):
        await cases.read_rendition(clinic.reader, case_id, taken.id, "master.jpg")
    with pytest.raises(cases.NoSuchPicture):
        await cases.read_rendition(clinic.reader, other_id, taken.id, "review.jpg")
