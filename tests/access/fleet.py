"""A kiosk of the clinic and one of elsewhere, each with a token, and one of each of the clinic's fleet's objects."""

import gzip
from uuid import UUID

import msgspec

from server.contract.fleet import Heartbeat
from server.core.access import Actor
from server.fleet import service as fleet
from server.fleet.service.claims import show_claim
from server.fleet.service.tokens import device
from tests.access.requests_of_kiosks import LOG_LINE
from tests.fleet.kiosk import KioskKey, enrol


class Fleet(msgspec.Struct, frozen=True, kw_only=True):
    named: dict[str, str]
    tokens: dict[str, str]


async def make_fleet(administrator: Actor, foreign_administrator: Actor) -> Fleet:
    group_id = await fleet.make_group(administrator, "North")
    kiosk_id, token = await _kiosk(administrator, group_id)
    _, foreign_token = await _kiosk(foreign_administrator, await fleet.make_group(foreign_administrator, "Far"))
    kiosk = device(kiosk_id, administrator.organisation_id)
    await fleet.take_heartbeat(kiosk, Heartbeat(disk_free_bytes=0))
    kept = await fleet.keep_logs(kiosk, gzip.compress(LOG_LINE), None)
    (alert,) = (await fleet.show_kiosk(administrator, kiosk_id)).alerts
    named = {
        "group_id": str(group_id),
        "kiosk_id": str(kiosk_id),
        "claim_id": str(await _waiting_claim(administrator, group_id)),
        "alert_id": str(alert.alert_id),
        "log_id": str(kept.log_id),
        "path": "metadata/timestamp.json",
    }
    return Fleet(named=named, tokens={"kiosk": token, "foreign kiosk": foreign_token})


async def _kiosk(administrator: Actor, group_id: UUID) -> tuple[UUID, str]:
    key = KioskKey()
    kiosk_id = await enrol(administrator, key, group_id=group_id)
    return kiosk_id, (await fleet.give_token(key.assertion(kiosk_id))).access_token


async def _waiting_claim(administrator: Actor, group_id: UUID) -> UUID:
    claim_id = await fleet.make_claim(administrator, "Room 4", group_id)
    card = await show_claim(administrator, claim_id)
    await fleet.claim(KioskKey().claim(card.code), "192.0.2.1/32")
    return claim_id
