"""Keeps the blind index of a patient's names, birth date and contacts: found without being readable."""

from uuid import UUID

from server.core.platform import now
from server.core.vault import blind
from server.patients.schemas import Demographics
from server.patients.tables import PatientToken, TokenKind


async def index_patient(organisation_id: UUID, patient_id: UUID, who: Demographics) -> None:
    """Replace the patient's tokens by those of `who`; inside the caller's transaction."""
    await PatientToken.delete().where(PatientToken.patient_id == patient_id)
    at = now()
    rows = [
        PatientToken(recorded_at=at, organisation_id=organisation_id, patient_id=patient_id, kind=kind, token=token)
        for kind, token in await tokens_of(organisation_id, who)
    ]
    if rows:
        await PatientToken.insert(*rows)


async def tokens_of(organisation_id: UUID, who: Demographics) -> list[tuple[TokenKind, bytes]]:
    """Every (kind, token) under which the patient can be found in its organisation."""
    pairs: list[tuple[TokenKind, bytes]] = []
    pairs += [(TokenKind.NAME, token) for token in await blind.name_tokens(organisation_id, who.full_name)]
    pairs += [(TokenKind.PHONETIC, token) for token in await blind.phonetic_tokens(organisation_id, who.full_name)]
    if who.birth_date:
        pairs.append((TokenKind.BIRTH_DATE, await blind.birth_date_token(organisation_id, who.birth_date)))
    if who.contact.phone:
        pairs.append((TokenKind.PHONE, await blind.token(organisation_id, TokenKind.PHONE, who.contact.phone)))
    if who.contact.email:
        pairs.append((TokenKind.EMAIL, await blind.token(organisation_id, TokenKind.EMAIL, who.contact.email)))
    return pairs
