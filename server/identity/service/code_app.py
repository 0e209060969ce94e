"""The code app (TOTP) of a person: its secret while it is set up, and taking each code once."""

from typing import Any
from uuid import UUID

from piccolo.columns import Column

from server.core import vault
from server.core.platform import now
from server.identity import totp
from server.identity.tables import Password, Session


async def pending_secret(session_id: UUID, vault_id: UUID) -> bytes:
    """The secret that is being set up in this session; made on first use, kept until it is confirmed."""
    key, place = await vault.key(vault_id), _pending_place(session_id)
    session = await Session.objects().get(Session.id == session_id)
    if session is not None and session.sealed_pending_secret and session.vault_id == vault_id:
        return key.open(place, session.sealed_pending_secret)
    secret = totp.new_secret()
    values: dict[Column | str, Any] = {
        Session.vault_id: vault_id,
        Session.sealed_pending_secret: key.seal(place, secret),
    }
    await Session.update(values).where(Session.id == session_id)
    return secret


async def forget_pending_secret(session_id: UUID) -> None:
    await Session.update({Session.sealed_pending_secret: None}).where(Session.id == session_id)


async def seal_secret(row: Password, secret: bytes) -> None:
    """Put the secret into the row; the caller saves it."""
    key = await vault.key(row.vault_id)
    row.sealed_secret = key.seal(_secret_place(row.id), secret)


async def take_app_code(row: Password, code: str) -> bool:
    """Whether the code is valid now and was never taken; it is taken by asking."""
    key = await vault.key(row.vault_id)
    step = totp.matching_step(key.open(_secret_place(row.id), row.sealed_secret), code, now())
    if step is None:
        return False
    taken = (
        await Password.update({Password.last_step: step})
        .where(Password.id == row.id)
        .where(Password.last_step < step)
        .returning(Password.id)
    )
    return bool(taken)


def _pending_place(session_id: UUID) -> str:
    return f"session/{session_id}/sealed_pending_secret"


def _secret_place(password_id: UUID) -> str:
    return f"password/{password_id}/sealed_secret"
