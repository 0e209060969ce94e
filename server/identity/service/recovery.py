"""Recovery codes: made on request, shown once, each good for setting up how to sign in anew."""

from uuid import UUID

from server.core import audit
from server.core.access import Action, Actor, authorize
from server.core.db import transaction
from server.core.platform import now
from server.identity.recovery_codes import hash_code, new_codes
from server.identity.service.step_up import require_fresh_proof
from server.identity.tables import RecoveryCode


async def make_recovery_codes(actor: Actor) -> list[str]:
    """New recovery codes; the ones before are worth nothing. They are never shown again."""
    authorize(actor, Action.SELF)
    await require_fresh_proof(actor)
    codes, at = new_codes(), now()
    async with transaction():
        await RecoveryCode.delete().where(RecoveryCode.person_id == actor.actor_id)
        rows = [RecoveryCode(recorded_at=at, person_id=actor.actor_id, code_hash=hash_code(code)) for code in codes]
        await RecoveryCode.insert(*rows)
        await audit.record(actor, "recovery-codes:made", subject_id=actor.actor_id)
    return codes


async def take_recovery_code(person_id: UUID, code: str) -> bool:
    """Whether the code is one of the person's that was not used; it is used by asking."""
    taken = (
        await RecoveryCode.update({RecoveryCode.used_at: now()})
        .where(RecoveryCode.person_id == person_id)
        .where(RecoveryCode.code_hash == hash_code(code))
        .where(RecoveryCode.used_at.is_null())
        .returning(RecoveryCode.id)
    )
    return bool(taken)


async def recovery_codes_left(person_id: UUID) -> int:
    unused = RecoveryCode.used_at.is_null()
    return len(await RecoveryCode.select(RecoveryCode.id).where(RecoveryCode.person_id == person_id).where(unused))
