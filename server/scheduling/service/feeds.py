"""A person's calendar address: unguessable, kept as a hash, ended at will, and read as that person would read."""

import hashlib
from datetime import timedelta

from server.core import audit
from server.core.access import Action, Actor, ActorKind, Role, authorize
from server.core.db import transaction, working_for
from server.core.faults import NotFound
from server.core.ids import new_id, new_token
from server.core.platform import now
from server.identity import service as identity
from server.patients import service as patients
from server.scheduling import queries
from server.scheduling.lifecycle import Status
from server.scheduling.tables import Appointment, CalendarFeed

PAST, AHEAD = timedelta(days=30), timedelta(days=400)
SHOWN = frozenset({Status.BOOKED, Status.ARRIVED, Status.DONE, Status.CANCELLED})


async def has_feed(actor: Actor) -> bool:
    mine = (CalendarFeed.person_id == actor.actor_id) & CalendarFeed.ended_at.is_null()
    return bool(await CalendarFeed.exists().where(mine))


async def make_feed(actor: Actor) -> str:
    """The token of a new address, told this once; an earlier address ends."""
    authorize(actor, Action.CALENDAR_FEED)
    token = new_token()
    async with transaction():
        await _end(actor)
        feed = CalendarFeed(
            id=new_id(),
            recorded_at=now(),
            person_id=actor.actor_id,
            organisation_id=actor.organisation_id,
            is_patient=actor.is_patient,
            token_hash=_hash(token),
        )
        await feed.save()
        await audit.record(actor, "calendar-feed:made", subject_id=actor.actor_id)
    return token


async def end_feed(actor: Actor) -> None:
    """The address leads nowhere from now on."""
    authorize(actor, Action.CALENDAR_FEED)
    async with transaction():
        await _end(actor)
        await audit.record(actor, "calendar-feed:ended", subject_id=actor.actor_id)


async def read_feed(token: str) -> list[Appointment]:
    """What the person of the address has; NotFound once it has ended, or the person has no part in it any more."""
    clause = (CalendarFeed.token_hash == _hash(token)) & CalendarFeed.ended_at.is_null()
    feed = await CalendarFeed.objects().where(clause).first()
    if feed is None:
        raise NotFound
    role = Role.PATIENT if feed.is_patient else Role.SPECIALIST
    if not await identity.is_active_as(feed.person_id, feed.organisation_id, role):
        raise NotFound
    actor = Actor(
        actor_id=feed.person_id,
        kind=ActorKind.PERSON,
        organisation_id=feed.organisation_id,
        roles=frozenset({role}),
    )
    with working_for(actor):
        return [row for row in await _rows(actor) if row.status in SHOWN]


async def _rows(actor: Actor) -> list[Appointment]:
    span = (now() - PAST, now() + AHEAD)
    if not actor.is_patient:
        return await queries.appointments_of_provider(actor, actor.actor_id, span)
    found: list[Appointment] = []
    for patient in await patients.patients_of(actor):
        found += await queries.appointments_of_patient(actor, patient.patient_id)
    return [row for row in found if span[0] <= row.starts_at < span[1]]


async def _end(actor: Actor) -> None:
    mine = (CalendarFeed.person_id == actor.actor_id) & CalendarFeed.ended_at.is_null()
    await CalendarFeed.update({CalendarFeed.ended_at: now()}).where(mine)


def _hash(token: str) -> bytes:
    """A plain hash is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


def feed_path(token: str) -> str:
    return f"/calendar/{token}"
