"""The problem document (RFC 9457) every refused request answers with."""

from server.contract.wire import Wire

PROBLEM_MEDIA_TYPE = "application/problem+json"


class FieldProblem(Wire, frozen=True, kw_only=True):
    path: str
    message: str


class Problem(Wire, omit_defaults=True, frozen=True, kw_only=True):
    """`code` is stable and machine-readable; `kept` and `next_step` tell the person what survived and what to do."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    kept: str = ""
    next_step: str = ""
    request_id: str = ""
    fields: tuple[FieldProblem, ...] = ()
