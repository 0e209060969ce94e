"""A notice as a slice asks for it, and as it is sealed and handed to a channel."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec


class ChannelKind(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    DEMO = "demo"
    """Nothing leaves the demo: what would have been sent is read on its outbox page."""


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told and how: over `channel` where there is an address for it, over the other one otherwise.

    Quiet hours are local wall-clock hours in `zone`; 22 to 7 spans midnight, equal ones mean none.
    """

    email: str = ""
    phone: str = ""
    channel: str = ChannelKind.SMS
    language: str = "en"
    zone: str = "UTC"
    quiet_from_hour: int = 0
    quiet_until_hour: int = 0


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be told, by a template's name and the values it asks for: never anything clinical.

    Of two notices with one `dedupe_key` in an organisation the second is dropped. After `expires_at` it is not
    sent any more: a code that has run out helps nobody. With a `subject_id` (a case) the end of its delivery is a
    job, `NoticeSettled`.
    """

    template: str
    recipient: Recipient
    values: Mapping[str, str] = {}
    person_id: UUID | None = None
    patient_id: UUID | None = None
    subject_id: UUID | None = None
    dedupe_key: str = ""
    expires_at: datetime | None = None


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A rendered template: `subject` and `body` for e-mail, `short` for SMS."""

    subject: str
    body: str
    short: str


class Way(msgspec.Struct, frozen=True):
    kind: ChannelKind
    address: str


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """Sealed in `NoticeIntent.sealed`: the ways in the order they are tried, and the text."""

    ways: tuple[Way, ...]
    text: Text


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody sent back by SMS, as the gateway hands it on; `id` is the gateway's, and never used again."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    sender: Annotated[str, msgspec.Meta(max_length=40)] = msgspec.field(name="from")
    text: Annotated[str, msgspec.Meta(max_length=2000)]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel delivers. `key` is the same at every attempt, so that the other side can know a repetition."""

    key: str
    address: str
    text: Text
