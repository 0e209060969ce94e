"""What only the server holds of the fleet: thresholds with their defaults, and what pages are given."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from server.contract.fleet import Heartbeat, KioskSettings
from server.fleet.tables import AlertKind, ClaimStage, KioskState


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """When something is told, for one group; docs/guides/fleet.md gives the reasons to administrators."""

    silent_after_min: Annotated[int, msgspec.Meta(ge=15, le=43_200)] = 150
    """Five heartbeats of half an hour: one that is missing is the link, five are a power cut or a broken kiosk."""
    behind_after_min: Annotated[int, msgspec.Meta(ge=15, le=43_200)] = 720
    """Half a day: a clinic's link may be gone for an afternoon, a case that spends the night unsent is late."""
    full_below_mb: Annotated[int, msgspec.Meta(ge=100, le=1_000_000)] = 2048
    """Room for some 150 cases of four photographs of 3 MB: weeks of a small clinic, in which somebody can go there."""
    dark_after_h: Annotated[int, msgspec.Meta(ge=1, le=8760)] = 72
    """Three days: a clinic is dark at night and over a weekend. A camera that is missing or frozen is told at once."""
    hot_above_c: Annotated[int, msgspec.Meta(ge=30, le=110)] = 75
    """A Raspberry Pi slows itself down from 80: told before that, for a fan or a curtain."""
    battery_below_percent: Annotated[int, msgspec.Meta(ge=1, le=90)] = 20
    """A fifth: batteries can be bought before the device stops in the middle of a visit."""
    outdated_after_h: Annotated[int, msgspec.Meta(ge=1, le=8760)] = 72
    """Three days: an update waits for a free hour and a link, and a weekend has neither."""
    halt_above_percent: Annotated[int, msgspec.Meta(ge=0, le=100)] = 5
    """One in twenty: a release may meet a kiosk that was broken before, not a kind of kiosk that it breaks."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    group_id: UUID
    name: str
    version: int
    settings: KioskSettings
    thresholds: Thresholds
    program_wanted_at: datetime
    program_before: str = ""
    stage_percent: int = 100
    halted_at: datetime | None = None
    kiosks: int = 0

    @property
    def settings_version(self) -> str:
        """Names the group too: a kiosk that was moved has other settings, however often each was changed."""
        return f"{self.group_id.hex[-8:]}-{self.version}"


class ClaimCard(msgspec.Struct, frozen=True, kw_only=True):
    """`code` is there only while it can be used."""

    claim_id: UUID
    name: str
    group: str
    stage: ClaimStage
    expires_at: datetime
    is_expired: bool
    code: str = ""
    fingerprint: str = ""
    claimed_at: datetime | None = None
    program_version: str = ""


class KioskRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the fleet's list."""

    kiosk_id: UUID
    name: str
    group: str
    state: KioskState
    alerts: tuple[AlertKind, ...]
    heard_at: datetime
    has_reported: bool
    report: Heartbeat


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    alert_id: UUID
    kind: AlertKind
    raised_at: datetime
    measured: int | None
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None
    cleared_at: datetime | None


class PlaceOffered(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker sees before they take a place."""

    code: str
    kiosk: str
    group: str


class PlaceCard(msgspec.Struct, frozen=True, kw_only=True):
    """A worker's place at a kiosk; `seen_at` is their last sign-in there with a link."""

    place_id: UUID
    person_id: UUID
    kiosk: str
    group: str
    taken_at: datetime
    seen_at: datetime | None


class LogCard(msgspec.Struct, frozen=True, kw_only=True):
    log_id: UUID
    received_at: datetime
    size_bytes: int
    expires_at: datetime


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many kiosks there are of each state; of the active ones, how many have each kind of alert open."""

    active: int
    revoked: int
    unheard: int
    alerts: dict[AlertKind, int]
    waiting_claims: int
