"""Sets a password together with its code app: both or neither, and only once the app shows the right code."""

from uuid import UUID

from server.core.ids import new_id
from server.core.platform import now
from server.identity import totp
from server.identity.faults import CodeRefused, PasswordRefused
from server.identity.password_rules import problem_with
from server.identity.passwords import hash_password
from server.identity.service.code_app import forget_pending_secret, pending_secret, seal_secret
from server.identity.service.directory import open_person
from server.identity.tables import Password, Person


async def require_good_password(person: Person, password: str) -> None:
    """Raise PasswordRefused, with the reason for the person, unless the password will do."""
    details = await open_person(person)
    problem = problem_with(password, known=(details.name, details.email, details.phone))
    if problem is not None:
        raise PasswordRefused(problem)


async def check_setting(person: Person, session_id: UUID, password: str, code: str) -> Password:
    """The row to put in place of the person's present one: nothing is changed yet.

    Apart from `put_password`, so that hashing holds no transaction open. Raises PasswordRefused or CodeRefused.
    """
    await require_good_password(person, password)
    secret = await pending_secret(session_id, person.vault_id)
    step = totp.matching_step(secret, code, now())
    if step is None:
        raise CodeRefused
    row = Password(
        id=new_id(),
        recorded_at=now(),
        person_id=person.id,
        hash=await hash_password(password),
        vault_id=person.vault_id,
        last_step=step,
    )
    await seal_secret(row, secret)
    return row


async def put_password(row: Password, session_id: UUID) -> None:
    """Replace the person's password and code app, inside the caller's transaction."""
    await Password.delete().where(Password.person_id == row.person_id)
    await row.save()
    await forget_pending_secret(session_id)
