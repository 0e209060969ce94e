"""Finds patients in doubt: by name, sound of the name, birth date and phone, through keyed blind indexes only."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from msgspec import Struct

from server.core import audit, vault
from server.core.access import Action, Actor, authorize
from server.core.db import scoped
from server.core.vault import blind
from server.patients.schemas import Demographics
from server.patients.service.flags import Flags
from server.patients.service.record import sealed_name
from server.patients.tables import Patient, PatientToken, TokenKind

MOST_CANDIDATES = 20
WEIGHT: Mapping[str, int] = {
    TokenKind.PHONE: 6,
    TokenKind.EMAIL: 6,
    TokenKind.BIRTH_DATE: 5,
    TokenKind.NAME: 3,
    TokenKind.PHONETIC: 1,
}
"""How much a match counts for the order of candidates; a person always decides who it is."""


class Candidate(Struct, frozen=True, kw_only=True):
    """Somebody it may be, and why: the kinds of tokens that matched."""

    patient_id: UUID
    who: Demographics
    region: str
    matched: tuple[TokenKind, ...]
    score: int
    flags: Flags = Flags()


async def find_patients(actor: Actor, *, name: str = "", born: date | None = None, phone: str = "") -> list[Candidate]:
    """At most `MOST_CANDIDATES` of the organisation's patients, the likeliest first; the search is recorded."""
    authorize(actor, Action.PATIENT_FIND)
    wanted = await _tokens(actor.organisation_id, name, born, phone)
    if not wanted:
        return []
    rows = (
        await scoped(actor, PatientToken)
        .select(PatientToken.patient_id, PatientToken.kind, PatientToken.token)
        .where(PatientToken.token.is_in(list(wanted)))
    )
    matches: dict[UUID, set[TokenKind]] = defaultdict(set)
    scores: dict[UUID, int] = defaultdict(int)
    for row in rows:
        if wanted[bytes(row["token"])] == row["kind"]:
            matches[row["patient_id"]].add(TokenKind(row["kind"]))
            scores[row["patient_id"]] += WEIGHT[row["kind"]]
    best = sorted(scores, key=lambda patient_id: (-scores[patient_id], str(patient_id)))[:MOST_CANDIDATES]
    await audit.record(actor, "patient:searched", detail={"found": len(scores)})
    return [candidate async for candidate in _open(actor, best, matches, scores)]


async def _tokens(organisation_id: UUID, name: str, born: date | None, phone: str) -> dict[bytes, TokenKind]:
    tokens: dict[bytes, TokenKind] = {}
    if name.strip():
        for token in await blind.phonetic_tokens(organisation_id, name):
            tokens[token] = TokenKind.PHONETIC
        for token in await blind.name_tokens(organisation_id, name):
            tokens[token] = TokenKind.NAME
    if born:
        tokens[await blind.birth_date_token(organisation_id, born)] = TokenKind.BIRTH_DATE
    if phone.strip():
        tokens[await blind.token(organisation_id, TokenKind.PHONE, phone)] = TokenKind.PHONE
    return tokens


async def _open(actor: Actor, ids: list[UUID], matches: Mapping[UUID, set[TokenKind]], scores: Mapping[UUID, int]):
    rows = await scoped(actor, Patient).objects().where(Patient.id.is_in(ids)) if ids else []
    patients = {row.id: row for row in rows}
    keys = await vault.keys([row.vault_id for row in rows], actor.organisation_id)
    for patient_id in ids:
        row = patients[patient_id]
        yield Candidate(
            patient_id=patient_id,
            who=keys[row.vault_id].open_value(sealed_name(patient_id), row.sealed, Demographics),
            region=row.region,
            matched=tuple(sorted(matches[patient_id])),
            score=scores[patient_id],
            flags=Flags(is_deceased=row.is_deceased, is_test=row.is_test),
        )
