"""Makes each observation of a vitals part a row of its own, the value as entered beside the canonical one."""

from decimal import Decimal

from server.cases.schemas import StoredObservation
from server.cases.service.steps import sealed_name
from server.cases.tables import Case, ObservationRow
from server.contract.case import Observation, Quantity, VitalsPart
from server.core.platform import now
from server.core.vault import VaultKey

_FACTOR_AND_OFFSET: dict[tuple[str, str], tuple[Decimal, Decimal]] = {
    # Temperature 8310-5 in Cel; UCUM defines [degF] = 5/9 (F - 32) Cel.
    ("8310-5", "[degF]"): (Decimal(5) / Decimal(9), Decimal(-32)),
    # Weight 29463-7 in kg; UCUM defines [lb_av] = 0.45359237 kg.
    ("29463-7", "[lb_av]"): (Decimal("0.45359237"), Decimal(0)),
}
_CANONICAL_UNIT = {"8310-5": "Cel", "29463-7": "kg"}


def observation_rows(case: Case, key: VaultKey, part: VitalsPart) -> list[ObservationRow]:
    """One row per observation; an absent value keeps its reason and is never filled in."""
    return [_row(case, key, part, observation) for observation in part.observations]


def _row(case: Case, key: VaultKey, part: VitalsPart, observation: Observation) -> ObservationRow:
    value, unit = canonical(observation.code.code, observation.value)
    stored = StoredObservation(as_entered=observation, canonical_value=value, canonical_unit=unit)
    at = now()
    return ObservationRow(
        id=observation.observation_id,
        recorded_at=at,
        organisation_id=case.organisation_id,
        case_id=case.id,
        patient_id=case.patient_id,
        vault_id=case.vault_id,
        part_id=part.part_id,
        code=observation.code.code,
        absent_because=observation.absent or "",
        method=observation.method,
        sealed=key.seal_value(sealed_name("observation", observation.observation_id), stored),
        measured_at=observation.measured_at.at,
        zone=observation.measured_at.zone,
        received_at=at,
    )


def canonical(loinc: str, quantity: Quantity | None) -> tuple[Decimal | None, str]:
    """The value in the code's canonical UCUM unit; as sent where no conversion is known."""
    if quantity is None:
        return None, ""
    rule = _FACTOR_AND_OFFSET.get((loinc, quantity.unit))
    if rule is None:
        return quantity.value, quantity.unit
    factor, offset = rule
    return (quantity.value + offset) * factor, _CANONICAL_UNIT[loinc]
