"""Sends prepared photographs to archives: makes the DICOM object, asks before it repeats, writes down how it ended."""

import asyncio
from uuid import uuid5
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from imaging.dicom_write import DERMOSCOPIC, VL_PHOTOGRAPHIC, Person, PhotoDescription, Technique, uid_from, write_dicom
from imaging.jpeg_frame import NotEncapsulable
from server.contract.case import View
from server.contract.wire import Moment
from server.core.log import get_logger
from server.core.platform import platform
from server.exchange import service as exchange
from server.exchange.jobs import SendToArchive
from server.exchange.service import Attempt, Outcome, SendingState
from workers.actors import actor
from workers.archives import ArchiveClient, Deferred, Instance, Interrupted, Refused, open_archive

SEND_LIMIT_S = 240.0
"""Below the five minutes after which an attempt counts as interrupted."""
log = get_logger(__name__)


@actor(SendToArchive, time_limit_s=SEND_LIMIT_S + 30)
async def send_to_archive(job: SendToArchive) -> None:
    """One attempt. If the process ends in it, the row stays as begun, and the next attempt asks the archive first."""
    attempt = await exchange.begin(job.organisation_id, job.sending_id)
    if attempt is None:
        return
    outcome = await _carry_out(attempt)
    await exchange.settle(attempt, outcome)
    log.info("archive_attempt", sending=job.sending_id, state=outcome.state, error=outcome.error)


async def _carry_out(attempt: Attempt) -> Outcome:
    archive = platform().settings.archives.get(attempt.archive)
    if archive is None or archive.organisation_id != attempt.organisation_id:
        return Outcome(SendingState.REFUSED, "no-such-archive")
    try:
        instance = instance_of(attempt)
    except NotEncapsulable:
        return Outcome(SendingState.REFUSED, "not-encapsulable")
    return await _send(open_archive(archive), instance, asks_first=attempt.asks_first)


async def _send(archive: ArchiveClient, instance: Instance, *, asks_first: bool) -> Outcome:
    try:
        async with asyncio.timeout(SEND_LIMIT_S):
            await asyncio.to_thread(_hand_over, archive, instance, asks_first)
    except Refused as error:
        return Outcome(SendingState.REFUSED, error.code)
    except Deferred as error:
        # What was uncertain before stays so: that the archive cannot be asked now says nothing of then.
        return Outcome(SendingState.UNCERTAIN if asks_first else SendingState.WAITING, error.code)
    except Interrupted as error:
        return Outcome(SendingState.UNCERTAIN, error.code)
    except TimeoutError:
        return Outcome(SendingState.UNCERTAIN, "too-slow")
    return Outcome(SendingState.SENT)


def _hand_over(archive: ArchiveClient, instance: Instance, asks_first: bool) -> None:
    if asks_first and archive.has(instance):
        return
    archive.store(instance)


def instance_of(attempt: Attempt) -> Instance:
    """The object, the same at each attempt: its UIDs follow from the case, the part and the pixels' address."""
    about = describe(attempt)
    is_dermoscopy = about.technique is Technique.DERMOSCOPY
    return Instance(
        content=write_dicom(attempt.photograph.jpeg, about),
        sop_class_uid=DERMOSCOPIC if is_dermoscopy else VL_PHOTOGRAPHIC,
        study_uid=uid_from(about.study_id),
        series_uid=uid_from(about.series_id),
        sop_uid=uid_from(about.instance_id),
    )


def describe(attempt: Attempt) -> PhotoDescription:
    """The header's content. A study is a case, a series what was taken of it in one technique."""
    photograph, who = attempt.photograph, attempt.who
    part = photograph.part
    technique = Technique.DERMOSCOPY if part.view is View.DERMOSCOPIC else Technique.PHOTOGRAPH
    return PhotoDescription(
        study_id=photograph.case_id,
        series_id=uuid5(photograph.case_id, technique),
        instance_id=uuid5(part.part_id, attempt.object_key),
        frame_of_reference_id=uuid5(part.part_id, "frame of reference"),
        technique=technique,
        person=Person(
            patient_id=str(attempt.patient_id),
            issuer=str(attempt.organisation_id),
            family_name=who.family_name,
            given_name=who.given_name,
            birth_date=who.birth_date,
            sex=who.sex,
        ),
        site=part.site.code,
        laterality=part.laterality,
        taken_at=part.taken_at.at.astimezone(_zone(part.taken_at)),
        camera=photograph.camera,
        number=photograph.number,
    )


def _zone(moment: Moment) -> ZoneInfo:
    """The place's zone; a name that this machine does not know leaves the instant in UTC."""
    try:
        return ZoneInfo(moment.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
