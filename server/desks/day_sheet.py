"""The day's visits: a provider's own, with who came and how late, and the clinic's for its coordinator."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from server.core.access import Action, Actor
from server.desks.times import clock_text, require_near
from server.desks.visit_wording import VISIT_STATUS, WEEKDAY
from server.identity import service as identity
from server.scheduling import service as scheduling
from server.scheduling.wording import zone_text
from server.web.catalogue import N_
from server.web.forms import read_form
from server.web.layout import gettext_for, reader_of, render, see_other

PageRequest = Request[Any, Any, Any]
_DAY = timedelta(days=1)


class DayForm(msgspec.Struct, kw_only=True):
    day: date | None = None


@get("/day-sheet", opt={"action": Action.APPOINTMENT_ATTEND})
async def day_sheet_page(
    request: PageRequest, actor: NamedDependency[Actor], day: FromQuery[date | None] = None
) -> Response[str]:
    sheet = await scheduling.day_sheet(actor, require_near(day) if day else None)
    return render(request, "desks/day_sheet.html", has_feed=await scheduling.has_feed(actor), **_shown(request, sheet))


@get("/schedule", opt={"action": Action.APPOINTMENTS_OVERSEE})
async def schedule_page(
    request: PageRequest, actor: NamedDependency[Actor], day: FromQuery[date | None] = None
) -> Response[str]:
    sheet = await scheduling.clinic_day(actor, require_near(day) if day else None, reader_of(request).zone.key)
    flagged = await scheduling.flagged(actor)
    names = await identity.person_names({row.provider_id for row in (*sheet.rows, *flagged)})
    return render(request, "desks/schedule.html", flagged=flagged, providers=names, **_shown(request, sheet))


def _shown(request: PageRequest, sheet: scheduling.DaySheet) -> dict[str, Any]:
    reader = reader_of(request)
    today = reader.now.astimezone(reader.zone).date()
    return {
        "sheet": sheet,
        "is_today": sheet.day == today,
        "times": {row.id: clock_text(row.starts_at, sheet.zone, reader.language) for row in sheet.rows},
        "zone_words": zone_text(sheet.zone, sheet.rows[0].starts_at if sheet.rows else reader.now),
        "before": sheet.day - _DAY,
        "after": sheet.day + _DAY,
        "visit_status": VISIT_STATUS,
        "weekdays": WEEKDAY,
        "now": reader.now,
    }


def _verb(name: str, effect: Callable[[Actor, UUID], Awaitable[None]], told: str) -> Any:
    """A press beside one visit; it leads back to the day that was looked at."""

    @post(
        f"/day-sheet/{{appointment_id:uuid}}/{name}",
        opt={"action": Action.APPOINTMENT_ATTEND},
        status_code=303,
        name=f"visit-{name}",
    )
    async def press(
        request: PageRequest, actor: NamedDependency[Actor], appointment_id: FromPath[UUID]
    ) -> Response[Any]:
        form = await read_form(request, DayForm)
        await effect(actor, appointment_id)
        day = form.value.day if form.value else None
        return see_other(request, f"/day-sheet?day={day}" if day else "/day-sheet", flash=gettext_for(request)(told))

    return press


HANDLERS = (
    day_sheet_page,
    schedule_page,
    _verb("arrive", scheduling.arrive, N_("Written down: the patient is there.")),
    _verb("undo", scheduling.undo_arrival, N_("Taken back: the patient is not there yet.")),
    _verb("miss", scheduling.miss, N_("Written down: the patient did not come.")),
    _verb("finish", scheduling.finish, N_("Written down: the visit is done.")),
)
