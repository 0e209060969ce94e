"""A worker's place at a kiosk: asked for there with a code, taken by the worker's own account, ended by either side.

With it a worker who signed in by PIN may find patients: docs/decisions/places-at-kiosks.md.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from server.contract.fleet import (
    CODE_ALPHABET,
    CODE_CHARS,
    PlaceAnswer,
    PlaceAsked,
    PlaceState,
    PlaceWanted,
    clean_code,
    grouped_code,
    place_link,
    read_worker_proof,
)
from server.core import audit
from server.core.access import Action, Actor, ActorKind, Role, authorize
from server.core.db import scoped, transaction
from server.core.faults import NotFound
from server.core.ids import new_id
from server.core.platform import now, platform
from server.fleet import queries
from server.fleet.codes import OF_PLACES, hash_code
from server.fleet.faults import PlaceCodeRefused
from server.fleet.schemas import PlaceCard, PlaceOffered
from server.fleet.tables import Kiosk, KioskPlace
from server.identity import service as identity

CODE_LASTS = timedelta(minutes=5)
CODES_PER_KIOSK = identity.Limit(name="kiosk-place-code", burst=10, every_s=60)
TRIES_PER_PERSON = identity.Limit(name="kiosk-place-try", burst=20, every_s=10)
"""40 bits of a code at six tries a minute, against five minutes."""


async def ask_place(kiosk: Actor, wanted: PlaceWanted) -> PlaceAsked:
    """A code with which one of the clinic's workers takes a place at this kiosk; TooManyRequests."""
    authorize(kiosk, Action.KIOSK_PLACE_ASK)
    await identity.spend(CODES_PER_KIOSK, str(kiosk.actor_id))
    place_id, at = new_id(), now()
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_CHARS))
    async with transaction():
        await KioskPlace(
            id=place_id,
            recorded_at=at,
            organisation_id=kiosk.organisation_id,
            kiosk_id=kiosk.actor_id,
            key_hash=bytes.fromhex(wanted.key_hash),
            code_hash=hash_code(code, OF_PLACES),
            expires_at=at + CODE_LASTS,
        ).save()
        await audit.record(kiosk, "kiosk:place-asked", subject_id=place_id)
    link = place_link(platform().settings.web.public_url, code)
    return PlaceAsked(place_id=place_id, code=grouped_code(code), link=link, lasts_s=int(CODE_LASTS.total_seconds()))


async def look_at_place(kiosk: Actor, place_id: UUID) -> PlaceAnswer:
    """Whether somebody has taken the place that this kiosk asked for; NotFound for another kiosk's."""
    authorize(kiosk, Action.KIOSK_PLACE_ASK)
    place = await queries.place_at(kiosk, kiosk.actor_id, place_id)
    if place.ended_at is not None:
        return PlaceAnswer(state=PlaceState.OVER)
    if place.person_id is not None:
        name = await identity.person_name(place.person_id)
        return PlaceAnswer(state=PlaceState.TAKEN, person_id=place.person_id, name=name)
    return PlaceAnswer(state=PlaceState.WAITING if place.expires_at > now() else PlaceState.OVER)


async def look_at_code(actor: Actor, code: str) -> PlaceOffered:
    """The kiosk that shows this code; PlaceCodeRefused, TooManyRequests."""
    authorize(actor, Action.KIOSK_PLACE_TAKE)
    await identity.spend(TRIES_PER_PERSON, str(actor.actor_id))
    place = await _by_code(actor, code)
    (card,) = await _cards(actor, [place])
    return PlaceOffered(code=grouped_code(clean_code(code)), kiosk=card.kiosk, group=card.group)


async def take_place(actor: Actor, code: str) -> str:
    """Work at the kiosk that shows this code, in place of an earlier place there; the kiosk's name.

    PlaceCodeRefused, TooManyRequests.
    """
    authorize(actor, Action.KIOSK_PLACE_TAKE)
    identity.require_recent_second_factor(actor)
    await identity.spend(TRIES_PER_PERSON, str(actor.actor_id))
    async with transaction():
        place = await _by_code(actor, code)
        kiosk = await queries.get_kiosk(actor, place.kiosk_id)
        mine = (KioskPlace.kiosk_id == kiosk.id) & (KioskPlace.person_id == actor.actor_id)
        await _end(actor, mine)
        taken: dict[Any, Any] = {
            KioskPlace.person_id: actor.actor_id,
            KioskPlace.taken_at: now(),
            KioskPlace.code_hash: None,
        }
        open_still = (KioskPlace.id == place.id) & KioskPlace.code_hash.is_not_null()
        if not await scoped(actor, KioskPlace).update(taken).where(open_still).returning(KioskPlace.id):
            raise PlaceCodeRefused
        await audit.record(actor, "kiosk:place-taken", subject_id=kiosk.id, detail={"place": str(place.id)})
    return kiosk.name


