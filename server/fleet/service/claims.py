"""How a kiosk becomes one: a code for half an hour, a key shown once with it, and an administrator's yes."""

import hmac
from datetime import timedelta
from typing import Any
from uuid import UUID

from server.contract.fleet import (
    CODE_ALPHABET,
    CODE_CHARS,
    ClaimAnswer,
    ClaimState,
    KioskClaim,
    clean_code,
    fingerprint,
    token_audience,
)
from server.core import audit
from server.core.access import Action, Actor, ActorKind, authorize
from server.core.db import scoped, transaction, working_for
from server.core.ids import new_id
from server.core.platform import now, platform
from server.fleet import queries
from server.fleet.codes import OF_CLAIMS, hash_code
from server.fleet.faults import ClaimDecided, ClaimRefused
from server.fleet.schemas import ClaimCard
from server.fleet.signatures import is_claimed_by_holder
from server.fleet.tables import Claim, ClaimStage, Kiosk
from server.identity import service as identity

CODE_LASTS = timedelta(minutes=30)
CLAIMS_PER_NETWORK = identity.Limit(name="kiosk-claim", burst=20, every_s=10)
"""40 bits of a code at six tries a minute, against half an hour. A kiosk that waits asks every half minute."""
SETTLED = {ClaimStage.APPROVED: ClaimState.APPROVED, ClaimStage.REFUSED: ClaimState.REFUSED}
LISTED = (ClaimStage.OPEN, ClaimStage.WAITING)


async def make_claim(actor: Actor, name: str, group_id: UUID) -> UUID:
    """A code under which one kiosk may ask to be registered; its claim's id."""
    authorize(actor, Action.FLEET_MANAGE)
    claim_id, at = new_id(), now()
    async with transaction():
        group = await queries.get_group(actor, group_id)
        await Claim(
            id=claim_id,
            recorded_at=at,
            organisation_id=actor.organisation_id,
            group_id=group.group_id,
            name=name,
            code_hash=hash_code(_code_of(claim_id), OF_CLAIMS),
            made_by=actor.actor_id,
            expires_at=at + CODE_LASTS,
        ).save()
        await audit.record(actor, "kiosk:code-made", subject_id=claim_id)
    return claim_id


async def claim(wanted: KioskClaim, network: str) -> ClaimAnswer:
    """A kiosk shows its key with a code; again with the same key it learns how the claim stands.

    ClaimRefused for all else, TooManyRequests for a network that tries too often.
    """
    await identity.spend(CLAIMS_PER_NETWORK, network)
    row = await queries.claim_by_code(hash_code(clean_code(wanted.code), OF_CLAIMS))
    if row is None or not is_claimed_by_holder(wanted):
        raise ClaimRefused
    if row.stage == ClaimStage.OPEN:
        row = await _present(row, wanted)
    if row.stage == ClaimStage.WITHDRAWN or row.public_key != wanted.public_key:
        raise ClaimRefused
    return ClaimAnswer(
        kiosk_id=row.id,
        state=SETTLED.get(ClaimStage(row.stage), ClaimState.WAITING),
        fingerprint=fingerprint(row.public_key),
        audience=token_audience(platform().settings.web.public_url),
        name=row.name,
        server_time=now(),
    )


async def _present(row: Claim, wanted: KioskClaim) -> Claim:
    """The first key that is shown takes the code, whoever else comes in the same instant."""
    if row.expires_at <= now():
        raise ClaimRefused
    kiosk = Actor(actor_id=row.id, kind=ActorKind.DEVICE, organisation_id=row.organisation_id)
    taken: dict[Any, Any] = {
        Claim.stage: ClaimStage.WAITING,
        Claim.public_key: wanted.public_key,
        Claim.program_version: wanted.program_version or "",
        Claim.claimed_at: now(),
    }
    with working_for(kiosk):
        async with transaction():
            if await _step(kiosk, row.id, ClaimStage.OPEN, taken):
                await audit.record(kiosk, "kiosk:claimed", subject_id=row.id)
        return await queries.get_claim(kiosk, row.id)


