"""The specialist's case page: photographs, history, vitals, earlier answers, messages and the answer on one screen."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.calls import service as calls
from server.cases import service as cases
from server.core.access import Action, Actor
from server.core.platform import now
from server.desks import casebook
from server.desks.annotated import annotated_photos
from server.desks.answering import amendment_form, answer_form
from server.desks.call_button import case_button
from server.desks.stated import doubts_of
from server.desks.timeline import lines_of
from server.desks.viewing import viewer_facts, viewer_pictures
from server.desks.wording import ACUITY, CERTAINTY, EVENT, PHOTO_REASON, STATUS, TOPIC
from server.followup import service as followup
from server.identity import service as identity
from server.patients import service as patients
from server.patients.wording import SEX
from server.reports import service as reports
from server.web.forms import Form, blank_form
from server.web.layout import gettext_for, reader_of, render

PageRequest = Request[Any, Any, Any]


@get("/queue/cases/{case_id:uuid}", opt={"action": Action.QUEUE_READ})
async def case_page(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[str]:
    return await show_case(request, actor, case_id)


async def show_case(
    request: PageRequest,
    actor: Actor,
    case_id: UUID,
    *,
    answer: Form[Any] | None = None,
    amendment: Form[Any] | None = None,
    ask: Form[Any] | None = None,
    status: int = 200,
) -> Response[str]:
    """The page, with the forms as they were typed where one of them was refused."""
    opened = await cases.open_case(actor, case_id)
    await cases.mark_read(actor, case_id)
    emergency = await cases.own_opening(actor, case_id)
    is_mine = opened.request is not None and opened.request.claimed_by == actor.actor_id
    _, language = gettext_for(request), reader_of(request).language
    photos = casebook.photos_of(opened, language, _)
    answers = await reports.answers_of(actor, case_id)
    about = await patients.about(actor, opened.case.patient_id)
    call_notes = await calls.notes_of_case(actor, case_id)
    names = await _names(opened, answers, call_notes)
    return render(
        request,
        "desks/case.html",
        status=status,
        opened=opened,
        seen=cases.marker_of(opened),
        case=opened.case,
        emergency=emergency,
        is_mine=is_mine,
        is_free=opened.request is not None and opened.request.claimed_by is None,
        photos=photos,
        pictures=viewer_pictures(opened, photos, reader_of(request)),
        viewing=viewer_facts(actor, opened.case, may_draw=emergency is None),
        history=casebook.history_of(opened, language, _),
        vitals=casebook.vitals_of(opened, _),
        voices=casebook.voices_of(opened),
        call_notes=call_notes,
        asked=casebook.asked_of(opened, photos, _),
        about=about,
        doubts=doubts_of(opened, about, _),
        earlier=await _earlier(actor, opened),
        earlier_visits=await followup.earlier_visits(actor, case_id),
        answers=answers,
        annotated={
            each.row.id: annotated_photos(each.content.annotations, photos, names, reader_of(request))
            for each in answers
        },
        names=names,
        template_choices=await _templates(actor) if is_mine else [],
        answer=answer or (await answer_form(actor, opened.case) if is_mine and amendment is None else None),
        amendment=amendment or amendment_form(answers, actor, opened.case),
        amendment_refused=amendment is not None,
        ask=ask or blank_form(),
        photo_choices=[*((str(photo.part_id), _choice(photo)) for photo in photos), ("", _("Another view"))],
        reason_choices=[(reason, _(text)) for reason, text in PHOTO_REASON.items()],
        certainty_choices=[(each.value, _(CERTAINTY[each])) for each in reports.Certainty],
        median_s=await reports.median_seconds_to_sign(actor),
        words={
            "acuity": ACUITY,
            "certainty": CERTAINTY,
            "event": EVENT,
            "reason": PHOTO_REASON,
            "sex": SEX,
            "status": STATUS,
            "topic": TOPIC,
        },
        timeline=lines_of(opened.timeline, now()),
        now=now(),
        **await case_button(actor, opened.case, is_reader=is_mine),
    )


def _choice(photo: casebook.Photo) -> str:
    """With what was found, so that the one that is wanted and why are chosen at a glance."""
    found = photo.found.flaws if photo.found else ()
    return f"{photo.label} ({', '.join(found)})" if found else photo.label


async def _templates(actor: Actor) -> list[tuple[UUID, str]]:
    return [(row.id, row.name) for row in await reports.templates_of(actor)]


async def _earlier(actor: Actor, opened: cases.OpenedCase) -> list[cases.Case]:
    """The patient's other cases that this reader may see."""
    every = await cases.cases_of_patient(actor, opened.case.patient_id)
    return [case for case in every if case.id != opened.case.id]


async def _names(
    opened: cases.OpenedCase, answers: list[reports.OpenedAnswer], call_notes: list[calls.Note]
) -> dict[UUID, str]:
    people = {event.actor_id for event in opened.timeline} | {message.author_id for message in opened.messages}
    people |= {note.author_id for note in call_notes}
    for answer in answers:
        people |= {answer.row.author_id, *(each.author_id for each in answer.content.annotations)}
    if opened.request and opened.request.claimed_by:
        people.add(opened.request.claimed_by)
    return await identity.person_names(people)
