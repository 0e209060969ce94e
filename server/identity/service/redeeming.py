"""Redeems codes and links: looking changes nothing, pressing redeems, once, within a few tries."""

import hmac
from typing import Any

from server.core.db import transaction
from server.core.platform import now
from server.identity import limits, queries
from server.identity.clients import Client
from server.identity.faults import CodeRefused, LinkSpent
from server.identity.limits import spend
from server.identity.schemas import LinkView, NewSession
from server.identity.service.recovery import take_recovery_code
from server.identity.service.sessions import begin_session
from server.identity.service.ticket_codes import code_mac
from server.identity.tables import Stage, Ticket, TicketPurpose
from server.identity.tokens import hash_token

MAX_ATTEMPTS = 5


async def redeem_code(asked: str, code: str, client: Client) -> NewSession:
    """Sign in with the code that was sent; `asked` is the token the asking browser holds."""
    ticket = await _attempt(Ticket.asker_hash == hash_token(asked), TicketPurpose.SIGN_IN, client)
    if ticket is None or not hmac.compare_digest(await code_mac(ticket.id, code), ticket.code_mac or b""):
        raise CodeRefused
    return await _redeem(ticket, client, method="code")


async def look_at_link(token: str, asked: str) -> LinkView:
    """What a link would do; opening one, as mail scanners do, does no more than this."""
    ticket = await Ticket.objects().get(_by_link(token) & _open())
    return LinkView(is_open=ticket is not None, needs_number=ticket is None or not _asked_here(ticket, asked))


async def redeem_link(token: str, number: int | None, asked: str, client: Client) -> NewSession:
    """Sign in with the link that was sent.

    A forwarded link is worth nothing: it works in the browser that asked (`asked`), and elsewhere with the number
    that is shown there.
    """
    ticket = await _attempt(_by_link(token), TicketPurpose.SIGN_IN, client)
    if ticket is None:
        raise LinkSpent
    if not _asked_here(ticket, asked) and number != ticket.number:
        raise CodeRefused
    return await _redeem(ticket, client, method="link")


async def redeem_recovery_link(token: str, recovery_code: str, client: Client) -> NewSession:
    """Set up one's sign-in anew with the link that was sent and a recovery code."""
    ticket = await _attempt(_by_link(token), TicketPurpose.RECOVERY, client)
    if ticket is None or ticket.person_id is None:
        raise LinkSpent
    async with transaction():
        if not await take_recovery_code(ticket.person_id, recovery_code):
            raise CodeRefused
        return await _redeem(ticket, client, method="recovery-code", stage=Stage.ENROLLING)


async def _attempt(clause: Any, purpose: TicketPurpose, client: Client) -> Ticket | None:
    """The open ticket, with one attempt more on it; that stays counted whatever follows."""
    await spend(limits.REDEEMING_PER_ADDRESS, client.network)
    counted = (
        await Ticket.update({Ticket.attempts: Ticket.attempts + 1})
        .where(clause)
        .where(Ticket.purpose == purpose)
        .where(_open())
        .returning(Ticket.id)
    )
    return await Ticket.objects().get(Ticket.id == counted[0]["id"]) if counted else None


async def _redeem(ticket: Ticket, client: Client, *, method: str, stage: Stage = Stage.FULL) -> NewSession:
    async with transaction():
        redeemed = (
            await Ticket.update({Ticket.redeemed_at: now()})
            .where(Ticket.id == ticket.id)
            .where(Ticket.redeemed_at.is_null())
            .returning(Ticket.id)
        )
        if not redeemed or ticket.person_id is None:
            raise LinkSpent
        person = await queries.get_person(ticket.person_id)
        return await begin_session(person, client, method=method, stage=stage)


def _asked_here(ticket: Ticket, asked: str) -> bool:
    return hmac.compare_digest(hash_token(asked), ticket.asker_hash)


def _by_link(token: str) -> Any:
    return Ticket.link_hash == hash_token(token)


def _open() -> Any:
    return (Ticket.redeemed_at.is_null()) & (Ticket.expires_at > now()) & (Ticket.attempts < MAX_ATTEMPTS)
