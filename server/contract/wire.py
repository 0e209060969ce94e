"""The base every wire Struct derives from, and the small values they share."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", description="lower-case hex SHA-256 of the plain bytes")]
# RFC 5646, 4.4.1: 35 characters hold every tag that is in use.
LanguageTag = Annotated[
    str, msgspec.Meta(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35, description="BCP 47")
]
ShortText = Annotated[str, msgspec.Meta(max_length=200)]
LongText = Annotated[str, msgspec.Meta(max_length=20_000)]
Code = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40, description="never words")]
FormKey = Annotated[str, msgspec.Meta(pattern="^[!-~]+$", max_length=64, description="minted by whoever asks")]
Version = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1, description="what the databases' integers hold")]
EARLIEST_YEAR, LATEST_YEAR = 1900, 2999
"""Wide enough for every clock that is wrong; at the ends of the calendar an instant has no UTC or no local time."""


class Wire(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A frozen Struct whose JSON names are camelCase and whose unknown fields are refused."""


class Moment(Wire, frozen=True, kw_only=True):
    """An instant and the IANA zone where it happened; `at` is timezone-aware."""

    at: Annotated[datetime, msgspec.Meta(tz=True)]
    zone: Annotated[str, msgspec.Meta(max_length=64)] = "UTC"

    def __post_init__(self) -> None:
        if not EARLIEST_YEAR <= self.at.year <= LATEST_YEAR:
            raise ValueError(f"Expected an instant between {EARLIEST_YEAR} and {LATEST_YEAR}")


class Coding(Wire, frozen=True, kw_only=True):
    """A code in a named system; `display` is for people and never matched on."""

    system: ShortText
    code: ShortText
    display: ShortText = ""


class Laterality(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    MIDLINE = "midline"
    BOTH = "both"
    NOT_APPLICABLE = "not-applicable"
