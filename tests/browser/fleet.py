"""A fleet for the browser: a few kiosks as a clinic has them, or more of everything than a page was drawn for."""

import gzip
import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from server.cli.seed.people import REGION
from server.contract.fleet import (
    CameraState,
    DeviceState,
    Heartbeat,
    LinkState,
    PlaceWanted,
    ReportedError,
    UpdateOutcome,
)
from server.core.access import Actor, ActorKind, Role
from server.core.platform import now
from server.fleet import service as fleet
from server.fleet.service.claims import show_claim
from server.fleet.service.tokens import device
from server.fleet.tables import Kiosk
from server.identity import service as identity
from tests.fleet.kiosk import KioskKey, enrol

LONG_NAME = "Puesto de salud de Nuestra Señora de la Santísima Trinidad de los Ángeles, consultorio 12"[:80]
LONG_CODE = "a-code-that-is-as-long-as-codes-may-be-x"
WELL = Heartbeat(
    program_version="1.4.0",
    uptime_s=190_000,
    disk_total_bytes=62_000_000_000,
    disk_free_bytes=41_300_000_000,
    temperature_c=52.4,
    is_throttled=False,
    cameras=(CameraState(name="hand-held", state="ready"), CameraState(name="dermatoscope", state="ready")),
    devices=(DeviceState(kind="pulse-oximeter", battery_percent=80), DeviceState(kind="thermometer")),
    queue_depth=2,
    oldest_unsent_s=1500,
    link=LinkState(kind="mobile", up_kbit_per_s=310, is_metered=True),
    errors=(ReportedError(code="uplink-timeout", count=3),),
    update=UpdateOutcome(version="1.4.0", succeeded=True),
)
IN_TROUBLE = Heartbeat(
    program_version="1.3.2",
    disk_total_bytes=32_000_000_000,
    disk_free_bytes=900_000_000,
    temperature_c=83,
    is_throttled=True,
    cameras=(CameraState(name="photographs", state="frozen"),),
    devices=(DeviceState(kind="oximeter", battery_percent=8), DeviceState(kind="thermometer")),
    queue_depth=41,
    oldest_unsent_s=60 * 60 * 30,
    update=UpdateOutcome(version="1.4.0", succeeded=False, reason="health-check"),
)
OVERFULL = Heartbeat(
    program_version="1234567890.1234567890.1234567890+longest"[:40],
    settings_version="00000000-1234567890"[:20],
    uptime_s=2**31 - 1,
    disk_total_bytes=2**53 - 1,
    disk_free_bytes=0,
    temperature_c=299.9,
    is_throttled=True,
    cameras=tuple(CameraState(name=LONG_CODE, state=LONG_CODE) for _ in range(8)),
    devices=tuple(DeviceState(kind=LONG_CODE, battery_percent=number) for number in range(16)),
    queue_depth=2**31 - 1,
    oldest_unsent_s=2**31 - 1,
    link=LinkState(kind=LONG_CODE, up_kbit_per_s=2**31 - 1, is_metered=True),
    errors=tuple(ReportedError(code=LONG_CODE, count=2**31 - 1) for _ in range(20)),
    update=UpdateOutcome(version="1" * 40, succeeded=False, reason=LONG_CODE),
)
MOST_PLACES = 12
LINE = b'{"at":"2026-03-02T08:00:00Z","level":"info","event":"started"}\n'


async def administrator() -> Actor:
    return await _person(Role.ADMINISTRATOR)


async def _person(role: Role) -> Actor:
    """The demo clinic's, with a second factor proved just now."""
    (place, people) = next((place, people) for place, people in await identity.demo_people() if place.region == REGION)
    person = next(person for person in people if role in person.roles)
    return Actor(
        actor_id=person.person_id,
        kind=ActorKind.PERSON,
        organisation_id=place.organisation_id,
        roles=frozenset({role}),
        second_factor_at=int(now().timestamp()),
    )


async def fill_fleet(actor: Actor) -> None:
    """Four kiosks in two groups: well and worked at, in trouble, never heard, out of service; a code; a kiosk waits."""
    north, south = [await fleet.make_group(actor, name) for name in ("Northern district", "Coast")]
    well = await _kiosk(actor, "Makeni, room 1", north, [WELL] * 12)
    await _kiosk(actor, "Kambia, health post", north, [WELL, WELL, IN_TROUBLE])
    await enrol(actor, KioskKey(), name="Bonthe island", group_id=south)
    await fleet.revoke_kiosk(actor, await _kiosk(actor, "Freetown, depot", south, [WELL]))
    await fleet.keep_logs(device(well, actor.organisation_id), gzip.compress(LINE * 500), None)
    await fleet.ask_for_logs(actor, well)
    await _work_at(well, await _person(Role.CLINIC_WORKER))
    await _claims(actor, ("Port Loko, room 2", "Lunsar, room 1"), north)


async def overfill_fleet(actor: Actor) -> None:
    """Long names in twenty groups, more kiosks than a page has rows, every alert, and a full history."""
    groups = [await fleet.make_group(actor, f"{LONG_NAME[:76]} {number}") for number in range(20)]
    worst = await _kiosk(actor, LONG_NAME, groups[0], [OVERFULL] * 100)
    long_ago: dict[Any, Any] = {Kiosk.heard_at: now() - timedelta(days=400)}
    await Kiosk.update(long_ago).where(Kiosk.id == worst)
    await fleet.find_silent()
    for alert in (await fleet.show_kiosk(actor, worst)).alerts[:2]:
        await fleet.acknowledge_alert(actor, worst, alert.alert_id)
    for _ in range(25):
        await fleet.keep_logs(device(worst, actor.organisation_id), gzip.compress(LINE), None)
    await fleet.wipe_kiosk(actor, worst, LONG_NAME)
    worker = await _person(Role.CLINIC_WORKER)
    for number in range(60):
        kiosk_id = await _kiosk(actor, f"{LONG_NAME[:76]} {number}", groups[number % 20], [IN_TROUBLE])
        if number < MOST_PLACES:
            await _work_at(kiosk_id, worker)
    await _claims(actor, [f"{LONG_NAME[:76]} {number}" for number in range(12)], groups[0])


async def _kiosk(actor: Actor, name: str, group_id: UUID, reports: Sequence[Heartbeat]) -> UUID:
    kiosk_id = await enrol(actor, KioskKey(), name=name, group_id=group_id)
    for report in reports:
        await fleet.take_heartbeat(device(kiosk_id, actor.organisation_id), report)
    return kiosk_id


async def _work_at(kiosk_id: UUID, worker: Actor) -> None:
    kiosk = device(kiosk_id, worker.organisation_id)
    asked = await fleet.ask_place(kiosk, PlaceWanted(key_hash=hashlib.sha256(b"").hexdigest()))
    await fleet.take_place(worker, asked.code)


async def _claims(actor: Actor, names: Sequence[str], group_id: UUID) -> None:
    """Codes, of which the first has been used by a kiosk that waits."""
    for number, name in enumerate(names):
        claim_id = await fleet.make_claim(actor, name, group_id)
        if number == 0:
            card = await show_claim(actor, claim_id)
            await fleet.claim(KioskKey().claim(card.code), f"network of {claim_id}")
