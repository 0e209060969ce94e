"""Decodes a submitted HTML form into a Struct, with every error at once and what was typed kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

import msgspec
from litestar.datastructures import UploadFile

from server.core.faults import BadInput
from server.core.ids import new_id
from server.web.connection import PageRequest
from server.web.field_problems import MISSING, UNCHECKED, UNREADABLE, FieldKind, describe_problem, field_kind
from server.web.flash import DONE_KEY
from server.web.form_data import FormData, read_form_data
from server.web.layout import gettext_for

KEY_FIELD = "_key"
StructT = TypeVar("StructT", bound=msgspec.Struct)
Translate = Callable[[str], str]


@dataclass
class Form(Generic[StructT]):
    """What a form holds: `value` once it is right, else `errors` by field (empty name: the whole form).

    `key` is the idempotency key minted when the form was first rendered.
    """

    key: str
    typed: Mapping[str, list[str]] = field(default_factory=dict[str, list[str]])
    files: Mapping[str, list[UploadFile]] = field(default_factory=dict[str, list[UploadFile]])
    errors: dict[str, str] = field(default_factory=dict[str, str])
    value: StructT | None = None

    def text(self, name: str) -> str:
        return next(iter(self.typed.get(name, ())), "")

    def has(self, name: str, choice: str) -> bool:
        return choice in self.typed.get(name, ())

    def refuse(self, name: str, message: str) -> None:
        """Adds an error that only the service could find; render again with status 422."""
        self.errors[name] = message


class Nothing(msgspec.Struct):
    """A form of one button."""


def blank_form(initial: msgspec.Struct | Mapping[str, Any] | None = None) -> Form[Any]:
    """A form not yet sent, filled with what is known."""
    known = cast("Mapping[str, Any]", msgspec.to_builtins(initial or {}, str_keys=True))
    return Form(
        key=str(new_id()),
        typed={name: _as_typed(value) for name, value in known.items()},
    )


async def read_form(request: PageRequest, struct: type[StructT]) -> Form[StructT]:
    """Raises BadInput for a form without the idempotency key that every form of ours carries."""
    data = await read_form_data(request)
    form: Form[StructT] = Form(key=_key_of(data), typed=data.texts, files=data.files)
    request.scope["state"][DONE_KEY] = form.key
    _fill(form, struct, gettext_for(request))
    return form


def _key_of(data: FormData) -> str:
    try:
        return str(UUID(data.text(KEY_FIELD)))
    except ValueError as error:
        raise BadInput("The form carries no key of its own: reload the page and send it again.") from error


def _fill(form: Form[StructT], struct: type[StructT], translate: Translate) -> None:
    values: dict[str, Any] = {}
    for each in msgspec.structs.fields(struct):
        if each.encode_name in form.files:
            continue
        _take_field(form, each, values, translate)
    if not form.errors:
        _build(form, struct, values, translate)


def _take_field(form: Form[Any], each: msgspec.structs.FieldInfo, values: dict[str, Any], translate: Translate) -> None:
    kind = field_kind(each.type)
    sent = _clean(form.typed.get(each.encode_name, []), kind)
    missing = _missing(each, kind, sent)
    if missing:
        form.errors[each.encode_name] = translate(missing)
    elif not all(map(_is_keepable, sent)):
        form.errors[each.encode_name] = translate(UNREADABLE)
    elif sent or kind.is_flag or kind.is_many or each.required:
        _convert(form, each, values, _wire_value(sent, kind), translate)


def _missing(each: msgspec.structs.FieldInfo, kind: FieldKind, sent: list[str]) -> str:
    """What to say of a field that was left out but may not be, empty if it may."""
    if kind.is_flag:
        return (kind.message or UNCHECKED) if kind.is_pledge and not sent else ""
    may_be_absent = kind.is_many or kind.is_optional or not each.required
    return "" if sent or may_be_absent else kind.message or MISSING


def _convert(
    form: Form[Any], each: msgspec.structs.FieldInfo, values: dict[str, Any], wire: Any, translate: Translate
) -> None:
    try:
        values[each.name] = msgspec.convert(wire, each.type, strict=False)
    except msgspec.ValidationError:
        form.errors[each.encode_name] = describe_problem(each.type, translate)


def _build(
    form: Form[StructT],
    struct: type[StructT],
    values: dict[str, Any],
    translate: Translate,
) -> None:
    try:
        form.value = struct(**values)
    except ValueError as error:
        form.errors[""] = translate(str(error))


def _clean(sent: list[str], kind: FieldKind) -> list[str]:
    """Browsers send CRLF for a line end; blank values are *missing*."""
    lines = [value.replace("\r\n", "\n") for value in sent]
    stripped = lines if kind.is_verbatim else [value.strip() for value in lines]
    return [value for value in stripped if value.strip()]


def _is_keepable(value: str) -> bool:
    """No control characters but tab and line feed: PostgreSQL refuses NUL, and no record needs others."""
    return all(character >= " " or character in "\t\n" for character in value)


def _wire_value(sent: list[str], kind: FieldKind) -> Any:
    if kind.is_many:
        return sent
    if kind.is_flag:
        return bool(sent)
    return sent[0] if sent else None


def _as_typed(value: Any) -> list[str]:
    if value is None or value is False:
        return []
    if isinstance(value, (list, tuple, set, frozenset)):
        return [str(item) for item in cast("list[Any]", value)]
    return ["true"] if value is True else [str(value)]
