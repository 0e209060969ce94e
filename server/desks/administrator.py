"""The administrator's page: pools and readers, what is stuck on its way, messages that reached nobody."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.cases import service as cases
from server.core.access import Action, Actor, Role
from server.core.notices.queries import list_undelivered
from server.core.outbox import service as jobs
from server.desks.wording import ACUITY, SENDING
from server.exchange import service as exchange
from server.identity import service as identity
from server.web.forms import Form, Nothing, blank_form, read_form
from server.web.layout import gettext_for, render, see_other

PageRequest = Request[Any, Any, Any]
PAGE = "/admin"


class PoolForm(msgspec.Struct, kw_only=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    specialty: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class MemberForm(msgspec.Struct, kw_only=True):
    person: UUID


class DeadlineForm(msgspec.Struct, kw_only=True):
    acuity: cases.Acuity
    hours: Annotated[int, msgspec.Meta(ge=1, le=1440)]


class DiscardForm(msgspec.Struct, kw_only=True):
    reason: jobs.DiscardReason


@get(PAGE, opt={"action": Action.JOBS_MANAGE})
async def admin_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[str]:
    return await _show(request, actor)


async def _show(
    request: PageRequest, actor: Actor, *, pool: Form[Any] | None = None, status: int = 200
) -> Response[str]:
    readers = await identity.people_in_role(actor.organisation_id, Role.SPECIALIST)
    return render(
        request,
        "desks/admin.html",
        status=status,
        pools=await cases.pool_cards(actor),
        readers=readers,
        names={reader.person_id: reader.details.name for reader in readers},
        counts=await jobs.list_counts(actor),
        dead=await jobs.list_dead(actor),
        unsent=await exchange.list_unsent(actor),
        sending_words=SENDING,
        undelivered=await list_undelivered(actor),
        form=pool or blank_form(),
        acuity_words=ACUITY,
    )


@post(f"{PAGE}/pools", opt={"action": Action.POOLS_MANAGE}, status_code=303)
async def make_pool(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, PoolForm)
    if form.value is None:
        return await _show(request, actor, pool=form, status=422)
    wanted = form.value

    async def effect() -> str:
        await cases.create_pool(actor, wanted.name, wanted.specialty)
        return PAGE

    next_page = await identity.once(actor, form.key, identity.request_hash(wanted), effect)
    return see_other(request, next_page, flash=_("The group is there. Add its readers."))


@post(f"{PAGE}/pools/{{pool_id:uuid}}/open", opt={"action": Action.POOLS_MANAGE}, status_code=303)
async def open_pool(request: PageRequest, actor: NamedDependency[Actor], pool_id: FromPath[UUID]) -> Response[Any]:
    await read_form(request, Nothing)
    await cases.set_pool_open(actor, pool_id, is_open=True)
    return see_other(request, PAGE)


@post(f"{PAGE}/pools/{{pool_id:uuid}}/close", opt={"action": Action.POOLS_MANAGE}, status_code=303)
async def close_pool(request: PageRequest, actor: NamedDependency[Actor], pool_id: FromPath[UUID]) -> Response[Any]:
    await read_form(request, Nothing)
    await cases.set_pool_open(actor, pool_id, is_open=False)
    return see_other(request, PAGE)


@post(f"{PAGE}/pools/{{pool_id:uuid}}/join", opt={"action": Action.POOLS_MANAGE}, status_code=303)
async def join(request: PageRequest, actor: NamedDependency[Actor], pool_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, MemberForm)
    if form.value is None:
        return see_other(request, PAGE, flash=_("Choose a reader first."), kind="warning")
    await cases.join_pool(actor, pool_id, form.value.person)
    return see_other(request, PAGE)


@post(f"{PAGE}/pools/{{pool_id:uuid}}/leave", opt={"action": Action.POOLS_MANAGE}, status_code=303)
async def leave(request: PageRequest, actor: NamedDependency[Actor], pool_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, MemberForm)
    if form.value is None:
        return see_other(request, PAGE, flash=_("Choose a reader first."), kind="warning")
    await cases.leave_pool(actor, pool_id, form.value.person)
    return see_other(request, PAGE)


@post(f"{PAGE}/pools/{{pool_id:uuid}}/deadline", opt={"action": Action.POOLS_MANAGE}, status_code=303)
async def set_deadline(request: PageRequest, actor: NamedDependency[Actor], pool_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, DeadlineForm)
    if form.value is None:
        return see_other(request, PAGE, flash=_("A deadline is between 1 and 1440 hours."), kind="warning")
    await cases.set_deadline(actor, pool_id, form.value.acuity, form.value.hours)
    return see_other(request, PAGE, flash=_("New cases have the new deadline."))


@post(f"{PAGE}/jobs/{{job_id:uuid}}/retry", opt={"action": Action.JOBS_MANAGE}, status_code=303)
async def retry_job(request: PageRequest, actor: NamedDependency[Actor], job_id: FromPath[UUID]) -> Response[Any]:
    await read_form(request, Nothing)
    await jobs.retry_job(actor, job_id)
    return see_other(request, PAGE)


@post(f"{PAGE}/jobs/{{job_id:uuid}}/discard", opt={"action": Action.JOBS_MANAGE}, status_code=303)
async def discard_job(request: PageRequest, actor: NamedDependency[Actor], job_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, DiscardForm)
    if form.value is None:
        return see_other(request, PAGE, flash=_("Say why it is discarded."), kind="warning")
    await jobs.discard_job(actor, job_id, form.value.reason)
    return see_other(request, PAGE)


@post(f"{PAGE}/sendings/{{sending_id:uuid}}/retry", opt={"action": Action.JOBS_MANAGE}, status_code=303)
async def retry_sending(
    request: PageRequest, actor: NamedDependency[Actor], sending_id: FromPath[UUID]
) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await exchange.try_again(actor, sending_id)
    return see_other(request, PAGE, flash=_("It is tried again. Reload in a minute to see whether it got there."))


HANDLERS = (
    admin_page,
    make_pool,
    open_pool,
    close_pool,
    join,
    leave,
    set_deadline,
    retry_job,
    discard_job,
    retry_sending,
)
