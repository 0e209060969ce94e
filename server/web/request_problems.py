"""Says field by field what a request lacks, in the reader's words, where Litestar says it in English of its own."""

import re
from collections.abc import Callable
from typing import cast

from litestar.exceptions import ValidationException

from server.contract.problem import FieldProblem
from server.web.catalogue import N_
from server.web.connection import PageRequest
from server.web.field_problems import MISSING, OTHER, UNKNOWN, describe_problem, type_at
from server.web.layout import gettext_for

UNEXPECTED_FORM = N_("The request does not have the form that is expected.")
BODY = "data"
_NAMED = {MISSING: re.compile(r"missing required field `(\w+)`"), UNKNOWN: re.compile(r"unknown field `(\w+)`")}
"""Where Litestar gives the path of the object and names the field in its message alone."""
_STEP = re.compile(r"[^.\[\]]+")


def request_problems(request: PageRequest, error: ValidationException) -> tuple[FieldProblem, ...]:
    """What is wrong with each field of the body, or each parameter, that the handler declares."""
    found = error.extra if isinstance(error.extra, list) else []
    items = [cast("dict[str, str]", item) for item in found if isinstance(item, dict)]
    return tuple(_problem(request, item.get("key", ""), item.get("message", "")) for item in items)


def _problem(request: PageRequest, key: str, message: str) -> FieldProblem:
    translate = gettext_for(request)
    path = "" if key == BODY else key
    for words, pattern in _NAMED.items():
        if (named := pattern.search(message)) is not None:
            return FieldProblem(path=f"{path}.{named[1]}".lstrip("."), message=translate(words))
    return FieldProblem(path=path, message=_describe(request, path, translate))


def _describe(request: PageRequest, path: str, translate: Callable[[str], str]) -> str:
    parameters = request.route_handler.parsed_fn_signature.parameters
    steps = _STEP.findall(path)
    name = steps.pop(0) if steps and steps[0] in parameters else BODY
    found = type_at(parameters[name].raw, steps) if name in parameters else None
    return describe_problem(found, translate) if found else translate(OTHER)