async def approve_claim(actor: Actor, claim_id: UUID) -> None:
    """Register the key that waits; its holder may ask for tokens from now on. ClaimDecided if none waits."""
    authorize(actor, Action.FLEET_MANAGE)
    identity.require_recent_second_factor(actor)
    at = now()
    async with transaction():
        row = await queries.get_claim(actor, claim_id)
        approved = {Claim.stage: ClaimStage.APPROVED, Claim.decided_at: at}
        if not await _step(actor, claim_id, ClaimStage.WAITING, approved):
            raise ClaimDecided
        await Kiosk(
            id=claim_id,
            recorded_at=at,
            organisation_id=row.organisation_id,
            group_id=row.group_id,
            name=row.name,
            public_key=row.public_key,
            approved_by=actor.actor_id,
            heard_at=at,
        ).save()
        await audit.record(actor, "kiosk:approved", subject_id=claim_id)


async def refuse_claim(actor: Actor, claim_id: UUID) -> None:
    """The key that waits is not registered; the code is spent."""
    authorize(actor, Action.FLEET_MANAGE)
    await _decide(actor, claim_id, ClaimStage.WAITING, ClaimStage.REFUSED, "kiosk:refused")


async def withdraw_claim(actor: Actor, claim_id: UUID) -> None:
    """The code works no more. ClaimDecided once a kiosk has used it."""
    authorize(actor, Action.FLEET_MANAGE)
    await _decide(actor, claim_id, ClaimStage.OPEN, ClaimStage.WITHDRAWN, "kiosk:code-withdrawn")


async def _decide(actor: Actor, claim_id: UUID, before: ClaimStage, after: ClaimStage, tag: str) -> None:
    async with transaction():
        await queries.get_claim(actor, claim_id)
        if not await _step(actor, claim_id, before, {Claim.stage: after, Claim.decided_at: now()}):
            raise ClaimDecided
        await audit.record(actor, tag, subject_id=claim_id)


async def list_claims(actor: Actor) -> list[ClaimCard]:
    """What waits for an administrator first, then the codes that still work."""
    authorize(actor, Action.FLEET_READ)
    rows = await scoped(actor, Claim).objects().where(Claim.stage.is_in(list(LISTED))).order_by(Claim.id)
    living = [row for row in rows if row.stage == ClaimStage.WAITING or row.expires_at > now()]
    names = await queries.names_of_groups(actor, [row.group_id for row in living])
    cards = [_card(row, names.get(row.group_id, "")) for row in living]
    return sorted(cards, key=lambda card: card.stage != ClaimStage.WAITING)


async def show_claim(actor: Actor, claim_id: UUID) -> ClaimCard:
    """One claim, with its code while that can be used: whoever manages the fleet may show it again."""
    authorize(actor, Action.FLEET_MANAGE)
    row = await queries.get_claim(actor, claim_id)
    names = await queries.names_of_groups(actor, [row.group_id])
    return _card(row, names.get(row.group_id, ""))


def _card(row: Claim, group: str) -> ClaimCard:
    is_usable = row.stage == ClaimStage.OPEN and row.expires_at > now()
    return ClaimCard(
        claim_id=row.id,
        name=row.name,
        group=group,
        stage=ClaimStage(row.stage),
        expires_at=row.expires_at,
        is_expired=row.stage == ClaimStage.OPEN and not is_usable,
        code=_code_of(row.id) if is_usable else "",
        fingerprint=fingerprint(row.public_key) if row.public_key else "",
        claimed_at=row.claimed_at,
        program_version=row.program_version,
    )


async def _step(actor: Actor, claim_id: UUID, before: ClaimStage, values: dict[Any, Any]) -> bool:
    """Whether the claim was still at `before`: of two who decide, one does."""
    row = (Claim.id == claim_id) & (Claim.stage == before)
    return bool(await scoped(actor, Claim).update(values).where(row).returning(Claim.id))


def _code_of(claim_id: UUID) -> str:
    """Made from the claim's id with a key that is not in the database: it can be shown twice and is kept nowhere."""
    bits = int.from_bytes(hmac.digest(platform().keys.masters.derive("kiosk-claim-code"), claim_id.bytes, "sha256"))
    return "".join(CODE_ALPHABET[bits >> (5 * place) & 31] for place in range(CODE_CHARS))
