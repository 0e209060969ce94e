"""Triggers that make the trail append-only: the database itself refuses edits and deletions.

Installed by a migration and never changed afterwards: a change is a new statement in a new migration.
Whoever owns the database can drop a trigger; that is what the signed checkpoints outside of it are for.
"""

from server.core.db import engine

REFUSAL = "audit events are append-only"
CHAINED_ONCE = (
    "id",
    "recorded_at",
    "organisation_id",
    "actor_id",
    "actor_kind",
    "actor_organisation_id",
    "purpose",
    "tag",
    "subject_id",
    "patient_id",
    "session_id",
    "detail",
)
"""Columns that are never updated; `sequence` and `chain` are, together and once, from empty."""

UNSEALED_INDEX = (
    "CREATE INDEX IF NOT EXISTS audit_event_unsealed ON audit_event (organisation_id, recorded_at, id) "
    "WHERE sequence IS NULL"
)

# REPLACE conflict resolution deletes rows without firing delete triggers (sqlite.org/lang_conflict.html), so
# what it would replace is looked for before the insert or update itself.
_SQLITE = (
    f"""
    CREATE TRIGGER IF NOT EXISTS audit_event_no_update BEFORE UPDATE ON audit_event
    WHEN OLD.sequence IS NOT NULL OR OLD.chain IS NOT NULL OR NEW.sequence IS NULL OR NEW.chain IS NULL
      OR {" OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in CHAINED_ONCE)}
      OR EXISTS (SELECT 1 FROM audit_event
                 WHERE organisation_id = NEW.organisation_id AND sequence = NEW.sequence)
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,  # noqa: S608  (made of this module's own names)
    f"""
    CREATE TRIGGER IF NOT EXISTS audit_event_no_delete BEFORE DELETE ON audit_event
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,
    f"""
    CREATE TRIGGER IF NOT EXISTS audit_event_plain_insert BEFORE INSERT ON audit_event
    WHEN NEW.sequence IS NOT NULL OR NEW.chain IS NOT NULL
      OR EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,  # noqa: S608  (made of this module's own names)
)

_POSTGRES = (
    f"""
    CREATE OR REPLACE FUNCTION audit_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'INSERT' AND NEW.sequence IS NULL AND NEW.chain IS NULL THEN
        RETURN NEW;
      END IF;
      IF TG_OP = 'UPDATE' AND OLD.sequence IS NULL AND OLD.chain IS NULL
         AND NEW.sequence IS NOT NULL AND NEW.chain IS NOT NULL
         AND ROW({", ".join(f"NEW.{column}" for column in CHAINED_ONCE)})
             IS NOT DISTINCT FROM ROW({", ".join(f"OLD.{column}" for column in CHAINED_ONCE)}) THEN
        RETURN NEW;
      END IF;
      RAISE EXCEPTION '{REFUSAL}';
    END $$
    """,
    """
    CREATE OR REPLACE TRIGGER audit_event_rows BEFORE INSERT OR UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_append_only()
    """,
    """
    CREATE OR REPLACE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_append_only()
    """,
)


async def protect_trail() -> None:
    """Install the triggers and the sealer's index in the bound database; doing it twice changes nothing."""
    bound = engine()
    statements = _SQLITE if bound.engine_type == "sqlite" else _POSTGRES
    for statement in (UNSEALED_INDEX, *statements):
        await bound.run_ddl(statement)
