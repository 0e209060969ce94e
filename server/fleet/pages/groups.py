"""Groups of kiosks: what is wanted of them, and when somebody is told."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.contract.fleet import KioskSettings
from server.core.access import Action, Actor
from server.core.faults import InvalidForm
from server.fleet import service
from server.fleet.faults import GroupNameTaken
from server.fleet.schemas import Group, Thresholds
from server.identity import service as identity
from server.web.catalogue import N_
from server.web.connection import PageRequest
from server.web.forms import Form, Nothing, blank_form, read_form
from server.web.layout import gettext_for, render, see_other

READ = {"action": Action.FLEET_READ}
MANAGE = {"action": Action.FLEET_MANAGE}
GROUPS = "/fleet/groups"
GROUP = f"{GROUPS}/{{group_id:uuid}}"
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


def _between(least: int, most: int, message: str) -> Any:
    return msgspec.Meta(ge=least, le=most, extra={"message": message})


class NewGroupForm(msgspec.Struct, kw_only=True):
    name: Name


class GroupForm(msgspec.Struct, kw_only=True):
    """Minutes and hours where people think in them; `version` is of the group that the page showed."""

    name: Name
    version: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 2)]
    heartbeat_min: Annotated[int, _between(5, 1440, N_("Between 5 and 1440 minutes."))]
    idle_wipe_s: Annotated[int, _between(30, 3600, N_("Between 30 and 3600 seconds."))]
    data_budget_mb: Annotated[int, _between(1, 1_000_000, N_("Between 1 and 1000000 MB."))] | None = None
    is_pulse_offered: bool = False
    program_version: Annotated[
        str,
        msgspec.Meta(pattern=r"^[0-9A-Za-z.+!-]*$", max_length=40, extra={"message": N_("Such as 1.4.0")}),
    ] = ""
    stage_percent: Annotated[int, _between(1, 100, N_("Between 1 and 100 percent."))] = 100
    halt_above_percent: Annotated[int, _between(0, 100, N_("Between 0 and 100 percent."))] = 5
    silent_after_min: Annotated[int, _between(15, 43_200, N_("Between 15 and 43200 minutes."))]
    behind_after_min: Annotated[int, _between(15, 43_200, N_("Between 15 and 43200 minutes."))]
    full_below_mb: Annotated[int, _between(100, 1_000_000, N_("Between 100 and 1000000 MB."))]
    dark_after_h: Annotated[int, _between(1, 8760, N_("Between 1 and 8760 hours."))]
    hot_above_c: Annotated[int, _between(30, 110, N_("Between 30 and 110 °C."))]
    battery_below_percent: Annotated[int, _between(1, 90, N_("Between 1 and 90 percent."))]
    outdated_after_h: Annotated[int, _between(1, 8760, N_("Between 1 and 8760 hours."))]


@get(GROUPS, opt=READ)
async def groups_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    return await _show_groups(request, actor, blank_form())


@post(GROUPS, opt=MANAGE, status_code=303)
async def make_group(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, NewGroupForm)
    wanted = form.value
    if wanted is None:
        return await _show_groups(request, actor, form, status=422)

    async def effect() -> str:
        return f"{GROUPS}/{await service.make_group(actor, wanted.name)}"

    try:
        page = await identity.once(actor, form.key, identity.request_hash(wanted), effect)
    except GroupNameTaken as fault:
        form.refuse("name", _(fault.title))
        return await _show_groups(request, actor, form, status=422)
    return see_other(request, page, flash=_("The group is there, with settings to begin with. Change what you need."))


@get(GROUP, opt=READ)
async def group_page(request: PageRequest, actor: NamedDependency[Actor], group_id: FromPath[UUID]) -> Response[Any]:
    group = await service.show_group(actor, group_id)
    return _show_group(request, group, blank_form(_typed(group)))


@post(GROUP, opt=MANAGE, status_code=303)
async def change_group(request: PageRequest, actor: NamedDependency[Actor], group_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    group = await service.show_group(actor, group_id)
    form = await read_form(request, GroupForm)
    if form.value is None:
        return _show_group(request, group, form, status=422)
    try:
        await _change(actor, group_id, form.value)
    except InvalidForm as fault:
        form.refuse("name" if isinstance(fault, GroupNameTaken) else "silent_after_min", _(fault.title))
        return _show_group(request, group, form, status=422)
    return see_other(request, f"{GROUPS}/{group_id}", flash=_("Saved. Kiosks learn of it with their next heartbeat."))


@post(f"{GROUP}/resume", opt=MANAGE, status_code=303)
async def resume(request: PageRequest, actor: NamedDependency[Actor], group_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await service.resume_release(actor, group_id)
    return see_other(request, f"{GROUPS}/{group_id}", flash=_("It goes on. Kiosks that went back try it again."))


async def _change(actor: Actor, group_id: UUID, wanted: GroupForm) -> None:
    settings = KioskSettings(
        heartbeat_every_s=wanted.heartbeat_min * 60,
        data_budget_mb_per_day=wanted.data_budget_mb,
        idle_wipe_s=wanted.idle_wipe_s,
        is_pulse_offered=wanted.is_pulse_offered,
        program_version=wanted.program_version,
    )
    thresholds = Thresholds(
        silent_after_min=wanted.silent_after_min,
        behind_after_min=wanted.behind_after_min,
        full_below_mb=wanted.full_below_mb,
        dark_after_h=wanted.dark_after_h,
        hot_above_c=wanted.hot_above_c,
        battery_below_percent=wanted.battery_below_percent,
        outdated_after_h=wanted.outdated_after_h,
        halt_above_percent=wanted.halt_above_percent,
    )
    await service.change_group(
        actor,
        group_id,
        name=wanted.name,
        version=wanted.version,
        settings=settings,
        thresholds=thresholds,
        stage_percent=wanted.stage_percent,
    )


def _typed(group: Group) -> dict[str, Any]:
    settings = group.settings
    return {
        "name": group.name,
        "version": group.version,
        "heartbeat_min": settings.heartbeat_every_s // 60,
        "idle_wipe_s": settings.idle_wipe_s,
        "data_budget_mb": settings.data_budget_mb_per_day,
        "is_pulse_offered": settings.is_pulse_offered,
        "program_version": settings.program_version,
        "stage_percent": group.stage_percent,
        **msgspec.structs.asdict(group.thresholds),
    }


async def _show_groups(request: PageRequest, actor: Actor, form: Form[Any], *, status: int = 200) -> Response[Any]:
    return render(request, "fleet/groups.html", status=status, groups=await service.list_groups(actor), form=form)


def _show_group(request: PageRequest, group: Group, form: Form[Any], *, status: int = 200) -> Response[Any]:
    return render(request, "fleet/group.html", status=status, group=group, form=form)


HANDLERS = (groups_page, make_group, group_page, change_group, resume)
