"""A well-formed request for every route, so that nothing but access can refuse it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import msgspec

from server.contract.call import CALL_CONSENT, CALL_CONSENT_VERSION, CALLS_PATH
from server.contract.case import PartsAdded
from server.contract.registration import REGISTERED_PATH, PatientRegistration
from tests.access.requests_of_kiosks import OF_KIOSKS
from tests.access.world import World
from tests.intake.tus import PIECE_TYPE, RESUMABLE, metadata
from tests.support.clinics import AT, answers, submission

NEW_CASE = "/new-case/form"
ANSWERED = {"close", "reopen", "amend", "amendments"}
"""Verbs of a case that has been answered; all others are asked of the one in review."""
TUS_PIECE = {**RESUMABLE, **PIECE_TYPE, "Upload-Offset": "0"}
ANSWER_FORM = {"findings": "Seen.", "code1": "L20.9", "plan": "Keep it dry.", "safety_net": "Fever.", "version": "0"}
TEMPLATE_FORM = {"name": "Eczema", "plan": "Keep it dry."}
FORMS: dict[str, dict[str, str]] = {
    "/account/preferences": {"language": "en", "zone": "UTC"},
    "/people/invite": {"name": "Eva", "email": "eva@example.org", "roles": "clinic-worker"},
    "/people/{person_id}/roles": {"roles": "specialist"},
    "/people/{person_id}/licences": {"region": "ES-CT", "starts_on": "2025-01-01"},
    "/patients/new": {"given_name": "Ana", "family_name": "Ruiz"},
    "/patients/{patient_id}/items": {"kind": "allergy", "text": "Latex"},
    "/patients/{patient_id}/flags": {"is_test": "true"},
    "/patients/{patient_id}/acting": {
        "name": "Abu Kamara",
        "contact": "+23276000077",
        "capacity": "helper",
        "relation": "partner",
    },
    "/patients/{patient_id}/alike/{other_id}": {"state": "linked", "reason": "looked-at-both"},
    "/patients/{patient_id}/erasure": {"reason": "patient-asks"},
    "/patients/{patient_id}/hold": {"reason": "complaint"},
    "/patients/{patient_id}/contact": {"phone": "+23276000009"},
    "/cases/{case_id}/messages": {"text": "Hello"},
    "/cases/{case_id}/photos/{part_id}/faces": {"answer": "blur"},
    "/cases/{case_id}/call": {"agrees": "true"},
    "/appointments/{appointment_id}/call": {"agrees": "true"},
    "/calls/{call_id}/note": {"note": "Itches less."},
    "/calls/{call_id}/links": {"role": "guest", "language": "en"},
    "/call-link/{token}": {"name": "Ana Ruiz", "code": "123456"},
    "/on-call/{pool_id}": {"mode": "in-order", "ring_s": "30"},
    "/cases/{case_id}/reopen": {"text": "It is back."},
    "/queue/cases/{case_id}/site/{part_id}/outline": {"corners": "10 10\n50 10\n50 50", "version": "0"},
    "/queue/cases/{case_id}/ask": {"reason": "blurred", "note": "Hold still."},
    "/queue/cases/{case_id}/escalate": {"acuity": "urgent", "reason": "spreading"},
    "/queue/cases/{case_id}/messages": {"text": "Hello"},
    "/queue/cases/{case_id}/draft": ANSWER_FORM,
    "/queue/cases/{case_id}/sign": ANSWER_FORM,
    "/queue/cases/{case_id}/amend": ANSWER_FORM | {"amendment_reason": "A slip."},
    "/answer-templates": TEMPLATE_FORM,
    "/answer-templates/{template_id}": TEMPLATE_FORM | {"revision": "1"},
    "/deadlines/cases/{case_id}/escalate": {"acuity": "urgent", "reason": "spreading"},
    "/admin/pools": {"name": "Wounds", "specialty": "wound-care"},
    "/admin/pools/{pool_id}/deadline": {"acuity": "urgent", "hours": "2"},
    "/admin/jobs/{job_id}/discard": {"reason": "no-longer-needed"},
    "/emergency/reviews/{opening_id}": {"outcome": "justified", "note": "The hospital called."},
    "/fleet/groups": {"name": "South"},
    "/fleet/groups/{group_id}": {
        "name": "North",
        "version": "1",
        "heartbeat_min": "30",
        "idle_wipe_s": "120",
        "silent_after_min": "150",
        "behind_after_min": "720",
        "full_below_mb": "2048",
        "dark_after_h": "72",
        "hot_above_c": "75",
        "battery_below_percent": "20",
        "outdated_after_h": "72",
    },
    "/kiosk-worker": {"code": "AAAA-AAAA"},
    "/fleet/kiosks/{kiosk_id}/wipe": {"typed": "Room 2"},
    "/availability/practice": {
        "zone": "UTC",
        "horizon_days": "60",
        "cutoff_hours": "24",
        "reminder_hours": "24 1",
    },
    "/availability/kinds": {"kind_name": "Visit", "duration_min": "30", "every_min": "30"},
    "/availability/places": {"place_name": "Room", "place_region": "ES-MD", "place_zone": "UTC"},
    "/availability/hours": {"weekday": "1", "opens": "09:00", "closes": "12:00"},
    "/availability/days": {"day": "2026-03-20"},
    "/availability/time-off": {
        "off_from_day": "2026-03-20",
        "off_from": "09:00",
        "off_until_day": "2026-03-21",
        "off_until": "09:00",
    },
    "/appointments/{appointment_id}/move": {"start": "2026-03-09T10:00:00+00:00|"},
    "/language": {"language": "es"},
}
DIAGNOSES = [{"code": "L20.9", "title": "Atopic dermatitis, unspecified", "certainty": "likely"}]
CONTENT = {
    "findings": "Seen.",
    "diagnoses": DIAGNOSES,
    "plan": "Keep it dry.",
    "safetyNet": "Fever.",
    "amendmentReason": "A slip.",
}
BODIES: dict[str, dict[str, Any]] = {
    "/api/cases/{case_id}/draft": {"content": CONTENT, "revision": 0},
    "/api/cases/{case_id}/answers": {"content": CONTENT, "caseVersion": 0, "key": "k"},
    "/api/cases/{case_id}/amendments": {"content": CONTENT, "key": "k"},
    "/api/cases/{case_id}/photos/{part_id}/annotations/{annotation_id}": {
        "version": 1,
        "mark": {"kind": "arrow", "tail": [1, 1], "tip": [5, 4], "words": "Here"},
    },
    "/api/cases/{case_id}/claim": {},
    "/api/cases/{case_id}/escalate": {"acuity": "urgent", "reason": "spreading"},
    "/api/cases/{case_id}/photo-requests": {"reason": "blurred"},
    "/api/cases/{case_id}/messages": {"text": "Hello", "key": "k"},
    "/api/cases/{case_id}/reopen": {"reason": "patient-asks-again"},
    "/api/cases/{case_id}/close": {"reason": "done"},
    "/api/kiosks/heartbeat": {"queueDepth": 1},
    "/api/kiosks/places": {"keyHash": "0" * 64},
}


def request_for(method: str, path: str, world: World) -> tuple[str, dict[str, Any]]:
    """The address with the clinic's objects in it, and the keyword arguments of an httpx request."""
    named = dict(world.named)
    if path.rpartition("/")[2] in ANSWERED:
        named["case_id"] = str(world.answered_case_id)
    if path.endswith("/answer.pdf"):
        named["case_id"] = str(world.released_case_id)
    queries = {"/api/icd-10-cm": "?words=eczema", NEW_CASE: f"?topic=rash&patient={world.clinic.patient_id}"}
    query = queries.get(path, "") if method == "GET" else ""
    return path.format_map(named) + query, _content(method, path, world)


