"""Accepts a submission once: the case, its parts, the jobs and the signed receipt in one transaction."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from server.cases import queries
from server.cases.jobs import RecheckArrivals
from server.cases.lifecycle import Status
from server.cases.service.arrivals import media_arrived, settle
from server.cases.service.observations import observation_rows
from server.cases.service.photo_requests import mark_supplied
from server.cases.service.receipts import make_receipt, receipt_of
from server.cases.service.routing import specialty_of
from server.cases.service.steps import sealed_name, write_event
from server.cases.tables import Acuity, Arrival, Case, CasePart, ObservationRow
from server.contract.case import (
    CASE_SCHEMA,
    CaseSubmission,
    Part,
    PartsAdded,
    PhotographPart,
    VitalsPart,
    media_of,
    moment_of,
)
from server.contract.problem import FieldProblem
from server.contract.receipt import Receipt
from server.core import audit, vault
from server.core.access import Action, Actor, authorize
from server.core.faults import BadInput, Conflict
from server.core.outbox import enqueue
from server.core.platform import now
from server.core.vault import VaultKey
from server.identity import service as identity
from server.intake import service as intake
from server.patients import service as patients

ENDED = frozenset({Status.CLOSED, Status.WITHDRAWN})
NUL_ESCAPE = b"\\u0000"
"""PostgreSQL's text has no NUL; JSON can only write it so."""
ContractT = TypeVar("ContractT", CaseSubmission, PartsAdded)
RowT = TypeVar("RowT", CasePart, ObservationRow)


class PartGivenTwice(BadInput):
    code = "part-given-twice"
    title = "Two parts have the same id or name the same media"


class CaseEnded(Conflict):
    code = "case-ended"
    title = "The case has ended, and takes nothing more"
    next_step = "Ask again on the case, or open a new one."


async def submit_case(actor: Actor, body: bytes) -> Receipt:
    """Accept `body` (JSON of a CaseSubmission) once and answer the signed receipt.

    The same case id with the same bytes answers the first receipt; with other bytes KeyReused.
    Media that have not come yet are listed as absent: the case exists all the same.
    """
    authorize(actor, Action.CASE_SUBMIT)
    submission = decode(body, CaseSubmission)
    _check_parts(submission.parts)
    digest = hashlib.sha256(body).hexdigest()

    async def effect() -> intake.Response:
        return await _open_case(actor, submission, body, digest)

    answer = await intake.once(actor, "case", str(submission.case_id), digest, effect)
    return msgspec.json.decode(answer, type=Receipt)


async def add_parts(actor: Actor, body: bytes) -> Receipt:
    """Accept parts for a case that was already submitted (JSON of PartsAdded), once per addition id."""
    authorize(actor, Action.CASE_SUBMIT)
    addition = decode(body, PartsAdded)
    _check_parts(addition.parts)
    digest = hashlib.sha256(body).hexdigest()

    async def effect() -> intake.Response:
        return await _add_parts(actor, addition)

    answer = await intake.once(actor, "parts", str(addition.addition_id), digest, effect)
    return msgspec.json.decode(answer, type=Receipt)


def decode(body: bytes, contract: type[ContractT]) -> ContractT:
    """The contract Struct, or BadInput naming the path that is wrong."""
    if NUL_ESCAPE in body:
        raise BadInput("The submission holds the character NUL, which no text has.")
    try:
        return msgspec.json.decode(body, type=contract)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        problem, _, path = str(error).partition(" - at ")
        where = FieldProblem(path=path.strip("`$."), message=problem)
        raise BadInput("The case was not written as this clinic’s server expects it.", fields=(where,)) from error


def _check_parts(parts: tuple[Part, ...]) -> None:
    ids = {part.part_id for part in parts}
    digests = [media.sha256 for part in parts if (media := media_of(part))]
    if len(ids) != len(parts) or len(set(digests)) != len(digests):
        raise PartGivenTwice


