"""Proving oneself again before what matters most: signing an answer, changing how one signs in."""

from server.core import audit
from server.core.access import Action, Actor, authorize
from server.core.platform import now
from server.identity import limits
from server.identity.acting import ONLY_PATIENT
from server.identity.faults import CodeRefused, FreshSignInRequired, SecondFactorRequired
from server.identity.limits import spend
from server.identity.schemas import NewSession
from server.identity.service.code_app import take_app_code
from server.identity.service.sessions import renew_proved_session
from server.identity.tables import Password, Session

RECENT_S = 300
FRESH_SIGN_IN_S = 900


def require_recent_second_factor(actor: Actor, within_s: int = RECENT_S) -> None:
    """Raise SecondFactorRequired unless the session proved a second factor in the last `within_s` seconds.

    As a page it leads to /step-up and back.
    """
    if now().timestamp() - actor.second_factor_at > within_s:
        raise SecondFactorRequired


async def require_fresh_proof(actor: Actor) -> None:
    """For changes to how one signs in: staff prove a second factor, patients have signed in just now."""
    if actor.roles != ONLY_PATIENT:
        require_recent_second_factor(actor)
        return
    row = await Session.select(Session.proved_at).where(Session.id == actor.session_id).first()
    if row is None or (now() - row["proved_at"]).total_seconds() > FRESH_SIGN_IN_S:
        raise FreshSignInRequired


async def prove_with_app_code(actor: Actor, code: str) -> NewSession:
    """Prove the second factor with a code of the app; the session goes on under a new token."""
    authorize(actor, Action.SELF)
    await spend(limits.APP_CODES_PER_PERSON, str(actor.actor_id))
    row = await Password.objects().get(Password.person_id == actor.actor_id)
    if row is None or not await take_app_code(row, code):
        raise CodeRefused
    return await prove(actor, "app-code")


async def prove(actor: Actor, by: str) -> NewSession:
    """Renew the actor's session after a second factor was proved."""
    if actor.session_id is None:
        raise SecondFactorRequired
    await audit.record(actor, "session:proved-again", subject_id=actor.session_id, detail={"by": by})
    return await renew_proved_session(actor.session_id)
