"""A kiosk of the clinic, who works at it, a kiosk of elsewhere, and one of each of the clinic's fleet's objects."""

import gzip
import hashlib
import secrets
from uuid import UUID

import msgspec

from server.contract.fleet import WORKER_HEADER, WORKER_KEY_BYTES, Heartbeat, PlaceWanted, worker_proof
from server.core.access import Actor
from server.fleet import service as fleet
from server.fleet.service.claims import show_claim
from server.fleet.service.tokens import device
from tests.access.requests_of_kiosks import LOG_LINE
from tests.fleet.kiosk import KioskKey, enrol


class Fleet(msgspec.Struct, frozen=True, kw_only=True):
    named: dict[str, str]
    headers: dict[str, dict[str, str]]


async def make_fleet(administrator: Actor, foreign_administrator: Actor, worker: Actor) -> Fleet:
    group_id = await fleet.make_group(administrator, "North")
    kiosk_id, token = await _kiosk(administrator, group_id)
    _, foreign_token = await _kiosk(foreign_administrator, await fleet.make_group(foreign_administrator, "Far"))
    kiosk = device(kiosk_id, administrator.organisation_id)
    await fleet.take_heartbeat(kiosk, Heartbeat(disk_free_bytes=0))
    kept = await fleet.keep_logs(kiosk, gzip.compress(LOG_LINE), None)
    place_id, proof = await _place(kiosk, worker)
    (alert,) = (await fleet.show_kiosk(administrator, kiosk_id)).alerts
    named = {
        "group_id": str(group_id),
        "kiosk_id": str(kiosk_id),
        "claim_id": str(await _waiting_claim(administrator, group_id)),
        "alert_id": str(alert.alert_id),
        "log_id": str(kept.log_id),
        "worker_place_id": str(place_id),
        "path": "metadata/timestamp.json",
    }
    its = {"Authorization": f"Bearer {token}"}
    headers = {
        "kiosk": its,
        "worker at a kiosk": {**its, WORKER_HEADER: proof},
        "foreign kiosk": {"Authorization": f"Bearer {foreign_token}"},
    }
    return Fleet(named=named, headers=headers)


async def _kiosk(administrator: Actor, group_id: UUID) -> tuple[UUID, str]:
    key = KioskKey()
    kiosk_id = await enrol(administrator, key, group_id=group_id)
    return kiosk_id, (await fleet.give_token(key.assertion(kiosk_id))).access_token


async def _place(kiosk: Actor, worker: Actor) -> tuple[UUID, str]:
    """A worker's place at the kiosk, and the proof of it."""
    key = secrets.token_bytes(WORKER_KEY_BYTES)
    asked = await fleet.ask_place(kiosk, PlaceWanted(key_hash=hashlib.sha256(key).hexdigest()))
    await fleet.take_place(worker, asked.code)
    return asked.place_id, worker_proof(asked.place_id, key)


async def _waiting_claim(administrator: Actor, group_id: UUID) -> UUID:
    claim_id = await fleet.make_claim(administrator, "Room 4", group_id)
    card = await show_claim(administrator, claim_id)
    await fleet.claim(KioskKey().claim(card.code), "192.0.2.1/32")
    return claim_id
