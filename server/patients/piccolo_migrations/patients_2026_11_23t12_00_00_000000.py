"""The first schema of patients."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Boolean, Bytea, Date, Timestamptz, UUID, Varchar
from piccolo.constraints import Check

from server.core.db.first_schema import add_table
from server.core.ids import new_id

ID = "2026-11-23T12:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "first schema"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="patients", description=DESCRIPTION)
    add_table(
        manager,
        "Consent",
        "consent",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None, index=True),
            "consent": Varchar(length=40),
            "version": Varchar(length=20),
            "given_at": Timestamptz(default=None),
            "given_zone": Varchar(length=64, default="UTC"),
            "given_by": UUID(default=None),
            "withdrawn_at": Timestamptz(default=None, null=True),
            "withdrawn_by": UUID(default=None, null=True),
        },
    )
    add_table(
        manager,
        "Encounter",
        "encounter",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None, index=True),
            "kind": Varchar(length=20),
            "started_at": Timestamptz(default=None),
            "zone": Varchar(length=64, default="UTC"),
            "ended_at": Timestamptz(default=None, null=True),
        },
    )
    add_table(
        manager,
        "HealthItem",
        "health_item",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None, index=True),
            "vault_id": UUID(default=None),
            "kind": Varchar(length=10),
            "status": Varchar(length=16, default="active"),
            "sealed": Bytea(),
            "replaces": UUID(default=None, null=True),
            "happened_on": Date(default=None, null=True),
            "stated_by": UUID(default=None),
        },
        {
            "item_kind": Check("\"kind\" IN ('allergy', 'medicine', 'condition')"),
            "item_status": Check("\"status\" IN ('active', 'ended', 'entered-in-error')"),
        },
    )
    add_table(
        manager,
        "Lesion",
        "lesion",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None, index=True),
            "vault_id": UUID(default=None),
            "site": Varchar(length=40),
            "laterality": Varchar(length=16),
            "sealed": Bytea(),
            "status": Varchar(length=16, default="active"),
        },
    )
    add_table(
        manager,
        "Patient",
        "patient",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "vault_id": UUID(default=None),
            "sealed": Bytea(),
            "region": Varchar(length=12),
            "language": Varchar(length=35),
            "zone": Varchar(length=64, default="UTC"),
            "majority_on": Date(default=None, null=True),
            "is_deceased": Boolean(),
            "is_test": Boolean(),
            "has_legal_hold": Boolean(),
            "is_provisional": Boolean(),
        },
    )
    add_table(
        manager,
        "PatientIdentifier",
        "patient_identifier",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None, index=True),
            "vault_id": UUID(default=None),
            "system": Varchar(length=200),
            "token": Bytea(index=True),
            "sealed": Bytea(),
            "ended_at": Timestamptz(default=None, null=True),
        },
    )
    add_table(
        manager,
        "PatientLink",
        "patient_link",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None, index=True),
            "other_patient_id": UUID(default=None, index=True),
            "state": Varchar(length=9),
            "stated_by": UUID(default=None),
            "reason": Varchar(length=40),
        },
        {
            "link_state": Check("\"state\" IN ('suspected', 'linked', 'unlinked')"),
        },
    )
    add_table(
        manager,
        "PatientToken",
        "patient_token",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None, index=True),
            "kind": Varchar(length=12),
            "token": Bytea(index=True),
        },
    )
    return manager
