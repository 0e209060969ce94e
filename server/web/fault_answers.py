"""One handler for every refusal: a page for people, problem+json for programs, and nothing of what went on inside."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.background_tasks import BackgroundTask
from litestar.exceptions import HTTPException, ValidationException

from server.contract.problem import PROBLEM_MEDIA_TYPE
from server.core.access import Action
from server.core.access.guard import ACTION
from server.core.audit.refusals import record_refusal
from server.core.faults import BadInput, Fault, Forbidden, NotFound, TooLarge, TooManyRequests
from server.core.ids import new_id
from server.core.log import get_logger
from server.web.connection import PageRequest, actor_of, prefers_html
from server.web.fault_pages import fault_page
from server.web.layout import gettext_for
from server.web.request_problems import UNEXPECTED_FORM, request_problems

log = get_logger(__name__)


class MethodNotAllowed(Fault):
    status = 405
    code = "method-not-allowed"
    title = "This address does not take that method"
    kept = "Nothing was changed."


class BrokenOff(BadInput):
    """Nobody reads the answer; what it is for is the log, where a link that broke is no defect of ours."""

    code = "broken-off"
    title = "The link broke before everything had come"
    kept = "Nothing was changed."
    next_step = "Send it again."


class Unexpected(Fault):
    code = "unexpected"
    title = "Something went wrong on our side"
    kept = "What was accepted before is safe; this step was not carried out."
    next_step = "Try again. If it happens again, tell support the number below."


_BROKEN_OFF = "client disconnected prematurely"
"""What Litestar's server error says when the body of a request ends too soon; it has no class of its own."""

_HTTP_FAULTS: dict[int, type[Fault]] = {
    400: BadInput,
    404: NotFound,
    405: MethodNotAllowed,
    413: TooLarge,
    429: TooManyRequests,
}


def answer_fault(request: PageRequest, fault: Fault) -> Response[Any]:
    """The refusal in the form its asker can read."""
    request_id = str(new_id())
    if fault.status >= 500:
        log.error("fault", code=fault.code, inside=fault.inside, route=_route(request), request_id=request_id)
    response: Response[Any]
    if prefers_html(request):
        response = fault_page(request, fault, request_id=request_id)
    else:
        content = msgspec.json.encode(fault.problem(request_id, gettext_for(request)))
        response = Response(content, status_code=fault.status, media_type=PROBLEM_MEDIA_TYPE, headers=fault.headers)
    response.background = _refusal_to_record(request, fault)
    return response


def _refusal_to_record(request: PageRequest, fault: Fault) -> BackgroundTask | None:
    """What was refused goes into the trail after the refused transaction has been rolled back."""
    actor = actor_of(request)
    if not isinstance(fault, Forbidden) or actor is None:
        return None
    action = request.route_handler.opt.get(ACTION)
    if not isinstance(action, Action):
        return None
    subject = next((value for value in request.path_params.values() if isinstance(value, UUID)), None)
    return BackgroundTask(record_refusal, actor, action, subject, code=fault.code)


def answer_http_exception(request: PageRequest, error: HTTPException) -> Response[Any]:
    """Litestar's own refusals in our words; a validation error names the fields that are wrong."""
    fault = BrokenOff() if error.detail == _BROKEN_OFF else _kind_of(error.status_code)()
    if isinstance(error, ValidationException):
        fault.detail = UNEXPECTED_FORM
        fault.fields = request_problems(request, error)
    fault.headers = dict(error.headers or {})
    return answer_fault(request, fault)


def _kind_of(status: int) -> type[Fault]:
    return _HTTP_FAULTS.get(status, BadInput if status < 500 else Unexpected)


def answer_too_deep(request: PageRequest, _: RecursionError) -> Response[Any]:
    """Nothing of ours recurses but the decoding of JSON, which goes as deep as what was sent."""
    return answer_fault(request, BadInput(UNEXPECTED_FORM))


def answer_unexpected(request: PageRequest, error: Exception) -> Response[Any]:
    """A defect of ours: its kind goes to the log, never its message (which may quote what was typed)."""
    log.error("unexpected", error=type(error).__name__, at=_place(error), route=_route(request))
    return answer_fault(request, Unexpected())


def _route(request: PageRequest) -> str:
    """The route's pattern, and not its address, which may hold an invitation's token or lead to somebody's upload."""
    return f"{request.method} {request.scope.get('path_template', '')}"


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}" if trace else ""
