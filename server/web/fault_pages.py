"""A refusal as a page: what happened, what is kept, what to do next, in the reader's language."""

from litestar import Response

from server.core.faults import Fault
from server.web.connection import PageRequest
from server.web.layout import gettext_for, render


def fault_page(request: PageRequest, fault: Fault, *, request_id: str = "") -> Response[str]:
    """The page with the fault's own status and headers; `request_id` is what support asks for."""
    _ = gettext_for(request)
    response = render(
        request,
        "layout/fault.html",
        status=fault.status,
        title=_(fault.title),
        detail=fault.told(_),
        kept=_(fault.kept) if fault.kept else "",
        next_step=_(fault.next_step) if fault.next_step else "",
        request_id=request_id,
    )
    for name, value in fault.headers.items():
        response.headers[name] = value
    return response