def _content(method: str, path: str, world: World) -> dict[str, Any]:
    if path.startswith("/api/uploads"):
        return _upload(method, path, world)
    if method not in {"POST", "PUT"}:
        return {}
    if path in WRITTEN:
        return {"content": WRITTEN[path](world)}
    if path == CALLS_PATH:
        return {"json": _call_wanted(world)}
    if path.startswith("/api/"):
        return OF_KIOSKS.get(path) or {"json": BODIES.get(path, {})}
    fields = FORMS.get(path, {}) | _own_objects(path, world)
    return {"data": {"_key": str(uuid4()), **fields}}


def _own_objects(path: str, world: World) -> dict[str, str]:
    """Fields that name an object of this world."""
    if path.endswith(("/join", "/leave")):
        return {"person": str(world.reader_id)}
    if path.endswith("/change"):
        return {"name": "Room 3", "group": world.named["group_id"]}
    if path.endswith("/shifts"):
        return {
            "person": str(world.reader_id),
            "from_day": "2026-03-03",
            "from_time": "08:00",
            "until_day": "2026-03-03",
            "until_time": "16:00",
        }
    if path.endswith("/begin"):
        return ANSWER_FORM | {"template": world.named["template_id"]}
    if path.endswith("/reassign"):
        return {"pool": world.named["pool_id"]}
    return _own_named(world).get(path, {})


