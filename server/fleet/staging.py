"""Which kiosks of a group are to run its wanted version by now: a share of them, drawn anew for each release."""

import hashlib
from uuid import UUID

import msgspec

from server.contract.fleet import KioskSettings
from server.fleet.schemas import Group

LEAST_FAILURES = 3
"""Fewer are no share of anything: a kiosk with a worn card fails every update."""


def settings_for(group: Group, kiosk_id: UUID) -> KioskSettings:
    """The group's settings; with the version before, for a kiosk that is not in the stage and in a halted release."""
    if not group.settings.program_version or is_in_stage(group, kiosk_id):
        return group.settings
    return msgspec.structs.replace(group.settings, program_version=group.program_before)


def is_in_stage(group: Group, kiosk_id: UUID) -> bool:
    """By a hash of kiosk and version: no kiosk is always the first to try, and raising the share only adds."""
    if group.halted_at is not None:
        return False
    drawn = hashlib.sha256(f"{group.settings.program_version}|{kiosk_id}".encode()).digest()
    return int.from_bytes(drawn[:4]) % 100 < group.stage_percent


def is_to_halt(failed: int, taken: int, above_percent: int) -> bool:
    """Whether so many went back, of those that tried, that nobody else should try."""
    return failed >= LEAST_FAILURES and failed * 100 > above_percent * (failed + taken)
