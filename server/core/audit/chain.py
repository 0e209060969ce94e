"""What of an event is chained, its exact bytes, and how each link follows from the one before."""

import hashlib
from datetime import datetime
from uuid import UUID

import msgspec

from server.contract.wire import Sha256, Wire

GENESIS = b"careferry.audit/1|"


class TrailEvent(Wire, frozen=True, kw_only=True):
    """An event at its place in one organisation's log; ids and codes only. `detail` is JSON, kept verbatim."""

    sequence: int
    event_id: UUID
    recorded_at: datetime
    organisation_id: UUID
    actor_id: UUID
    actor_kind: str
    actor_organisation_id: UUID
    purpose: str
    tag: str
    subject_id: UUID | None
    patient_id: UUID | None
    session_id: UUID | None
    detail: str


class ChainedEvent(Wire, tag_field="type", tag="event", frozen=True, kw_only=True):
    """A line of the export: the event and its link, which covers everything before it too."""

    event: TrailEvent
    chain: Sha256


def canonical_bytes(event: TrailEvent) -> bytes:
    """The event as JSON without spaces: fields in the order declared above, absent ones null, times in UTC."""
    return msgspec.json.encode(event)


def genesis(organisation_id: UUID) -> bytes:
    """What stands before the first event: bound to the organisation, so that logs cannot be exchanged."""
    return hashlib.sha256(GENESIS + organisation_id.bytes).digest()


def link(previous: bytes, event: TrailEvent) -> bytes:
    """SHA-256(previous link | canonical bytes); a link has 32 bytes, so the two parts cannot be confused."""
    return hashlib.sha256(previous + canonical_bytes(event)).digest()