async def own_places(actor: Actor) -> list[PlaceCard]:
    """The kiosks that the actor works at, the last taken first."""
    authorize(actor, Action.KIOSK_PLACE_TAKE)
    return await _cards(actor, await queries.places(actor, KioskPlace.person_id == actor.actor_id))


async def places_at(actor: Actor, kiosk_id: UUID) -> list[PlaceCard]:
    """Who works at a kiosk, for its administrator."""
    authorize(actor, Action.FLEET_READ)
    return await _cards(actor, await queries.places(actor, KioskPlace.kiosk_id == kiosk_id))


async def end_own_place(actor: Actor, place_id: UUID) -> None:
    """NotFound for another person's."""
    authorize(actor, Action.KIOSK_PLACE_TAKE)
    await _end_one(actor, (KioskPlace.id == place_id) & (KioskPlace.person_id == actor.actor_id))


async def end_place(actor: Actor, kiosk_id: UUID, place_id: UUID) -> None:
    """The worker's next look from that kiosk is refused; NotFound for another organisation's."""
    authorize(actor, Action.FLEET_MANAGE)
    await _end_one(actor, (KioskPlace.id == place_id) & (KioskPlace.kiosk_id == kiosk_id))


async def end_places_at(actor: Actor, kiosk_id: UUID) -> None:
    """Of a kiosk that is out of service or to be wiped; inside the caller's transaction."""
    await _end(actor, KioskPlace.kiosk_id == kiosk_id)


async def find_worker(kiosk: Actor, proof: str) -> Actor | None:
    """Who has signed in at the kiosk, as the actor of a request; None unless place, person and role still stand."""
    try:
        place_id, key = read_worker_proof(proof)
    except ValueError:
        return None
    at_it = (KioskPlace.id == place_id) & (KioskPlace.kiosk_id == kiosk.actor_id)
    (place,) = await queries.places(kiosk, at_it) or (None,)
    if place is None or not hmac.compare_digest(bytes(place.key_hash), hashlib.sha256(key).digest()):
        return None
    person_id: UUID = place.person_id
    if not await identity.is_active_as(person_id, kiosk.organisation_id, Role.CLINIC_WORKER):
        return None
    await scoped(kiosk, KioskPlace).update({KioskPlace.seen_at: now()}).where(KioskPlace.id == place_id)
    return Actor(
        actor_id=person_id,
        kind=ActorKind.PERSON,
        organisation_id=kiosk.organisation_id,
        roles=frozenset({Role.CLINIC_WORKER}),
        kiosk_id=kiosk.actor_id,
    )


async def _by_code(actor: Actor, code: str) -> KioskPlace:
    found = scoped(actor, KioskPlace).objects().where(KioskPlace.code_hash == hash_code(clean_code(code), OF_PLACES))
    place = await found.where(KioskPlace.expires_at > now()).where(KioskPlace.ended_at.is_null()).first()
    if place is None:
        raise PlaceCodeRefused
    return place


async def _end_one(actor: Actor, clause: Any) -> None:
    async with transaction():
        if not await scoped(actor, KioskPlace).exists().where(clause):
            raise NotFound
        await _end(actor, clause)


async def _end(actor: Actor, clause: Any) -> None:
    """Twice changes nothing; inside a transaction."""
    ended: dict[Any, Any] = {
        KioskPlace.ended_at: now(),
        KioskPlace.ended_by: actor.actor_id,
        KioskPlace.code_hash: None,
    }
    living = clause & KioskPlace.ended_at.is_null()
    rows = await scoped(actor, KioskPlace).update(ended).where(living).returning(KioskPlace.id, KioskPlace.kiosk_id)
    for row in rows:
        await audit.record(actor, "kiosk:place-ended", subject_id=row["kiosk_id"], detail={"place": str(row["id"])})


async def _cards(actor: Actor, places: Sequence[KioskPlace]) -> list[PlaceCard]:
    kiosks = await queries.kiosks_of(actor, list({place.kiosk_id for place in places}))
    groups = await queries.names_of_groups(actor, list({kiosk.group_id for kiosk in kiosks.values()}))
    return [_card(place, kiosks[place.kiosk_id], groups) for place in places]


def _card(place: KioskPlace, kiosk: Kiosk, groups: dict[UUID, str]) -> PlaceCard:
    return PlaceCard(
        place_id=place.id,
        person_id=place.person_id,
        kiosk=kiosk.name,
        group=groups.get(kiosk.group_id, ""),
        taken_at=place.taken_at,
        seen_at=place.seen_at,
    )
