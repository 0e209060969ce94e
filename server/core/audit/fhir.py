"""Tells an event of the trail as a FHIR R4 AuditEvent: the same ids and codes in the words of a standard.

https://hl7.org/fhir/R4/auditevent.html. DICOM's codes (PS3.16 CID 400 and 401) stand where one says what happened;
where none does the platform's own code stands alone. Careferry is no FHIR server, so that nothing here is a
restful-interaction; its ids are given as identifiers (`urn:uuid:`) and not as references that could be followed.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from server.core.access.actor import ActorKind, Purpose
from server.core.audit.chain import TrailEvent

DICOM = "http://dicom.nema.org/resources/ontology/DCM"
HL7 = "http://terminology.hl7.org/CodeSystem"
OWN = "https://careferry.example/fhir"
SUCCESS, REFUSED = "0", "4"
"""Of http://hl7.org/fhir/audit-event-outcome; 4 is *minor failure*: what was asked for was not done."""

Coding = dict[str, str]


class Kind(NamedTuple):
    """The DICOM code of an event, that of its subtype if there is one, and FHIR's action (C R U D E) where clear."""

    type: str
    subtype: str = ""
    action: str = ""
    outcome: str = SUCCESS


DISPLAY: Mapping[str, str] = {
    "110101": "Audit Log Used",
    "110110": "Patient Record",
    "110112": "Query",
    "110113": "Security Alert",
    "110114": "User Authentication",
    "110122": "Login",
    "110123": "Logout",
    "110127": "Emergency Override Started",
    "110132": "Use of Restricted Function",
    "110136": "Security Roles Changed",
    "110137": "User Security Attributes Changed",
    "110138": "Emergency Override Stopped",
}
KINDS: Mapping[str, Kind] = {
    "access:refused": Kind("110113", "110132", "E", REFUSED),
    "audit:exported": Kind("110101", action="R"),
    "audit:read": Kind("110101", action="R"),
    "emergency:ended": Kind("110113", "110138", "E"),
    "emergency:expired": Kind("110113", "110138", "E"),
    "emergency:missed": Kind("110112", action="E", outcome=REFUSED),
    "emergency:opened": Kind("110113", "110127", "E"),
    "passkey:added": Kind("110113", "110137", "U"),
    "passkey:removed": Kind("110113", "110137", "U"),
    "password:set": Kind("110113", "110137", "U"),
    "patient:searched": Kind("110112", action="E"),
    "person:roles-set": Kind("110113", "110136", "U"),
    "session:begun": Kind("110114", "110122", "E"),
    "session:ended": Kind("110114", "110123", "E"),
    "session:others-ended": Kind("110114", "110123", "E"),
    "session:proved-again": Kind("110114", action="E"),
    "session:refused": Kind("110114", "110122", "E", REFUSED),
}
ACT_REASON: Mapping[str, Coding] = {
    Purpose.TREATMENT: {"code": "TREAT", "display": "treatment"},
    Purpose.PATIENT_REQUEST: {"code": "PATRQT", "display": "patient requested"},
    Purpose.OPERATIONS: {"code": "HOPERAT", "display": "healthcare operations"},
    Purpose.SYSTEM_ADMINISTRATION: {"code": "HSYSADMIN", "display": "health system administration"},
    Purpose.AUDIT: {"code": "HCOMPL", "display": "health compliance"},
    Purpose.BREAK_GLASS: {"code": "BTG", "display": "break the glass"},
}


def to_fhir(event: TrailEvent) -> dict[str, Any]:
    """The resource as JSON's types; nothing but what the event holds."""
    kind = _kind(event)
    own_tag = {"system": f"{OWN}/audit-tag", "code": event.tag}
    resource: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": str(event.event_id),
        "type": _dicom(kind.type) if kind.type else own_tag,
        "subtype": [*([_dicom(kind.subtype)] if kind.subtype else []), own_tag],
        "recorded": event.recorded_at.isoformat(),
        "outcome": kind.outcome,
        "purposeOfEvent": [_concept({"system": f"{HL7}/v3-ActReason", **ACT_REASON[event.purpose]})],
        "agent": _agents(event),
        "source": _source(event),
        "entity": _entities(event),
    }
    if kind.action:
        resource["action"] = kind.action
    return {name: value for name, value in resource.items() if value}


def _kind(event: TrailEvent) -> Kind:
    if event.tag in KINDS:
        return KINDS[event.tag]
    action = "R" if event.tag.endswith((":read", "-read")) else ""
    return Kind("110110" if event.patient_id else "", action=action)


def _agents(event: TrailEvent) -> list[dict[str, Any]]:
    """Who acted, and the organisation for which; an event keeps what kind of actor it was, not the roles they held."""
    is_person = event.actor_kind == ActorKind.PERSON
    who = _identified(event.actor_id) if is_person else _identified(event.actor_id, "Device")
    actor: dict[str, Any] = {
        "role": [_concept({"system": f"{OWN}/actor-kind", "code": event.actor_kind})],
        "who": who,
        "requestor": True,
    }
    if is_person:
        actor["type"] = _concept({"system": f"{HL7}/extra-security-role-type", "code": "humanuser"})
    acted_for = {
        "role": [_concept({"system": f"{OWN}/agent-role", "code": "acted-for"})],
        "who": _identified(event.actor_organisation_id, "Organization"),
        "requestor": False,
    }
    return [actor, acted_for]


def _source(event: TrailEvent) -> dict[str, Any]:
    """The platform, in whose log of which organisation the event stands."""
    return {
        "site": f"urn:uuid:{event.organisation_id}",
        "observer": {"type": "Device", "display": "Careferry"},
        "type": [{"system": f"{HL7}/security-source-type", "code": "4", "display": "Application Server"}],
    }


def _entities(event: TrailEvent) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if event.patient_id:
        found.append(
            {
                "what": _identified(event.patient_id, "Patient"),
                "type": {"system": f"{HL7}/audit-entity-type", "code": "1", "display": "Person"},
                "role": {"system": f"{HL7}/object-role", "code": "1", "display": "Patient"},
            }
        )
    details = _details(event.detail)
    if details or (event.subject_id and event.subject_id != event.patient_id):
        subject: dict[str, Any] = {
            "type": {"system": f"{HL7}/audit-entity-type", "code": "2", "display": "System Object"}
        }
        if event.subject_id:
            subject["what"] = _identified(event.subject_id)
        if details:
            subject["detail"] = details
        found.append(subject)
    if event.session_id:
        found.append(
            {"what": _identified(event.session_id), "type": {"system": f"{OWN}/entity-type", "code": "session"}}
        )
    return found


def _details(detail: str) -> list[dict[str, str]]:
    """FHIR has no empty strings."""
    pairs = msgspec.json.decode(detail, type=dict[str, str | int])
    return [{"type": name, "valueString": str(value)} for name, value in pairs.items() if value != ""]


def _identified(value: UUID, kind: str = "") -> dict[str, Any]:
    identifier = {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{value}"}
    return {"type": kind, "identifier": identifier} if kind else {"identifier": identifier}


def _dicom(code: str) -> Coding:
    return {"system": DICOM, "code": code, "display": DISPLAY[code]}


def _concept(coding: Coding) -> dict[str, list[Coding]]:
    return {"coding": [coding]}
