"""Records that may be one person: found by what they share, side by side, with what was stated about each pair."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct

from server.core import audit, vault
from server.core.access import Action, Actor, authorize
from server.core.db import scoped
from server.patients import queries
from server.patients.schemas import Demographics
from server.patients.service.finding import WEIGHT
from server.patients.service.record import sealed_name
from server.patients.tables import LinkState, Patient, PatientIdentifier, PatientLink, PatientToken

MOST_ALIKE = 8
ENOUGH = 4
"""Less is one word of a name that sounds alike: true of half a village."""
IDENTIFIER = "identifier"
IDENTIFIER_WEIGHT = 8


class Alike(Struct, frozen=True, kw_only=True):
    """Another record, what it shares with the first, and what was stated of the pair last."""

    patient_id: UUID
    who: Demographics
    region: str
    shares: tuple[str, ...]
    state: LinkState | None


class Pair(Struct, frozen=True, kw_only=True):
    """Two records of which somebody said that they may be one person."""

    patient_id: UUID
    other_id: UUID
    state: LinkState


async def alike(actor: Actor, patient_id: UUID) -> list[Alike]:
    """The likeliest first, and every record that was ever compared with this one; the comparison is recorded."""
    authorize(actor, Action.PATIENT_LINK)
    patient = await queries.get_kept_patient(actor, patient_id)
    shares = await _shares(actor, patient_id)
    states = {_other(row, patient_id): LinkState(row.state) for row in reversed(await links_of(actor, patient_id))}
    scores = {each: sum(_weight(kind) for kind in kinds) for each, kinds in shares.items()}
    likely = [each for each in sorted(scores, key=lambda each: (-scores[each], each)) if scores[each] >= ENOUGH]
    wanted = list(dict.fromkeys([*states, *likely[:MOST_ALIKE]]))
    await audit.record(actor, "patient:compared", subject_id=patient.id, patient_id=patient.id)
    opened = await _open(actor, wanted)
    return [
        Alike(
            patient_id=row.id,
            who=who,
            region=row.region,
            shares=tuple(sorted(set(shares.get(row.id, ())))),
            state=states.get(row.id),
        )
        for row, who in opened
    ]


async def links_of(actor: Actor, patient_id: UUID) -> Sequence[PatientLink]:
    """Every statement about the record and another, the newest first; nothing is ever taken out."""
    authorize(actor, Action.PATIENT_LINK)
    await queries.get_kept_patient(actor, patient_id)
    of_it = (PatientLink.patient_id == patient_id) | (PatientLink.other_patient_id == patient_id)
    return await scoped(actor, PatientLink).objects().where(of_it).order_by(PatientLink.id, ascending=False)


async def stated_pairs(actor: Actor) -> list[Pair]:
    """What holds now of every pair of the organisation, the suspected first."""
    authorize(actor, Action.PATIENT_LINK)
    ours = PatientLink.organisation_id == actor.organisation_id
    rows = await scoped(actor, PatientLink).objects().where(ours).order_by(PatientLink.id)
    newest = {frozenset({row.patient_id, row.other_patient_id}): row for row in rows}
    pairs = [
        Pair(patient_id=row.patient_id, other_id=row.other_patient_id, state=LinkState(row.state))
        for row in newest.values()
        if row.state != LinkState.UNLINKED
    ]
    return sorted(pairs, key=lambda pair: pair.state != LinkState.SUSPECTED)


async def _shares(actor: Actor, patient_id: UUID) -> Mapping[UUID, list[str]]:
    """What each other record of the organisation has in common with this one."""
    shared: dict[UUID, list[str]] = defaultdict(list)
    tokens = await _tokens(actor, PatientToken, PatientToken.kind, patient_id)
    for kind, rows in tokens.items():
        for row in rows:
            shared[row].append(kind)
    for rows in (await _tokens(actor, PatientIdentifier, PatientIdentifier.system, patient_id)).values():
        for row in rows:
            shared[row].append(IDENTIFIER)
    return shared


async def _tokens(actor: Actor, table: Any, kind: Any, patient_id: UUID) -> Mapping[str, list[UUID]]:
    """By kind, the other records that have the same token, once for each."""
    name = kind._meta.name
    own = await scoped(actor, table).select(kind, table.token).where(table.patient_id == patient_id)
    wanted = {(row[name], bytes(row["token"])) for row in own if row["token"]}
    if not wanted:
        return {}
    rows = await (
        scoped(actor, table)
        .select(table.patient_id, kind, table.token)
        .where(table.organisation_id == actor.organisation_id)
        .where(table.token.is_in([token for _, token in wanted]))
        .where(table.patient_id != patient_id)
    )
    found: dict[str, list[UUID]] = defaultdict(list)
    for row in rows:
        if (row[name], bytes(row["token"])) in wanted:
            found[row[name]].append(row["patient_id"])
    return found


def _weight(kind: str) -> int:
    return IDENTIFIER_WEIGHT if kind == IDENTIFIER else WEIGHT[kind]


def _other(row: PatientLink, patient_id: UUID) -> UUID:
    return row.other_patient_id if row.patient_id == patient_id else row.patient_id


async def _open(actor: Actor, patient_ids: list[UUID]) -> list[tuple[Patient, Demographics]]:
    """In the order asked for; what was erased meanwhile is left out."""
    rows = await scoped(actor, Patient).objects().where(Patient.id.is_in(patient_ids)) if patient_ids else []
    kept = [row for row in rows if row.erased_at is None]
    keys = await vault.keys([row.vault_id for row in kept], actor.organisation_id)
    kept.sort(key=lambda row: patient_ids.index(row.id))
    return [(row, keys[row.vault_id].open_value(sealed_name(row.id), row.sealed, Demographics)) for row in kept]
