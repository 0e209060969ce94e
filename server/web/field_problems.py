"""Says in plain words what a form field takes, from the type that it is declared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from msgspec import inspect

from server.web.catalogue import N_

MISSING = N_("Fill this in.")
UNCHECKED = N_("Check this box to go on.")
UNREADABLE = N_("This has characters that cannot be kept. Type it again.")
CHOICE = N_("Choose one of these.")
CHOICES = N_("Choose from these.")
WHOLE_NUMBER = N_("Write a whole number.")
NUMBER = N_("Write a number.")
DATE = N_("Write a date: year, month, day.")
INSTANT = N_("Write a date and a time.")
OTHER = N_("This cannot be read. Check it.")
UNKNOWN = N_("There is no such field.")
AT_LEAST = N_("It has to be %(least)s or more.")
AT_MOST = N_("It has to be %(most)s or less.")
TOO_SHORT = N_("Use at least %(least)s characters.")
TOO_LONG = N_("Use at most %(most)s characters.")

_MANY = (inspect.ListType, inspect.SetType, inspect.FrozenSetType, inspect.VarTupleType)
_CHOICE = (inspect.EnumType, inspect.LiteralType)


@dataclass(frozen=True)
class FieldKind:
    """How a field is read: `is_flag` a checkbox, `is_many` repeated inputs, `is_verbatim` not stripped.

    `is_pledge` is a checkbox that has to be checked.
    """

    is_flag: bool
    is_many: bool
    is_optional: bool
    is_verbatim: bool
    is_pledge: bool
    message: str
    """The field's own wording of what it needs, empty without one."""


def field_kind(annotation: Any) -> FieldKind:
    """Own wording, `verbatim` (passwords) and `pledge` (a checkbox that must be checked) are in `Meta(extra=…)`."""
    found, extra = _core(annotation)
    return FieldKind(
        is_flag=isinstance(found, inspect.BoolType),
        is_many=isinstance(found, _MANY),
        is_optional=_is_optional(annotation),
        is_verbatim=bool(extra.get("verbatim")),
        is_pledge=bool(extra.get("pledge")),
        message=str(extra.get("message", "")),
    )


def describe_problem(annotation: Any, translate: Any) -> str:
    """What the field takes, in the reader's language; also of a type that `type_at` found."""
    found, extra = _core(annotation)
    if "message" in extra:
        return translate(str(extra["message"]))
    return " ".join(translate(text) % values for text, values in _needs(found))


def type_at(annotation: Any, steps: Sequence[str]) -> inspect.Type | None:
    """What is declared at the end of these steps: a field's name on the wire, or whichever item of a list."""
    found: inspect.Type | None = inspect.type_info(annotation)
    for step in steps:
        found = _within(_core(found)[0], step) if found else None
    return found


def _within(found: inspect.Type, step: str) -> inspect.Type | None:
    if isinstance(found, inspect.StructType):
        return next((field.type for field in found.fields if field.encode_name == step), None)
    return found.item_type if isinstance(found, _MANY) else None


def _needs(found: inspect.Type) -> list[tuple[str, dict[str, Any]]]:
    bounds = _bounds(found)
    if isinstance(found, inspect.StrType):
        return bounds or [(OTHER, {})]
    return [(_shape(found), {}), *bounds]


def _shape(found: inspect.Type) -> str:
    if isinstance(found, _CHOICE):
        return CHOICE
    if isinstance(found, _MANY):
        return CHOICES
    shapes: dict[type[inspect.Type], str] = {
        inspect.IntType: WHOLE_NUMBER,
        inspect.FloatType: NUMBER,
        inspect.DecimalType: NUMBER,
        inspect.DateType: DATE,
        inspect.DateTimeType: INSTANT,
    }
    return shapes.get(type(found), OTHER)


def _bounds(found: inspect.Type) -> list[tuple[str, dict[str, Any]]]:
    if isinstance(found, inspect.StrType):
        return _present((TOO_SHORT, "least", found.min_length), (TOO_LONG, "most", found.max_length))
    if isinstance(found, (inspect.IntType, inspect.FloatType)):
        return _present((AT_LEAST, "least", found.ge), (AT_MOST, "most", found.le))
    return []


def _present(*bounds: tuple[str, str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(text, {name: bound}) for text, name, bound in bounds if bound is not None]


def _is_optional(annotation: Any) -> bool:
    found = inspect.type_info(annotation)
    while isinstance(found, inspect.Metadata):
        found = found.type
    return isinstance(found, inspect.UnionType) and found.includes_none


def _core(annotation: Any) -> tuple[inspect.Type, dict[str, Any]]:
    """The type beneath `Annotated` and `| None`, and what `Meta(extra=…)` said on the way down."""
    found = annotation if isinstance(annotation, inspect.Type) else inspect.type_info(annotation)
    extra = dict[str, Any]()
    while isinstance(found, (inspect.Metadata, inspect.UnionType)):
        if isinstance(found, inspect.Metadata):
            extra |= cast("dict[str, Any]", found.extra or {})
            found = found.type
        else:
            found = next(kind for kind in found.types if not isinstance(kind, inspect.NoneType))
    return found, extra
