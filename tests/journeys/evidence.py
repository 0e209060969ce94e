"""Holds what was acknowledged against what is there: every loss and every duplicate, as one line each."""

import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from uuid import UUID

import msgspec

from server.cases import service as cases
from server.cases.tables import Arrival, Case, CaseEvent, CaseMessage, CasePart, ObservationRow
from server.contract.case import CaseSubmission
from server.core import vault
from server.core.access import Actor, system_actor
from server.core.clock import now
from server.core.notices.tables import NoticeIntent, NoticeState
from server.core.objects import ObjectMissing
from server.core.outbox.tables import JobState, OutboxJob
from server.core.vault import Tampered
from server.intake import service as intake
from server.reports.tables import AnswerVersion
from tests.journeys.lives import Acknowledged
from tests.journeys.people import Cast
from tests.journeys.phone import Draft
from tests.journeys.stack import Stack

ONCE_EACH = ("submit", "become-ready", "claim", "answer")


async def is_at_rest() -> bool:
    """Whether nothing that was interrupted is still to be done; what was meant for later, such as reminders, may wait.

    A job that failed waits for its next try, and a notice whose attempt was cut off for its own.
    """
    if await NoticeIntent.exists().where(NoticeIntent.state == NoticeState.WAITING):
        return False
    jobs = await OutboxJob.objects().where(OutboxJob.state != JobState.DEAD)
    return all(job.state == JobState.WAITING and job.due_at > now() and not job.failures for job in jobs)


async def find_faults(stack: Stack, cast: Cast, log: Acknowledged) -> list[str]:
    """Losses and duplicates; empty when every promise was kept exactly once."""
    checks = (
        _cases(log),
        _media(cast, log),
        _answers(log),
        _messages(log),
        _notices(stack, log),
        _dead_jobs(),
    )
    found = [fault async for fault in _chain(checks)]
    return [*log.losses, *(f"refused: {refusal}" for refusal in log.refusals), *found]


async def _chain(checks: Iterable[AsyncIterator[str]]) -> AsyncIterator[str]:
    for check in checks:
        async for fault in check:
            yield fault


async def _cases(log: Acknowledged) -> AsyncIterator[str]:
    """Each acknowledged case with its submission's bytes, its parts and its observations, and no case beside them."""
    rows = {case.id: case for case in await Case.objects()}
    for case_id in rows.keys() - log.cases.keys():
        yield f"case {case_id}: nobody was told of it"
    for case_id, draft in log.cases.items():
        case = rows.get(case_id)
        if case is None or case.submission_sha256 != hashlib.sha256(draft.body).hexdigest():
            yield f"case {case_id}: lost"
            continue
        wanted = msgspec.json.decode(draft.body, type=CaseSubmission)
        parts = [part.id for part in await CasePart.objects().where(CasePart.case_id == case_id)]
        for fault in _differences("part", [part.part_id for part in wanted.parts], parts):
            yield f"case {case_id}: {fault}"
        observations = await ObservationRow.objects().where(ObservationRow.case_id == case_id)
        if len(observations) != 1:
            yield f"case {case_id}: {len(observations)} observations instead of one"
    async for fault in _steps(log):
        yield fault


async def _steps(log: Acknowledged) -> AsyncIterator[str]:
    rows = await CaseEvent.select(CaseEvent.case_id, CaseEvent.event)
    steps = Counter((row["case_id"], row["event"]) for row in rows)
    for case_id in log.answered:
        for event in ONCE_EACH:
            if steps[case_id, event] != 1:
                yield f"case {case_id}: {event} happened {steps[case_id, event]} times"


async def _media(cast: Cast, log: Acknowledged) -> AsyncIterator[str]:
    """The bytes of every photograph that a receipt holds, read back through the vault."""
    clinic = system_actor(cast.clinic_id)
    for case_id in log.sent:
        draft = log.cases[case_id]
        for sha256 in draft.photos:
            fault = await _photo_fault(clinic, draft, sha256)
            if fault:
                yield f"case {case_id}: photograph {sha256[:8]} {fault}"


async def _photo_fault(clinic: Actor, draft: Draft, sha256: str) -> str:
    row = await CasePart.objects().get(CasePart.id == draft.parts[sha256].part_id)
    if row is None or row.upload_id is None:
        return "is not held"
    try:
        content = await intake.read_upload(clinic, row.upload_id)
        if hashlib.sha256(content).hexdigest() != sha256:
            return "has other bytes"
        if row.arrival != Arrival.READY:
            return f"is {row.arrival}"
        shown = await cases.read_rendition(clinic, draft.case_id, row.id, "preview.jpg")
    except (ObjectMissing, Tampered) as lost:
        return f"cannot be read: {type(lost).__name__}"
    return "" if shown.content.startswith(b"\xff\xd8\xff") else "has no preview"


async def _answers(log: Acknowledged) -> AsyncIterator[str]:
    rows = await AnswerVersion.objects()
    for fault in _differences("answer", log.answered, [row.case_id for row in rows]):
        yield fault
    for row in rows:
        if row.released_at is None:
            yield f"case {row.case_id}: its answer was never released"


async def _messages(log: Acknowledged) -> AsyncIterator[str]:
    found: list[tuple[UUID, str]] = []
    for row in await CaseMessage.objects():
        key = await vault.key(row.vault_id, row.organisation_id)
        found.append((row.case_id, key.open(f"case_message/{row.id}/sealed", row.sealed).decode()))
    for fault in _differences("message", log.messages, found):
        yield fault


async def _notices(stack: Stack, log: Acknowledged) -> AsyncIterator[str]:
    """One notice for each answer, sent, and one SMS at the gateway for each notice."""
    rows = await NoticeIntent.objects().where(NoticeIntent.template == "answer-ready")
    if len(rows) != len(log.answered):
        yield f"{len(rows)} notices of {len(log.answered)} answers"
    every = await NoticeIntent.objects()
    for row in every:
        if row.state != NoticeState.SENT:
            yield f"notice {row.id} of {row.template} is {row.state}"
    if len(stack.gateway.sent) != len(every):
        yield f"{len(stack.gateway.sent)} SMS of {len(every)} notices"


async def _dead_jobs() -> AsyncIterator[str]:
    for job in await OutboxJob.objects().where(OutboxJob.state == JobState.DEAD):
        yield f"job {job.name} is dead after {job.failures} failures: {job.last_error}"


def _differences(kind: str, wanted: Iterable[object], found: Iterable[object]) -> list[str]:
    """Everything that is missing, unasked for or there twice."""
    due, there = Counter(wanted), Counter(found)
    lost = [f"{kind} {item} is lost" for item in (due - there)]
    return lost + [f"{kind} {item} is there {there[item]} times instead of {due[item]}" for item in (there - due)]
