"""What forms of scheduling say, and what pages read."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

Slices = Meta(multiple_of=5)
Length = Annotated[int, Meta(ge=5, le=480, multiple_of=5)]
Buffer = Annotated[int, Meta(ge=0, le=120, multiple_of=5)]
Capacity = Annotated[int, Meta(ge=1, le=50)]
Name = Annotated[str, Meta(min_length=1, max_length=60)]


class PracticeRules(Struct, frozen=True, kw_only=True):
    """How a provider may be booked; `reminders_min` are minutes before the visit."""

    zone: str
    daily_limit: Annotated[int, Meta(ge=1, le=200)] | None = None
    horizon_days: Annotated[int, Meta(ge=1, le=365)] = 60
    cutoff_min: Annotated[int, Meta(ge=0, le=20160)] = 1440
    reminders_min: tuple[Annotated[int, Meta(ge=5, le=20160)], ...] = (1440, 60)


class KindRules(Struct, frozen=True, kw_only=True):
    name: Name
    duration_min: Length
    every_min: Length
    before_min: Buffer = 0
    after_min: Buffer = 0
    notice_min: Annotated[int, Meta(ge=0, le=43200)] = 0
    capacity: Capacity = 1


class PlaceRules(Struct, frozen=True, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    region: str
    zone: str


class HoursRules(Struct, frozen=True, kw_only=True):
    """A window of a weekday or of one day; opening and closing at the same minute closes the day."""

    weekday: Annotated[int, Meta(ge=0, le=6)] | None = None
    day: date | None = None
    opens_min: Annotated[int, Meta(ge=0, le=1440, multiple_of=5)]
    closes_min: Annotated[int, Meta(ge=0, le=1440, multiple_of=5)]
    place_id: UUID | None = None
    kind_id: UUID | None = None


class Wanted(Struct, frozen=True, kw_only=True):
    """The time that a patient wants."""

    patient_id: UUID
    provider_id: UUID
    kind_id: UUID
    starts_at: datetime
    place_id: UUID | None = None
    from_case_id: UUID | None = None


class Rhythm(Struct, frozen=True, kw_only=True):
    """A visit every so many weeks, so many times in all."""

    every_weeks: Annotated[int, Meta(ge=1, le=12)]
    times: Annotated[int, Meta(ge=2, le=12)]


class KindOffer(Struct, frozen=True, kw_only=True):
    kind_id: UUID
    name: str
    duration_min: int
    capacity: int


class ProviderOffer(Struct, frozen=True, kw_only=True):
    """Somebody who can be booked; `organisation_id` is where they practise."""

    provider_id: UUID
    organisation_id: UUID
    pool_id: UUID
    kinds: tuple[KindOffer, ...]


class OpenSlot(Struct, frozen=True, kw_only=True):
    starts_at: datetime
    place_id: UUID | None
    place_name: str
    """Empty: by video."""