async def _open_case(actor: Actor, submission: CaseSubmission, body: bytes, digest: str) -> intake.Response:
    patient = await patients.kept_summary(actor, submission.patient_id)
    await identity.require_taker(actor, submission.taken_by)
    key = await vault.key(patient.vault_id, actor.organisation_id)
    at = now()
    case = Case(
        id=submission.case_id,
        recorded_at=at,
        organisation_id=patient.organisation_id,
        patient_id=submission.patient_id,
        vault_id=patient.vault_id,
        submitted_by=actor.actor_id,
        topic=submission.topic,
        specialty=specialty_of(submission.topic),
        language=submission.language,
        region=patient.region,
        acuity=Acuity.ROUTINE,
        status=Status.SUBMITTED,
        schema=CASE_SCHEMA,
        submission_sha256=digest,
        sealed=key.seal(sealed_name("care_case", submission.case_id), body),
        happened_at=submission.submitted_at.at,
        zone=submission.submitted_at.zone,
        received_at=at,
        changed_at=at,
        is_clock_doubtful=not intake.plausible(submission.submitted_at.at, at),
        is_test=patient.is_test,
    )
    await Case.insert(case)
    await write_event(actor, case, "submit")
    if submission.consents:
        await patients.record_consents(actor, submission.patient_id, submission.consents)
    rows = await _store_parts(actor, case, key, submission.parts, present=[])
    await audit.record(
        actor,
        "case:submitted",
        subject_id=case.id,
        patient_id=case.patient_id,
        organisation_id=case.organisation_id,
        detail=_told(submission),
    )
    receipt = make_receipt(case, [(part, row.arrival) for part, row in zip(submission.parts, rows, strict=True)])
    return intake.Response(msgspec.json.encode(receipt), key)


async def _add_parts(actor: Actor, addition: PartsAdded) -> intake.Response:
    case = await queries.hold_case(actor, addition.case_id)
    queries.require_given(actor, case)
    await identity.require_taker(actor, addition.taken_by)
    if case.status in ENDED:
        raise CaseEnded
    key = await vault.key(case.vault_id, actor.organisation_id)
    present = await queries.parts_of(actor, case.id)
    await _store_parts(actor, case, key, addition.parts, present=present)
    await audit.record(
        actor,
        "case:parts-added",
        subject_id=case.id,
        patient_id=case.patient_id,
        organisation_id=case.organisation_id,
        detail=_told(addition),
    )
    return intake.Response(msgspec.json.encode(await receipt_of(actor, case.id)), key)


def _told(sent: CaseSubmission | PartsAdded) -> dict[str, str | int]:
    """For the trail: the actor is the kiosk, and the person who took the case stands beside it."""
    taker: dict[str, str | int] = {"taken_by": str(sent.taken_by)} if sent.taken_by else {}
    return {"parts": len(sent.parts), **taker}


async def _store_parts(
    actor: Actor, case: Case, key: VaultKey, parts: tuple[Part, ...], *, present: list[CasePart]
) -> list[CasePart]:
    """Insert the parts beside those present, mark what the uploads hold, and see to what is still absent."""
    rows = [_part_row(case, key, part, len(present) + index) for index, part in enumerate(parts)]
    vitals = [part for part in parts if isinstance(part, VitalsPart)]
    await _insert_new(CasePart, rows)
    await _insert_new(ObservationRow, [row for part in vitals for row in observation_rows(case, key, part)])
    held = await intake.held(actor, case.id, case.patient_id)
    for part, row in zip(parts, rows, strict=True):
        if isinstance(part, PhotographPart) and present:
            await mark_supplied(actor, case, part)
        media = media_of(part)
        if media and (upload := held.get(media.sha256)):
            await media_arrived(case, row, upload)
    if any(row.arrival == Arrival.ABSENT for row in rows):
        await enqueue(RecheckArrivals(organisation_id=case.organisation_id, case_id=case.id))
    await settle(case, parts=[*present, *rows])
    return rows


async def _insert_new(table: type[RowT], rows: Sequence[RowT]) -> None:
    """Ids are minted at the edge: one that another case has is an accident or an attack, never a part of this one."""
    if not rows:
        return
    inserted = await table.insert(*rows).on_conflict(action="DO NOTHING").returning(table.id)
    if len(inserted) != len(rows):
        raise PartGivenTwice


def _part_row(case: Case, key: VaultKey, part: Part, position: int) -> CasePart:
    media = media_of(part)
    happened = moment_of(part)
    at = now()
    return CasePart(
        id=part.part_id,
        recorded_at=at,
        organisation_id=case.organisation_id,
        case_id=case.id,
        patient_id=case.patient_id,
        vault_id=case.vault_id,
        kind=type(part).__struct_config__.tag,
        position=position,
        sealed=key.seal_value(sealed_name("case_part", part.part_id), part),
        arrival=Arrival.ABSENT if media else Arrival.READY,
        digest_address=key.digest_address(media.sha256) if media else "",
        media_type=media.media_type if media else "",
        size_bytes=media.size_bytes if media else 0,
        happened_at=happened.at,
        zone=happened.zone,
        received_at=None if media else at,
        replaces=part.replaces if isinstance(part, PhotographPart) else None,
        lesion_id=part.lesion_id if isinstance(part, PhotographPart) else None,
    )
