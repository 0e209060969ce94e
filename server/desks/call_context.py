"""What the page of one call shows to whoever opens it: people and states for all, the case's context for its reader."""

from typing import Any
from uuid import UUID

from litestar import Request
from msgspec import Struct

from server.calls import service as calls
from server.cases import service as cases
from server.contract.call import CALL_CONSENT
from server.contract.case import PhotographPart
from server.core.access import Action, Actor, Role, permits
from server.core.faults import Fault
from server.desks import casebook
from server.desks.answering import answer_form
from server.desks.call_wording import (
    CALL_STATUS,
    INVITATION,
    OVER_FOR_OTHERS,
    OVER_FOR_PATIENT,
    PRESENCE,
    SEAT_ROLE,
)
from server.desks.viewing import viewer_facts, viewer_pictures
from server.desks.wording import CERTAINTY
from server.identity import service as identity
from server.patients import service as patients
from server.patients.choosing import about_whom
from server.patients.wording import CAPACITY, SEX
from server.reports import service as reports
from server.web.forms import Form, blank_form
from server.web.layout import gettext_for, reader_of

PageRequest = Request[Any, Any, Any]


class Place(Struct, frozen=True, kw_only=True):
    """One's own place in the call, or why there is none."""

    seat_id: UUID | None = None
    fault: Fault | None = None


async def call_context(request: PageRequest, actor: Actor, call_id: UUID) -> dict[str, Any]:
    call = await calls.get_call(actor, call_id)
    is_mine = calls.is_of(actor, call)
    is_open = call.status in calls.OPEN
    rung = {each.id for each in await calls.ringing(actor)}
    place = await place_in(actor, call) if is_mine and is_open and call_id not in rung else Place()
    is_host = is_mine and is_open and permits(actor, Action.CALL_HOST)
    standing = await calls.standing_of(call) if is_mine else None
    return {
        "call": call,
        "is_mine": is_mine,
        "is_open": is_open,
        "is_talking": call.status in calls.TALKING,
        "is_rung": call_id in rung,
        "is_host": is_host,
        "seen": await calls.call_marker(actor, call_id),
        "seats": await calls.seats_shown(actor, call_id),
        "own": place,
        "standing": standing,
        "has_agreed": await patients.has_consent(actor, call.patient_id, CALL_CONSENT),
        "invitations": await calls.invitations(actor, call_id) if is_host else [],
        "note": await _note_form(actor, call_id) if is_mine and permits(actor, Action.CALL_HOST) else None,
        "invited": None,
        "invite": blank_form(),
        "acting": await about_whom(actor, call.patient_id),
        "capacities": CAPACITY,
        "names": await identity.person_names({call.specialist_id} if call.specialist_id else set()),
        "patient_name": ""
        if actor.is_patient
        else (await patients.names_of(actor, [call.patient_id])).get(call.patient_id, "—"),
        "case": None,
        "shared_photos": [],
        "leaves": None,
        "call_status": CALL_STATUS,
        "presence_words": PRESENCE,
        "role_words": SEAT_ROLE,
        "invitation_words": INVITATION,
        "over_words": OVER_FOR_OTHERS if actor.has(Role.SPECIALIST) else OVER_FOR_PATIENT,
        **(await _case_beside(request, actor, call) if is_mine else {}),
    }


async def _note_form(actor: Actor, call_id: UUID) -> Form[Any]:
    note = await calls.own_note(actor, call_id)
    return blank_form({"note": note.text, "version": note.version})


async def place_in(actor: Actor, call: calls.Call) -> Place:
    """The actor's place; a page without one says why and is no error. Opening takes no seat."""
    try:
        return Place(seat_id=await calls.place_of(actor, call))
    except Fault as fault:
        return Place(fault=fault)


async def _case_beside(request: PageRequest, actor: Actor, call: calls.Call) -> dict[str, Any]:
    """The photographs that both may look at; for the specialist the whole case beside them, with the answer's draft."""
    if call.care_case_id is None:
        return {}
    opened = await cases.open_case(actor, call.care_case_id)
    photos = casebook.photos_of(opened, reader_of(request).language, gettext_for(request))
    shared = [
        {"partId": str(photo.part_id), "src": f"{photo.address}/review.jpg", "label": photo.label}
        for photo in photos
        if photo.address
    ]
    whole = await _for_reader(request, actor, opened, photos) if actor.has(Role.SPECIALIST) else {}
    return {"shared_photos": shared, "leaves": _leaves(actor, opened), **whole}


def _leaves(actor: Actor, opened: cases.OpenedCase) -> dict[str, str] | None:
    """What a message from the call's page names, where the first photograph was taken; None for who sends no parts."""
    if not permits(actor, Action.CASE_SUBMIT):
        return None
    like = next((each.part for each in opened.parts if isinstance(each.part, PhotographPart)), None)
    return {
        "caseId": str(opened.case.id),
        "patientId": str(opened.case.patient_id),
        "topic": opened.case.topic,
        "site": like.site.code if like else "",
        "side": like.laterality if like else "",
    }


async def _for_reader(
    request: PageRequest, actor: Actor, opened: cases.OpenedCase, photos: list[casebook.Photo]
) -> dict[str, Any]:
    _, reader = gettext_for(request), reader_of(request)
    reads_it = opened.request is not None and opened.request.claimed_by == actor.actor_id
    return {
        "case": opened.case,
        "about": await patients.about(actor, opened.case.patient_id),
        "sex_words": SEX,
        "pictures": viewer_pictures(opened, photos, reader),
        "viewing": viewer_facts(actor, opened.case, may_draw=True),
        "history": casebook.history_of(opened, reader.language, _),
        "vitals": casebook.vitals_of(opened, _),
        "voices": casebook.voices_of(opened),
        "answer": await answer_form(actor, opened.case) if reads_it else None,
        "certainty_choices": [(each.value, _(CERTAINTY[each])) for each in reports.Certainty],
    }
