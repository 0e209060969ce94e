"""The button that asks for a call, on the pages of cases and visits: or the way to the call that goes on."""

from typing import Any
from uuid import UUID

from server.calls import service as calls
from server.cases import service as cases
from server.contract.call import CALL_CONSENT
from server.core.access import Action, Actor, Role, permits
from server.core.platform import now
from server.desks.call_wording import CALL_STATUS
from server.patients import service as patients
from server.scheduling import service as scheduling
from server.web.catalogue import N_

FROM_PATIENT = N_("Talk to a specialist by video")
FROM_READER = N_("Call the patient by video")
FROM_VISIT = N_("Go to the visit by video")


async def case_button(actor: Actor, case: cases.Case, *, is_reader: bool) -> dict[str, Any]:
    """`is_reader`: the actor reads the case. Who only sees it has neither the button nor the way to a call."""
    is_giving = not actor.has(Role.SPECIALIST) and (actor.is_patient or case.organisation_id == actor.organisation_id)
    may_call = (is_reader or is_giving) and case.status in cases.OPEN and permits(actor, Action.CALL_ASK)
    label = FROM_READER if is_reader else FROM_PATIENT
    return await _button(actor, case.id, case.patient_id, f"/cases/{case.id}/call", label, may_call=may_call)


async def visit_button(actor: Actor, visit: scheduling.Appointment) -> dict[str, Any]:
    """By video, from half an hour before its time, for the two who meet and the patient's clinic."""
    is_near = visit.starts_at - calls.EARLY <= now() <= visit.ends_at + calls.LATE
    is_theirs = not actor.has(Role.SPECIALIST) or visit.provider_id == actor.actor_id
    stands = visit.status in {"booked", "arrived"} and not visit.place_name
    may_call = stands and is_near and is_theirs and permits(actor, Action.CALL_ASK)
    return await _button(
        actor, visit.id, visit.patient_id, f"/appointments/{visit.id}/call", FROM_VISIT, may_call=may_call
    )


async def _button(
    actor: Actor, subject_id: UUID, patient_id: UUID, path: str, label: str, *, may_call: bool
) -> dict[str, Any]:
    open_call = await calls.open_call_of(actor, subject_id) if permits(actor, Action.CALL_JOIN) else None
    needs_consent = not actor.has(Role.SPECIALIST) and not await patients.has_consent(actor, patient_id, CALL_CONSENT)
    return {
        "open_call": open_call if open_call and calls.is_of(actor, open_call) else None,
        "may_call": may_call,
        "call_path": path,
        "call_label": label,
        "call_status": CALL_STATUS,
        "needs_consent": needs_consent,
    }