def _own_named(world: World) -> dict[str, dict[str, str]]:
    visit = {
        "patient": str(world.clinic.patient_id),
        "provider": str(world.reader_id),
        "kind": world.named["kind_id"],
        "start": "2026-03-09T10:00:00+00:00|",
        "until": "2026-03-20",
    }
    return {
        NEW_CASE: {"topic": "rash", "patient": str(world.clinic.patient_id), "started": AT.at.isoformat()},
        "/appointments/hold": visit,
        "/appointments/waiting": visit,
        "/emergency": {
            "reference": world.named["case_id"],
            "reason": "Unconscious, allergies unknown.",
            "minutes": "15",
        },
        "/fleet/claims": {"name": "Room 3", "group": world.named["group_id"]},
    }


def _upload(method: str, path: str, world: World) -> dict[str, Any]:
    if method == "PATCH":
        return {"headers": TUS_PIECE, "content": b"to come"}
    if method == "POST" and path == "/api/uploads":
        named = {
            "case": str(uuid4()),
            "patient": str(world.clinic.patient_id),
            "part": str(uuid4()),
            "sha256": "0" * 64,
            "mediaType": "image/jpeg",
        }
        return {"headers": {**RESUMABLE, "Upload-Length": "9", "Upload-Metadata": metadata(named)}}
    if method == "POST":
        return {"headers": {**RESUMABLE, "X-HTTP-Method-Override": "HEAD"}}
    return {"headers": RESUMABLE}


def _registration_at_kiosk(world: World) -> bytes:
    registration = PatientRegistration(
        patient_id=uuid4(),
        given_name="Ada",
        family_name="Nueva",
        region="ES-MD",
        language="es",
        registered_at=AT,
        taken_by=UUID(world.named["taker_id"]),
    )
    return msgspec.json.encode(registration)


def _call_wanted(world: World) -> dict[str, Any]:
    agreed = {"consent": CALL_CONSENT, "version": CALL_CONSENT_VERSION, "givenAt": {"at": "2026-03-02T08:00:00Z"}}
    return {"callId": str(uuid4()), "caseId": str(world.named_case), "why": "patient-asks", "consent": agreed}


def _addition(world: World) -> bytes:
    addition = PartsAdded(
        addition_id=uuid4(), case_id=world.named_case, submitted_at=AT, parts=(answers("It is worse."),)
    )
    return msgspec.json.encode(addition)


WRITTEN: dict[str, Callable[[World], bytes]] = {
    "/api/cases": lambda world: submission(world.clinic.patient_id, answers()),
    "/api/cases/parts": _addition,
    REGISTERED_PATH: _registration_at_kiosk,
}
