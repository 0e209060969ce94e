"""Reading the trail: an auditor sees the organisation's log, a patient who looked, nobody anything else."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from server.core.access import Action, grants
from server.core.access.tables import Capacity
from server.core.audit import queries, record
from server.core.audit.queries import TrailFilter, accesses_of_patient, list_trail
from server.core.audit.refusals import record_refusal
from server.core.audit.sealer import seal_pending
from server.core.audit.tables import AuditEvent
from server.core.faults import Forbidden, NotFound
from server.core.platform import Platform
from tests.core.audit.recording import auditor, patient, record_events, specialist
from tests.support.platforms import FakeClock

ALL = TrailFilter()


async def test_a_page_is_newest_first_and_of_one_organisation(
    trail: Platform, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE_EVENTS", 2)
    organisation_id = uuid4()
    await record_events(organisation_id, 3, clock)
    await record_events(uuid4(), 3, clock)
    await seal_pending()
    reader = auditor(organisation_id)
    first = await list_trail(reader, ALL)
    assert [event.sequence for event in first] == [3, 2]
    rest = await list_trail(reader, ALL, before=first[-1].sequence)
    assert [event.sequence for event in rest] == [1]
    assert {event.organisation_id for event in (*first, *rest)} == {organisation_id}


async def test_reading_the_log_is_in_the_log(trail: Platform, clock: FakeClock) -> None:
    reader = auditor(uuid4())
    await list_trail(reader, ALL)
    await seal_pending()
    (event,) = await list_trail(reader, ALL)
    assert (event.tag, event.actor_id) == ("audit:read", reader.actor_id)


async def test_only_an_auditor_reads_the_log(sqlite_trail: Platform) -> None:
    with pytest.raises(Forbidden):
        await list_trail(specialist(uuid4()), ALL)
    assert await AuditEvent.count() == 0


@pytest.mark.parametrize("wanted", ["tag", "prefix", "actor", "patient", "since", "until"])
async def test_filters(trail: Platform, clock: FakeClock, wanted: str) -> None:
    organisation_id, patient_id = uuid4(), uuid4()
    early, late = specialist(organisation_id), specialist(organisation_id)
    await record(early, "case:claimed", patient_id=uuid4())
    clock.advance(hours=1)
    await record(late, "report:signed", patient_id=patient_id)
    await seal_pending()
    at = clock.now()
    shown = {
        "tag": TrailFilter(tag="case:claimed"),
        "prefix": TrailFilter(tag="report:"),
        "actor": TrailFilter(actor_id=late.actor_id),
        "patient": TrailFilter(patient_id=patient_id),
        "since": TrailFilter(since=at),
        "until": TrailFilter(until=at),
    }[wanted]
    expected = {"tag": "case:claimed", "until": "case:claimed"}.get(wanted, "report:signed")
    assert [event.tag for event in await list_trail(auditor(organisation_id), shown)] == [expected]


async def _given_to(person_id: UUID, patient_id: UUID, organisation_id: UUID, capacity: Capacity) -> None:
    await grants.grant(organisation_id=organisation_id, patient_id=patient_id, grantee_id=person_id, capacity=capacity)


async def test_a_patient_sees_who_looked_in_every_organisation(trail: Platform, clock: FakeClock) -> None:
    home, away, patient_id = uuid4(), uuid4(), uuid4()
    person, local, remote = patient(home), specialist(home), specialist(away)
    await _given_to(person.actor_id, patient_id, home, Capacity.SELF)
    await record(local, "case:read", patient_id=patient_id)
    clock.advance(seconds=1)
    await record(remote, "case:claimed", patient_id=patient_id, organisation_id=home)
    await record(remote, "case:read", patient_id=uuid4())
    seen = await accesses_of_patient(person, patient_id)
    assert [(access.actor_id, access.actor_organisation_id, access.tag) for access in seen] == [
        (remote.actor_id, away, "case:claimed"),
        (local.actor_id, home, "case:read"),
    ]


async def test_the_list_of_accesses_has_pages(
    trail: Platform, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE_EVENTS", 2)
    home, patient_id = uuid4(), uuid4()
    person = patient(home)
    await _given_to(person.actor_id, patient_id, home, Capacity.SELF)
    for tag in ("case:one", "case:two", "case:three"):
        await record(specialist(home), tag, patient_id=patient_id)
    first = await accesses_of_patient(person, patient_id)
    rest = await accesses_of_patient(person, patient_id, before=first[-1].event_id)
    assert sorted(access.tag for access in (*first, *rest)) == ["case:one", "case:three", "case:two"]
    assert len(first) == 2


async def test_the_platforms_own_jobs_are_nobodys_eyes(sqlite_trail: Platform, clock: FakeClock) -> None:
    home = uuid4()
    person = patient(home)
    await record_events(home, 1, clock)
    (event,) = await AuditEvent.objects()
    await _given_to(person.actor_id, event.patient_id, home, Capacity.SELF)
    assert await accesses_of_patient(person, event.patient_id) == []


async def test_a_patient_sees_nothing_of_another(sqlite_trail: Platform) -> None:
    home, patient_id = uuid4(), uuid4()
    await _given_to(uuid4(), patient_id, home, Capacity.SELF)
    with pytest.raises(NotFound):
        await accesses_of_patient(patient(home), patient_id)


async def test_an_ended_grant_shows_nothing(sqlite_trail: Platform, clock: FakeClock) -> None:
    home, patient_id = uuid4(), uuid4()
    person = patient(home)
    await _given_to(person.actor_id, patient_id, home, Capacity.GUARDIAN)
    assert await accesses_of_patient(person, patient_id) == []
    await grants.end_grant(patient_id=patient_id, grantee_id=person.actor_id)
    clock.at += timedelta(seconds=1)
    with pytest.raises(NotFound):
        await accesses_of_patient(person, patient_id)


async def test_a_refusal_is_recorded(trail: Platform) -> None:
    reader, case_id = specialist(uuid4()), uuid4()
    await record_refusal(reader, Action.CASE_REASSIGN, case_id, code="forbidden")
    (event,) = await AuditEvent.objects()
    assert (event.tag, event.actor_id, event.subject_id) == ("access:refused", reader.actor_id, case_id)
    assert event.detail == '{"action":"case:reassign","code":"forbidden"}'
