"""The pages of calls: asking from a case or a visit, what rings, the call itself, and what comes after a missed one."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.calls import service as calls
from server.calls.faults import ConsentNeeded
from server.contract.call import CALL_CONSENT, CALL_CONSENT_VERSION, CallWanted
from server.contract.case import ConsentGiven
from server.contract.problem import FieldProblem
from server.contract.wire import Moment
from server.core.access import Action, Actor, Role
from server.core.faults import BadInput
from server.core.platform import now
from server.desks.call_context import call_context
from server.desks.call_wording import CALL_STATUS
from server.identity import service as identity
from server.patients import service as patients
from server.web.forms import Nothing, read_form
from server.web.layout import gettext_for, reader_of, render, see_other

PageRequest = Request[Any, Any, Any]


class AgreeForm(msgspec.Struct, kw_only=True):
    """`agrees` is the patient's box; specialists' forms have none."""

    agrees: bool = False


class NoteForm(msgspec.Struct, kw_only=True):
    note: Annotated[str, msgspec.Meta(max_length=8000)] = ""
    version: int = 0


class SavedNote(msgspec.Struct):
    version: int


@get("/calls", opt={"action": Action.CALL_JOIN})
async def calls_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[str]:
    """What rings now, what goes on, and the last days' calls."""
    seen, recent = await calls.calls_marker(actor), await calls.current_calls(actor)
    return render(
        request,
        "desks/calls.html",
        seen=seen,
        ringing=await calls.ringing(actor),
        going_on=[call for call in recent if call.status in calls.OPEN and calls.is_of(actor, call)],
        past=[call for call in recent if call.status not in calls.OPEN and calls.is_of(actor, call)],
        names=await _names(actor, recent),
        call_status=CALL_STATUS,
    )


@get("/calls/ringing", opt={"action": Action.CALL_JOIN})
async def ringing(request: PageRequest, actor: NamedDependency[Actor]) -> Response[str]:
    """The banner alone, which every open page fetches when something rings."""
    rows = await calls.ringing(actor)
    return render(request, "desks/_ringing.html", ringing=rows, names=await _names(actor, rows))


@get("/calls/{call_id:uuid}", opt={"action": Action.CALL_JOIN})
async def call_page(request: PageRequest, actor: NamedDependency[Actor], call_id: FromPath[UUID]) -> Response[str]:
    return await show_call(request, actor, call_id)


async def show_call(
    request: PageRequest, actor: Actor, call_id: UUID, *, status: int = 200, **more: Any
) -> Response[str]:
    """The page as the actor's side has it; `more` is what was refused or made just now."""
    context = await call_context(request, actor, call_id)
    return render(request, "desks/call.html", status=status, **context | more)


@post("/cases/{case_id:uuid}/call", opt={"action": Action.CALL_ASK}, status_code=303)
async def ask(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, AgreeForm)
    wanted = CallWanted(call_id=UUID(form.key), case_id=case_id, consent=_consent(request, form.value))
    try:
        call = await calls.ask(actor, wanted)
    except ConsentNeeded:
        return see_other(request, _case_page(actor, case_id), flash=_("Tick the box first: a call needs your yes."))
    return see_other(request, f"/calls/{call.id}")


@post("/appointments/{appointment_id:uuid}/call", opt={"action": Action.CALL_ASK}, status_code=303)
async def ask_for_visit(
    request: PageRequest, actor: NamedDependency[Actor], appointment_id: FromPath[UUID]
) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, AgreeForm)
    try:
        call = await calls.ask_for_visit(actor, appointment_id, _consent(request, form.value))
    except ConsentNeeded:
        back = f"/appointments/{appointment_id}"
        return see_other(request, back, flash=_("Tick the box first: a call needs your yes."), kind="warning")
    return see_other(request, f"/calls/{call.id}")


@post("/calls/{call_id:uuid}/answer", opt={"action": Action.CALL_JOIN}, status_code=303)
async def answer(request: PageRequest, actor: NamedDependency[Actor], call_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, AgreeForm)
    try:
        await calls.answer(actor, call_id, _consent(request, form.value))
    except ConsentNeeded:
        told = _("Tick the box first: a call needs your yes.")
        return see_other(request, f"/calls/{call_id}", flash=told, kind="warning")
    return see_other(request, f"/calls/{call_id}")


@post("/calls/{call_id:uuid}/decline", opt={"action": Action.CALL_JOIN}, status_code=303)
async def decline(request: PageRequest, actor: NamedDependency[Actor], call_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await calls.decline(actor, call_id)
    return see_other(request, "/calls", flash=_("They are told that you cannot talk now."))


@post("/calls/{call_id:uuid}/cancel", opt={"action": Action.CALL_JOIN}, status_code=303)
async def cancel(request: PageRequest, actor: NamedDependency[Actor], call_id: FromPath[UUID]) -> Response[Any]:
    await read_form(request, Nothing)
    await calls.cancel(actor, call_id)
    return see_other(request, f"/calls/{call_id}")


@post("/calls/{call_id:uuid}/end", opt={"action": Action.CALL_JOIN}, status_code=303)
async def end(request: PageRequest, actor: NamedDependency[Actor], call_id: FromPath[UUID]) -> Response[Any]:
    await read_form(request, Nothing)
    await calls.end(actor, call_id)
    return see_other(request, f"/calls/{call_id}")


@post("/calls/{call_id:uuid}/note", opt={"action": Action.CALL_HOST}, status_code=200)
async def save_note(request: PageRequest, actor: NamedDependency[Actor], call_id: FromPath[UUID]) -> SavedNote:
    """Saves as typed; the next save names the version that this one answers."""
    form = await read_form(request, NoteForm)
    if form.value is None:
        raise BadInput(
            "The note is too long.",
            fields=tuple(FieldProblem(path=name, message=message) for name, message in form.errors.items()),
        )
    note = await calls.save_note(actor, call_id, form.value.note, form.value.version)
    return SavedNote(version=note.version)


@post("/calls/{call_id:uuid}/again", opt={"action": Action.CALL_ASK}, status_code=303)
async def again(request: PageRequest, actor: NamedDependency[Actor], call_id: FromPath[UUID]) -> Response[Any]:
    """Back into the waiting room, in the place of the first asking."""
    await read_form(request, Nothing)
    await calls.requeue(actor, call_id)
    return see_other(request, f"/calls/{call_id}")


async def _names(actor: Actor, rows: list[calls.Call]) -> dict[UUID, str]:
    """By call, whom the reader would call it by: the patient for the clinic and its readers, else the specialist."""
    if actor.is_patient:
        names = await identity.person_names({row.specialist_id for row in rows if row.specialist_id})
        return {row.id: names.get(row.specialist_id, "") if row.specialist_id else "" for row in rows}
    named = await patients.names_of(actor, [row.patient_id for row in rows])
    return {row.id: named.get(row.patient_id, "") for row in rows}


def _consent(request: PageRequest, said: AgreeForm | None) -> ConsentGiven | None:
    if said is None or not said.agrees:
        return None
    moment = Moment(at=now(), zone=reader_of(request).zone.key)
    return ConsentGiven(consent=CALL_CONSENT, version=CALL_CONSENT_VERSION, given_at=moment)


def _case_page(actor: Actor, case_id: UUID) -> str:
    return f"/queue/cases/{case_id}" if actor.has(Role.SPECIALIST) else f"/cases/{case_id}"


HANDLERS = (calls_page, ringing, call_page, ask, ask_for_visit, answer, decline, cancel, end, save_note, again)
