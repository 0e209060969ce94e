"""The log as FHIR AuditEvents, judged by a library that knows the standard."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from fhir.resources.R4B.auditevent import AuditEvent as FhirAuditEvent

from server.core.access import ActorKind, Purpose
from server.core.audit import fhir_export
from server.core.audit.chain import TrailEvent
from server.core.audit.fhir import ACT_REASON, DISPLAY, KINDS, OWN, to_fhir
from server.core.audit.fhir_export import export_fhir
from server.core.audit.queries import TrailFilter
from server.core.platform import Platform
from tests.core.audit.commanding import configure, run
from tests.core.audit.recording import record_events
from tests.support.platforms import FakeClock

EVENT = TrailEvent(
    sequence=7,
    event_id=uuid4(),
    recorded_at=datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
    organisation_id=uuid4(),
    actor_id=uuid4(),
    actor_kind=ActorKind.PERSON,
    actor_organisation_id=uuid4(),
    purpose=Purpose.TREATMENT,
    tag="case:read",
    subject_id=uuid4(),
    patient_id=uuid4(),
    session_id=uuid4(),
    detail='{"status":"waiting","version":3,"reason":""}',
)


def told(**changes: Any) -> dict[str, Any]:
    """The event with changes, as another system reads it; whatever is no AuditEvent is refused."""
    resource = json.loads(json.dumps(to_fhir(msgspec.structs.replace(EVENT, **changes))))
    FhirAuditEvent.model_validate(resource)
    return resource


def codes(*codings: Mapping[str, str]) -> list[str]:
    return [coding["code"] for coding in codings]


@pytest.mark.parametrize("tag", [*KINDS, "case:read", "pool:made", "vault:shredded"])
@pytest.mark.parametrize("patient_id", [None, uuid4()])
def test_every_kind_of_event_is_valid(tag: str, patient_id: UUID | None) -> None:
    assert codes(*told(tag=tag, patient_id=patient_id)["subtype"])[-1] == tag


@pytest.mark.parametrize("purpose", Purpose)
def test_every_purpose_is_a_code_of_v3_act_reason(purpose: Purpose) -> None:
    (concept,) = told(purpose=purpose)["purposeOfEvent"]
    (coding,) = concept["coding"]
    assert coding["system"] == "http://terminology.hl7.org/CodeSystem/v3-ActReason"
    assert coding["code"] in {"TREAT", "PATRQT", "HOPERAT", "HSYSADMIN", "HCOMPL", "BTG"}
    assert len(ACT_REASON) == len(Purpose)


def test_an_emergency_is_an_override_that_began() -> None:
    resource = told(tag="emergency:opened", purpose=Purpose.BREAK_GLASS)
    assert codes(resource["type"], *resource["subtype"]) == ["110113", "110127", "emergency:opened"]
    assert codes(*resource["purposeOfEvent"][0]["coding"]) == ["BTG"]


def test_who_acted_for_whom_on_what() -> None:
    resource = told()
    assert [agent["requestor"] for agent in resource["agent"]] == [True, False]
    ids = [agent["who"]["identifier"]["value"] for agent in resource["agent"]]
    ids += [entity["what"]["identifier"]["value"] for entity in resource["entity"]]
    found = (EVENT.actor_id, EVENT.actor_organisation_id, EVENT.patient_id, EVENT.subject_id, EVENT.session_id)
    assert ids == [f"urn:uuid:{value}" for value in found]
    assert resource["source"]["site"] == f"urn:uuid:{EVENT.organisation_id}"


def test_details_are_told_and_empty_ones_left_out() -> None:
    details = [detail for entity in told()["entity"] for detail in entity.get("detail", ())]
    assert details == [{"type": "status", "valueString": "waiting"}, {"type": "version", "valueString": "3"}]


@pytest.mark.parametrize("tag, outcome", [("case:read", "0"), ("access:refused", "4"), ("session:refused", "4")])
def test_what_was_refused_is_a_failure(tag: str, outcome: str) -> None:
    assert told(tag=tag)["outcome"] == outcome


def test_an_event_that_no_standard_code_fits_has_the_platforms_own() -> None:
    resource = told(tag="pool:made", patient_id=None)
    assert (resource["type"]["system"], resource["type"]["code"]) == (f"{OWN}/audit-tag", "pool:made")


def test_a_job_of_the_platform_is_no_human() -> None:
    (job, _) = told(actor_kind=ActorKind.SYSTEM, session_id=None)["agent"]
    assert "type" not in job
    assert job["who"]["type"] == "Device"


def test_every_dicom_code_has_its_name() -> None:
    assert {code for kind in KINDS.values() for code in kind[:2] if code} <= DISPLAY.keys()


async def test_a_stretch_of_the_log_is_written_page_by_page(
    trail: Platform, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fhir_export, "PAGE_EVENTS", 3)
    organisation_id, began = uuid4(), clock.now()
    await record_events(organisation_id, 12, clock)
    await record_events(uuid4(), 2, clock)
    out = tmp_path / "log.ndjson"
    stretch = TrailFilter(since=began + timedelta(seconds=3), until=began + timedelta(seconds=11))
    assert await export_fhir(organisation_id, out, stretch) == 8
    recorded = [FhirAuditEvent.model_validate_json(line).recorded for line in out.read_bytes().splitlines()]
    assert recorded == [began + timedelta(seconds=second) for second in range(3, 11)]


async def test_it_holds_its_own_export_and_leaves_no_half_file(
    sqlite_trail: Platform, clock: FakeClock, tmp_path: Path
) -> None:
    organisation_id = uuid4()
    assert await export_fhir(organisation_id, tmp_path / "log.ndjson", TrailFilter()) == 1
    assert not (tmp_path / ".log.ndjson.part").exists()


async def test_the_command(
    sqlite_trail: Platform, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(monkeypatch, sqlite_trail)
    organisation_id, out = uuid4(), tmp_path / "log.ndjson"
    await record_events(organisation_id, 3, clock)
    since = clock.now().isoformat()
    arguments = ("audit", "fhir", "--organisation", organisation_id, "--out", out, "--since", since)
    assert await asyncio.to_thread(run, *arguments) == 0
    assert len(out.read_bytes().splitlines()) == 2
