"""What nobody would type and anybody can send: values, and requests with one of them in each place in turn."""

import json
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

from server.contract.case import (
    DocumentPart,
    Observation,
    ObservationComponent,
    Part,
    Quantity,
    TextPart,
    VitalsPart,
    VoicePart,
)
from server.contract.wire import Coding
from tests.support.clinics import AT, answers, media, photograph, submission

TEXTS = (
    "",
    "a\x00b",
    "\ufffe\u202e",
    "\u0661",  # a digit elsewhere
    "x" * 70_000,
    "-1",
    "9" * 400,
    "1e400",
    "NaN",
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",  # no such instant in UTC
    "9999-12-31T23:59:59-14:00",
    "../../etc/passwd",
    "//evil.example",
    "\r\nSet-Cookie: stolen=1",
    "00000000-0000-0000-0000-000000000000",
)
VALUES: tuple[Any, ...] = (*TEXTS, None, True, -1, 1.5, 2**31, 2**63, 10**400, [], {}, [[]], {"a": {}})
LONGEST_IN_ADDRESS = 3000
CREDENTIAL = {
    "id": "YWJj",
    "rawId": "YWJj",
    "type": "public-key",
    "response": {"clientDataJSON": "e30", "authenticatorData": "YWJj", "signature": "YWJj", "userHandle": "YWJj"},
}
FULLER: dict[str, dict[str, Any]] = {
    "/api/sign-in/code": {"contact": "+23276000001"},
    "/api/sign-in/redeem": {"code": "123456", "asked": "abc"},
    "/api/passkeys/sign-in/options": {"email": "eva@example.org"},
    "/api/passkeys/sign-in": {"credential": CREDENTIAL, "back": "/queue"},
    "/api/passkeys/step-up": {"credential": CREDENTIAL, "back": "/queue"},
    "/api/passkeys": {"credential": CREDENTIAL, "label": "Key"},
}
"""Bodies with every field, where what asks for access alone sends none."""

Asked = tuple[str, dict[str, Any]]


def forms(request: dict[str, Any]) -> Iterator[Asked]:
    """The form with one field changed, and what was changed."""
    for name in request.get("data", {}):
        for value in TEXTS:
            yield _told((name,), value), {**request, "data": {**request["data"], name: value}}


def bodies(path: str, request: dict[str, Any], patient_id: UUID) -> Iterator[Asked]:
    """The JSON with one value changed, at every depth."""
    whole = _body(path, request, patient_id)
    headers = {**request.get("headers", {}), "Content-Type": "application/json"}
    for place in _places(whole):
        for value in VALUES:
            yield _told(place, value), {"content": json.dumps(_put(whole, place, value)), "headers": headers}


def questions(address: str, names: set[str]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The address without its query, and a query with one parameter changed."""
    base, _, query = address.partition("?")
    for name in sorted(names):
        for value in TEXTS:
            asked = dict(parse_qsl(query)) | {name: value[:LONGEST_IN_ADDRESS]}
            yield _told((name,), value), base, asked


def _body(path: str, request: dict[str, Any], patient_id: UUID) -> Any:
    if path == "/api/cases":
        return json.loads(submission(patient_id, *_every_part()))
    content = request.get("content", b"")
    return FULLER.get(path) or request.get("json") or (json.loads(content) if content[:1] == b"{" else {})


def _every_part() -> tuple[Part, ...]:
    code = Coding(system="http://loinc.org", code="8310-5", display="Temperature")
    value = Quantity(text="37.5", unit="Cel")
    seen = Observation(
        observation_id=uuid4(),
        code=code,
        measured_at=AT,
        method="device",
        value=value,
        components=(ObservationComponent(code=code, value=value),),
        flags=("high",),
    )
    return (
        photograph(b"photo", replaces=uuid4()),
        answers(),
        TextPart(part_id=uuid4(), written_at=AT, text="It itches."),
        VitalsPart(part_id=uuid4(), taken_at=AT, observations=(seen,)),
        VoicePart(part_id=uuid4(), media=media(b"voice", "audio/ogg"), recorded_at=AT),
        DocumentPart(part_id=uuid4(), media=media(b"paper", "application/pdf"), title="Letter", received_at=AT),
    )


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for step, inner in _steps(value):
        yield (*at, step)
        yield from _places(inner, (*at, step))


def _steps(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        return list(cast("dict[str, Any]", value).items())
    return list(enumerate(cast("list[Any]", value))) if isinstance(value, list) else []


def _put(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return new
    changed = value.copy()
    changed[place[0]] = _put(value[place[0]], place[1:], new)
    return changed


def _told(place: tuple[Any, ...], value: Any) -> str:
    return f"{'.'.join(map(str, place))}={str(value)[:30]!r}"
