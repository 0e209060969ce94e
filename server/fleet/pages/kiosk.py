"""One kiosk: how it is and how it should be, its alerts and log bundles, and what can be done to it."""

from datetime import timedelta
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.contract.fleet import LOG_MEDIA_TYPE
from server.core.access import Action, Actor
from server.fleet import service
from server.fleet.faults import NameMismatch
from server.fleet.pages.sizes import size_words
from server.fleet.wording import ALERT, CAMERA, MEASURED, WHAT_TO_DO
from server.identity import service as identity
from server.web.connection import PageRequest
from server.web.forms import Form, Nothing, blank_form, read_form
from server.web.layout import gettext_for, reader_of, render, see_other
from server.web.reader import Reader

READ = {"action": Action.FLEET_READ}
MANAGE = {"action": Action.FLEET_MANAGE}
KIOSK = "/fleet/kiosks/{kiosk_id:uuid}"


class ChangeForm(msgspec.Struct, kw_only=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    group: UUID


class WipeForm(msgspec.Struct, kw_only=True):
    typed: Annotated[str, msgspec.Meta(max_length=80)]


@get(KIOSK, opt=READ)
async def kiosk_page(request: PageRequest, actor: NamedDependency[Actor], kiosk_id: FromPath[UUID]) -> Response[Any]:
    return await _show(request, actor, kiosk_id)


@post(f"{KIOSK}/change", opt=MANAGE, status_code=303)
async def change(request: PageRequest, actor: NamedDependency[Actor], kiosk_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, ChangeForm)
    if form.value is None:
        return await _show(request, actor, kiosk_id, change_form=form, status=422)
    await service.change_kiosk(actor, kiosk_id, form.value.name, form.value.group)
    return see_other(request, _page(kiosk_id), flash=_("Saved. The kiosk learns of it with its next heartbeat."))


@post(f"{KIOSK}/alerts/{{alert_id:uuid}}/acknowledge", opt=MANAGE, status_code=303)
async def acknowledge(
    request: PageRequest, actor: NamedDependency[Actor], kiosk_id: FromPath[UUID], alert_id: FromPath[UUID]
) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await service.acknowledge_alert(actor, kiosk_id, alert_id)
    return see_other(request, _page(kiosk_id), flash=_("Noted. The alert ends by itself when it is over."))


@post(f"{KIOSK}/logs", opt=MANAGE, status_code=303)
async def ask_for_logs(request: PageRequest, actor: NamedDependency[Actor], kiosk_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await service.ask_for_logs(actor, kiosk_id)
    return see_other(request, _page(kiosk_id), flash=_("Asked. The bundle comes after the kiosk’s next heartbeat."))


@get(f"{KIOSK}/logs/{{log_id:uuid}}", opt=MANAGE)
async def read_logs(actor: NamedDependency[Actor], kiosk_id: FromPath[UUID], log_id: FromPath[UUID]) -> Response[bytes]:
    """The file as the kiosk sent it."""
    headers = {"Content-Disposition": f'attachment; filename="kiosk-{log_id}.jsonl.gz"', "Cache-Control": "no-store"}
    content = await service.read_logs(actor, kiosk_id, log_id)
    return Response(content, media_type=LOG_MEDIA_TYPE, headers=headers)


@post(f"{KIOSK}/wipe", opt=MANAGE, status_code=303)
async def wipe(request: PageRequest, actor: NamedDependency[Actor], kiosk_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, WipeForm)
    if form.value is None:
        return await _show(request, actor, kiosk_id, wipe_form=form, status=422)
    try:
        await service.wipe_kiosk(actor, kiosk_id, form.value.typed)
    except NameMismatch as fault:
        form.refuse("typed", _(fault.title))
        return await _show(request, actor, kiosk_id, wipe_form=form, status=422)
    return see_other(request, _page(kiosk_id), flash=_("Ordered. The kiosk is wiped when it next reaches the server."))


@post(f"{KIOSK}/places/{{worker_place_id:uuid}}/end", opt=MANAGE, status_code=303)
async def end_place(
    request: PageRequest, actor: NamedDependency[Actor], kiosk_id: FromPath[UUID], worker_place_id: FromPath[UUID]
) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await service.end_place(actor, kiosk_id, worker_place_id)
    return see_other(request, _page(kiosk_id), flash=_("Ended. Nobody is found there in that name any more."))


@post(f"{KIOSK}/revoke", opt=MANAGE, status_code=303)
async def revoke(request: PageRequest, actor: NamedDependency[Actor], kiosk_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await service.revoke_kiosk(actor, kiosk_id)
    return see_other(request, _page(kiosk_id), flash=_("Out of service: its next request is refused."))


async def _show(
    request: PageRequest,
    actor: Actor,
    kiosk_id: UUID,
    *,
    change_form: Form[Any] | None = None,
    wipe_form: Form[Any] | None = None,
    status: int = 200,
) -> Response[Any]:
    view = await service.show_kiosk(actor, kiosk_id)
    groups = await service.list_groups(actor)
    known = {"name": view.row.name, "group": view.group.group_id}
    reader = reader_of(request)
    named = {alert.acknowledged_by for alert in view.alerts if alert.acknowledged_by}
    named |= {place.person_id for place in view.places}
    return render(
        request,
        "fleet/kiosk.html",
        status=status,
        view=view,
        report=view.row.report,
        groups=[(group.group_id, group.name) for group in groups],
        names=await identity.person_names(named),
        change_form=change_form or blank_form(known),
        wipe_form=wipe_form or blank_form(),
        words={"alert": ALERT, "to_do": WHAT_TO_DO, "measured": MEASURED, "camera": CAMERA},
        size=size_words(reader),
        span=partial(_span, reader),
    )


def _span(reader: Reader, minutes: int) -> str:
    return reader.span(timedelta(minutes=minutes))


def _page(kiosk_id: UUID) -> str:
    return f"/fleet/kiosks/{kiosk_id}"


HANDLERS = (kiosk_page, change, acknowledge, ask_for_logs, read_logs, wipe, end_place, revoke)
