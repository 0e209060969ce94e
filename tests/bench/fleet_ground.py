"""Registered kiosks in numbers, and what each of them sends."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from server.contract.fleet import ASSERTION_TYPE, GRANT_TYPE, CameraState, DeviceState, Heartbeat, LinkState
from server.core.access import Role
from server.core.db import platform_wide, transaction
from server.core.ids import new_id
from server.core.platform import now
from server.fleet import service as fleet
from server.fleet.tables import Kiosk
from tests.fleet.kiosk import KioskKey
from tests.support.people import make_organisation, make_person

ROWS_AT_A_TIME = 500
REPORT = msgspec.json.encode(
    Heartbeat(
        program_version="1.4.0",
        uptime_s=190_000,
        disk_total_bytes=62_000_000_000,
        disk_free_bytes=41_300_000_000,
        temperature_c=52.4,
        is_throttled=False,
        cameras=(CameraState(name="hand-held", state="ready"),),
        devices=(DeviceState(kind="pulse-oximeter", battery_percent=80),),
        queue_depth=2,
        oldest_unsent_s=1500,
        link=LinkState(kind="mobile", up_kbit_per_s=310, is_metered=True),
    )
)


class Registered(NamedTuple):
    kiosk_id: UUID
    key: KioskKey


async def register_kiosks(number: int) -> list[Registered]:
    """In one group of one clinic, written as approvals write them."""
    with platform_wide():
        place = await make_organisation("Clinic of the North")
        administrator = await make_person(place.organisation_id, Role.ADMINISTRATOR)
        group_id = await fleet.make_group(administrator, "North")
        kiosks = [Registered(new_id(), KioskKey()) for _ in range(number)]
        rows = iter(
            Kiosk(
                id=kiosk.kiosk_id,
                recorded_at=now(),
                organisation_id=place.organisation_id,
                group_id=group_id,
                name=f"Place {place_number}",
                public_key=kiosk.key.public,
                approved_by=administrator.actor_id,
                heard_at=now(),
            )
            for place_number, kiosk in enumerate(kiosks)
        )
        for batch in _batches(rows):
            async with transaction():
                await Kiosk.insert(*batch)
    return kiosks


def token_form(kiosk: Registered) -> bytes:
    """Signed now: an assertion is for minutes."""
    form = {
        "grant_type": GRANT_TYPE,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": kiosk.key.assertion(kiosk.kiosk_id),
    }
    return urlencode(form).encode()


def _batches(rows: Iterator[Kiosk]) -> Iterator[list[Kiosk]]:
    while batch := list(islice(rows, ROWS_AT_A_TIME)):
        yield batch
