"""The pages of the form without script: what it is about, the form, a look over it, and how far the case is."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from mobile_bridge.plain import case_form, questions
from mobile_bridge.plain.case_form import CaseForm, photo_field
from mobile_bridge.plain.photos import Album, take_photos
from mobile_bridge.plain.wording import SIDES, TOPICS, VIEWS
from server.cases import service as cases
from server.contract.case import Topic
from server.contract.catalogue import body_sites, consent_texts, text_in
from server.contract.wire import Laterality, Moment
from server.core.access import Action, Actor
from server.core.faults import BadInput, KeyReused
from server.core.platform import now
from server.core.vault import Shredded
from server.patients import service as patients
from server.web.connection import PageRequest
from server.web.forms import Form, blank_form, read_form
from server.web.layout import gettext_for, reader_of, render, see_other

PATH = "/new-case"
FORM_PATH = "/new-case/form"
MOST_FORM_BYTES = 64 * 1024 * 1024
"""Four photographs of a good phone; what is larger goes by the app, in pieces."""
SEND, CHANGE = "send", "change"
_UNREADABLE = "The form lacks what every form of ours carries. Nothing was sent: begin again at /new-case."


@get(PATH, opt={"action": Action.CASE_SUBMIT})
async def topic_page(
    request: PageRequest, actor: NamedDependency[Actor], patient: FromQuery[UUID | None] = None
) -> Response[str]:
    """For whom, and what about; a clinic worker comes with the patient in the address."""
    whom = [patient] if patient else [each.patient_id for each in await patients.patients_of(actor)]
    names = await patients.names_of(actor, whom)
    return render(request, "mobile_bridge/new_case.html", names=names, topics=TOPICS)


@get(FORM_PATH, opt={"action": Action.CASE_SUBMIT})
async def form_page(
    request: PageRequest, actor: NamedDependency[Actor], topic: FromQuery[Topic], patient: FromQuery[UUID]
) -> Response[str]:
    await _require_record(actor, patient)
    form = blank_form({"topic": topic, "patient": str(patient), "started": now().isoformat()})
    return await _show_form(request, actor, topic, form, Album(received={}, refused={}), patient)


@post(FORM_PATH, opt={"action": Action.CASE_SUBMIT}, status_code=303, request_max_body_size=MOST_FORM_BYTES)
async def go_on(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """From the form to the look over it, back to change something, or on to sending; nothing typed is lost."""
    form = await read_form(request, CaseForm)
    wanted = form.value
    if wanted is None:
        raise BadInput(_UNREADABLE)
    await _require_record(actor, wanted.patient)
    album = await take_photos(actor, UUID(form.key), wanted.patient, _chosen(form), _noted(form))
    step = form.text("step")
    if step == CHANGE:
        return await _show_form(request, actor, wanted.topic, form, album, wanted.patient)
    _refuse(request, form, case_form.problems(form, wanted, album))
    if form.errors:
        return await _show_form(request, actor, wanted.topic, form, album, wanted.patient, status=422)
    if step == SEND:
        _refuse(request, form, case_form.consent_problems(wanted))
    if step != SEND or form.errors:
        return await _show_review(request, actor, form, album, wanted)
    return await _send(request, actor, form, album, wanted)


@get("/cases/{case_id:uuid}/receipt", opt={"action": Action.CASE_SUBMIT})
async def sent_page(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[str]:
    """Says only what the signed receipt says as things stand now."""
    receipt = await cases.receipt_of(actor, case_id)
    return render(request, "mobile_bridge/case_sent.html", receipt=receipt)


async def _send(
    request: PageRequest, actor: Actor, form: Form[CaseForm], album: Album, wanted: CaseForm
) -> Response[None]:
    """A case that was sent stays as it was sent; whoever posts the form again is shown how it stands."""
    _, reader = gettext_for(request), reader_of(request)
    moment = Moment(at=now(), zone=reader.zone.key)
    submission = case_form.submission_of(form, wanted, album, now=moment, language=reader.language)
    page = f"/cases/{form.key}/receipt"
    try:
        await cases.submit_case(actor, msgspec.json.encode(submission))
    except KeyReused:
        again = _("This case was sent before. Nothing was sent a second time, and nothing in it was changed.")
        return see_other(request, page, flash=again, kind="warning")
    return see_other(request, page)


async def _require_record(actor: Actor, patient_id: UUID) -> None:
    if (await patients.kept_summary(actor, patient_id)).is_erased:
        raise Shredded


async def _show_form(
    request: PageRequest,
    actor: Actor,
    topic: Topic,
    form: Form[Any],
    album: Album,
    patient_id: UUID,
    *,
    status: int = 200,
) -> Response[str]:
    language, _ = reader_of(request).language, gettext_for(request)
    return render(
        request,
        "mobile_bridge/case_form.html",
        status=status,
        form=form,
        title=_(TOPICS[topic][0]),
        name=(await patients.names_of(actor, [patient_id]))[patient_id],
        sites=[(each.code, text_in(each.text, language)) for each in body_sites().sites],
        sides=SIDES,
        asked=[_asked(each, language) for each in questions.questions_of(topic)],
        views=VIEWS,
        album=album,
        megabytes=MOST_FORM_BYTES // 1024**2,
    )


def _asked(question: questions.Question, language: str) -> dict[str, Any]:
    return {
        "name": questions.field_of(question),
        "kind": question.kind,
        "label": text_in(question.text, language),
        "hint": text_in(question.hint, language) if question.hint else None,
        "options": [(each.id, text_in(each.text, language)) for each in question.choices],
        "required": question.required,
    }


async def _show_review(
    request: PageRequest, actor: Actor, form: Form[CaseForm], album: Album, wanted: CaseForm
) -> Response[str]:
    language, _ = reader_of(request).language, gettext_for(request)
    site = case_form.site_of(wanted.site)
    asked = questions.questions_of(wanted.topic)
    carried = ["topic", "patient", "started", "site", "side", *map(questions.field_of, asked)]
    return render(
        request,
        "mobile_bridge/case_review.html",
        status=422 if form.errors else 200,
        form=form,
        title=_(TOPICS[wanted.topic][0]),
        name=(await patients.names_of(actor, [wanted.patient]))[wanted.patient],
        place=text_in(site.text, language) if site else "",
        side=_(SIDES[Laterality(wanted.side)]) if site and site.has_sides else "",
        answers=[(text_in(each.text, language), questions.told_answer(form, each, language)) for each in asked],
        views=VIEWS,
        album=album,
        consents=[(each.id, text_in(each.text, language)) for each in consent_texts().consents],
        carried=[(name, value) for name in carried for value in form.typed.get(name, [])],
    )


def _chosen(form: Form[Any]) -> dict[Any, UploadFile]:
    files = {view: form.files.get(photo_field(view), []) for view in VIEWS}
    return {view: found[0] for view, found in files.items() if found}


def _noted(form: Form[Any]) -> dict[Any, str]:
    """Photographs that came with an earlier page and are not to be left out."""
    left_out = form.typed.get("leave-out", [])
    return {view: form.text(f"kept-{view}") for view in VIEWS if view not in left_out}


def _refuse(request: PageRequest, form: Form[Any], found: dict[str, str]) -> None:
    translate = gettext_for(request)
    for name, words in found.items():
        form.refuse(name, translate(words))


def handlers() -> list[ControllerRouterHandler]:
    return [topic_page, form_page, go_on, sent_page]
