"""The patient's pages: one's cases with honest expected times, the answer in plain words, messages, what is asked."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.calls import service as calls
from server.cases import service as cases
from server.core.access import Action, Actor, permits
from server.desks import casebook
from server.desks.annotated import annotated_photos
from server.desks.call_button import case_button
from server.desks.expecting import is_late, standing_of
from server.desks.verbs import MessageForm
from server.desks.visit_wording import VISIT_STATUS
from server.desks.wording import CERTAINTY, EVENT, STATUS, TOPIC
from server.identity import service as identity
from server.patients import service as patients
from server.patients.choosing import about_whom, chosen
from server.patients.wording import CAPACITY
from server.reports import service as reports
from server.scheduling import service as scheduling
from server.web.catalogue import N_
from server.web.forms import Form, Nothing, blank_form, read_form
from server.web.layout import gettext_for, reader_of, render, see_other

PageRequest = Request[Any, Any, Any]
FACES_ANSWERED = {
    "blur": N_("The face stays hidden, for good."),
    "crop": N_("The photo is being cut. The face will be gone."),
    "needed": N_("The specialist will see the face."),
}
SHOWN_TO_PATIENTS = frozenset(
    {"submit", "become-ready", "claim", "ask", "supply", "answer", "amend", "close", "abandon", "withdraw", "reopen"}
    | {"visit-booked", "visit-moved", "visit-cancelled", "visit-missed", "visit-done"}
    | {"call-asked", "call-missed", "call-declined", "call-live", "call-ended", "call-failed"}
)
"""Steps of the timeline that mean something to the patient; the rest is how the desks work."""


@get("/cases", opt={"action": Action.CASE_READ})
async def cases_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """One's own cases, or those of whom one chose to act for; who acts for several has to choose first."""
    acting = await chosen(request, actor)
    if acting is None and await patients.patients_of(actor):
        return see_other(request, "/acting-for")
    return render(
        request,
        "desks/my_cases.html",
        acting=acting,
        capacities=CAPACITY,
        cases=await cases.cases_of_patient(actor, acting.patient_id) if acting else [],
        new_href=f"/app?for={acting.patient_id}" if acting and acting.is_one_of_several else "/app",
        words={"status": STATUS, "topic": TOPIC},
    )


@get("/cases/{case_id:uuid}", opt={"action": Action.CASE_READ})
async def case_page(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[str]:
    return await _show(request, actor, case_id)


async def _show(
    request: PageRequest, actor: Actor, case_id: UUID, *, message: Form[Any] | None = None, status: int = 200
) -> Response[str]:
    opened = await cases.open_case(actor, case_id)
    await cases.mark_read(actor, case_id)
    answers = [await reports.read_answer(actor, each.row.id) for each in await reports.answers_of(actor, case_id)]
    _, language = gettext_for(request), reader_of(request).language
    photos = casebook.photos_of(opened, language, _)
    expected_at = _expected_at(opened)
    drawers = {each.author_id for answer in answers for each in answer.content.annotations}
    call_notes = await calls.notes_of_case(actor, case_id)
    names = await identity.person_names(
        {message.author_id for message in opened.messages}
        | {each.row.author_id for each in answers}
        | {note.author_id for note in call_notes}
        | drawers
    )
    return render(
        request,
        "desks/my_case.html",
        status=status,
        opened=opened,
        seen=cases.marker_of(opened),
        case=opened.case,
        acting=await about_whom(actor, opened.case.patient_id),
        capacities=CAPACITY,
        photos=photos,
        voices=casebook.voices_of(opened),
        call_notes=call_notes,
        asked=[each for each in casebook.asked_of(opened, photos, _) if not each.is_supplied],
        answers=answers,
        steps=[event for event in opened.timeline if event.event in SHOWN_TO_PATIENTS],
        expected_at=expected_at,
        is_late=is_late(expected_at, reader_of(request).now),
        standing=standing_of(opened.case.status, photos_absent=opened.completeness.absent, has_answer=bool(answers)),
        names=names,
        annotated={
            each.row.id: annotated_photos(each.content.annotations, photos, names, reader_of(request))
            for each in answers
        },
        message=message or blank_form(),
        visits=await scheduling.appointments_of_case(actor, case_id),
        may_book=permits(actor, Action.APPOINTMENT_BOOK),
        visit_status=VISIT_STATUS,
        words={"certainty": CERTAINTY, "event": EVENT, "status": STATUS, "topic": TOPIC},
        may_answer_faces=permits(actor, Action.CASE_SUBMIT),
        may_withdraw=opened.case.status in cases.OPEN,
        may_reopen=opened.case.status in {"answered", "closed"},
        **await case_button(actor, opened.case, is_reader=False),
    )


def _expected_at(opened: cases.OpenedCase) -> datetime | None:
    """When an answer is due; None while nobody has been asked or the clock stands."""
    request = opened.request
    return request.due_at if request and request.paused_at is None else None


@post("/cases/{case_id:uuid}/messages", opt={"action": Action.CASE_MESSAGE}, status_code=303)
async def write(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, MessageForm)
    if form.value is None:
        return await _show(request, actor, case_id, message=form, status=422)
    await cases.send_message(actor, case_id, form.value.text, form_key=form.key)
    return see_other(request, f"/cases/{case_id}#messages", flash=_("Your message was sent."))


class FaceForm(msgspec.Struct, kw_only=True):
    answer: cases.FaceAnswer


@post("/cases/{case_id:uuid}/photos/{part_id:uuid}/faces", opt={"action": Action.CASE_SUBMIT}, status_code=303)
async def answer_faces(
    request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID], part_id: FromPath[UUID]
) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, FaceForm)
    if form.value is None:
        return await _show(request, actor, case_id, status=422)
    await cases.answer_faces(actor, case_id, part_id, form.value.answer)
    return see_other(request, f"/cases/{case_id}#photos", flash=_(FACES_ANSWERED[form.value.answer]))


@post("/cases/{case_id:uuid}/withdraw", opt={"action": Action.CASE_WITHDRAW}, status_code=303)
async def withdraw(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await cases.withdraw_case(actor, case_id)
    return see_other(request, f"/cases/{case_id}", flash=_("The case is withdrawn. Nobody will answer it."))


@post("/cases/{case_id:uuid}/reopen", opt={"action": Action.CASE_REOPEN}, status_code=303)
async def reopen(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, MessageForm)
    if form.value is None:
        return await _show(request, actor, case_id, message=form, status=422)
    await cases.reopen_case(actor, case_id, "patient-asks-again", message=form.value.text, form_key=form.key)
    return see_other(request, f"/cases/{case_id}", flash=_("You asked again. A specialist will look at it."))
