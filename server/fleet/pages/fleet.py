"""The fleet on one page: counts that lead to their rows, and the kiosks with the worst first."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from server.core.access import Action, Actor
from server.fleet import service
from server.fleet.pages.sizes import size_words
from server.fleet.schemas import Counts
from server.fleet.service import Shown
from server.fleet.tables import AlertKind
from server.fleet.wording import ALERT, SHOWN
from server.web.connection import PageRequest
from server.web.layout import reader_of, render

PAGE = "/fleet"
READ = {"action": Action.FLEET_READ}


@get(PAGE, opt=READ)
async def fleet_page(
    request: PageRequest,
    actor: NamedDependency[Actor],
    show: FromQuery[Shown] = Shown.ACTIVE,
    group: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Response[Any]:
    """`group` is a group's id; whatever is none of the organisation's shows every group."""
    groups = await service.list_groups(actor)
    chosen = next((each.group_id for each in groups if str(each.group_id) == group), None)
    counts = await service.count_fleet(actor)
    found = await service.list_kiosks(actor, show, chosen, page)
    return render(
        request,
        "fleet/fleet.html",
        show=show,
        chosen=chosen,
        groups=groups,
        found=found,
        counts=counts,
        filters=[(each, SHOWN[each], _count(counts, each)) for each in Shown if each is not Shown.ALERTING],
        alert_words=ALERT,
        size=size_words(reader_of(request)),
        address=partial(_address, {"show": show, "group": chosen or "", "page": 1}),
    )


def _count(counts: Counts, shown: Shown) -> int:
    known = {Shown.ACTIVE: counts.active, Shown.REVOKED: counts.revoked, Shown.UNHEARD: counts.unheard}
    return known[shown] if shown in known else counts.alerts[AlertKind(shown.value)]


def _address(now_shown: dict[str, Any], **changed: Any) -> str:
    """The page's address with something changed; what is as by default is left out."""
    plain = {"show": Shown.ACTIVE, "group": "", "page": 1}
    query = urlencode({name: str(value) for name, value in (now_shown | changed).items() if value != plain[name]})
    return f"{PAGE}?{query}" if query else PAGE


HANDLERS = (fleet_page,)
