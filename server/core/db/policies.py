"""PostgreSQL's row-level security: the clause of `scope` once more, below every query, and what has none."""

from piccolo.conf.apps import Finder
from piccolo.table import Table

from server.core.db.binding import AnyEngine
from server.core.db.scope import column_of

FOLLOWS = {
    "call_message": ("call_id", "live_call"),
    "deadline_interval": ("request_id", "review_request"),
    "upload_piece": ("upload_id", "upload"),
}
"""Tables whose rows are reached through the row they belong to."""

OWN_KEYS = frozenset({"stored_response"})
"""Tables that the organisation's members share and a patient has rows of their own (`actor_id`) in."""

UNGUARDED = {
    "audit_event": "the sealer chains every organisation's; append-only by trigger",
    "audit_head": "the sealer's",
    "call_invitation": "redeemed by whoever holds the link, before anybody is known",
    "calendar_feed": "looked up by its address, before anybody is known",
    "deadline_rule": "the clinic's routing reads the reading organisation's",
    "form_key": "has no organisation: keyed by the person",
    "invitation": "redeemed by whoever holds the token, before anybody is known",
    "licence": "the clinic's routing asks for the reading organisation's",
    "membership": "looked up at sign-in, before anybody is known",
    "migration": "Piccolo's",
    "notice": "the clinic writes to the reading organisation's people",
    "notice_attempt": "its notice's",
    "notice_reply": "has no organisation: it comes before anybody is known",
    "on_call_shift": "the clinic rings the reading organisation's",
    "organisation": "has no owner",
    "outbox_job": "leased for every organisation",
    "outbox_timetable": "has no organisation",
    "passkey": "looked up at sign-in, before anybody is known",
    "passkey_challenge": "looked up at sign-in, before anybody is known",
    "password": "looked up at sign-in, before anybody is known",
    "person": "looked up at sign-in, before anybody is known",
    "pool": "the clinic routes to the reading organisation's",
    "pool_member": "the clinic routes to the reading organisation's",
    "pool_route": "read while a case of another organisation is routed on",
    "rate_bucket": "has no organisation",
    "recovery_code": "looked up at sign-in, before anybody is known",
    "ring_plan": "the clinic rings the reading organisation's",
    "session": "looked up at each request, before anybody is known",
    "ticket": "redeemed before anybody is known",
    "vault": "keys are wrapped for the reading organisation by the owning one",
    "vault_data_key": "keys are wrapped for the reading organisation by the owning one",
    "vault_organisation_key": "keys are wrapped for the reading organisation by the owning one",
}
"""Tables without a policy, and why: for these `scoped` (or the query's own key) is the one gate."""

_ORGANISATION, _READER, _PERSON, _SEAT = (
    f"(SELECT NULLIF(current_setting('careferry.{name}', true), '')::uuid)"
    for name in ("organisation", "reader", "person", "seat")
)
# Two machines' clocks differ: what either calls in force is, down here; `scope` asks the process's alone.
_AT = "(SELECT NULLIF(current_setting('careferry.at', true), '')::timestamptz)"
_PLATFORM = "(SELECT current_setting('careferry.platform', true) = 'on')"


class TableWithoutPolicy(Exception):
    """A table has no organisation and is not listed in UNGUARDED."""


def guarded_tables() -> list[type[Table]]:
    """Every table that has a policy."""
    found = Finder().get_app_registry().app_configs.values()
    tables = [table for config in found for table in config.table_classes]
    return [table for table in tables if table._meta.tablename not in UNGUARDED]


async def install_policies(engine: AnyEngine) -> None:
    """Give every table its policy as it is now, in one transaction; nothing on SQLite."""
    if engine.engine_type != "postgres":
        return
    async with engine.transaction():
        for table in guarded_tables():
            for statement in statements_for(table):
                await engine.run_ddl(statement)


def statements_for(table: type[Table]) -> list[str]:
    name, clause = table._meta.tablename, clause_of(table)
    check = f"{_PLATFORM} OR organisation_id = {_ORGANISATION}" if name == "access_grant" else clause
    return [
        f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY',
        f'DROP POLICY IF EXISTS reach ON "{name}"',
        f'CREATE POLICY reach ON "{name}" USING ({clause}) WITH CHECK ({check})',
        f'DROP POLICY IF EXISTS look ON "{name}"',
        f'CREATE POLICY look ON "{name}" FOR SELECT USING ({_looked_at(table, name)})',
    ]


def clause_of(table: type[Table]) -> str:
    """Owner or live grant, with the meaning of `scope`."""
    name = table._meta.tablename
    if column_of(table, "organisation_id") is None:
        raise TableWithoutPolicy(name)
    return " OR ".join([_PLATFORM, f"organisation_id = {_ORGANISATION}", *_otherwise(table, name)])


def _looked_at(table: type[Table], name: str) -> str:
    """What a seat's grant, as in an emergency, shows: for reading, and nothing else."""
    return f"grantee_id = {_SEAT}" if name == "access_grant" else _granted(table, "case_id", _SEAT)


def _otherwise(table: type[Table], name: str) -> list[str]:
    if name == "access_grant":
        return [f"grantee_id = {_READER}", f"grantee_id = {_PERSON}"]
    if name in OWN_KEYS:
        return [f"actor_id = {_PERSON}"]
    if name in FOLLOWS:
        column, other = FOLLOWS[name]
        return [f'EXISTS (SELECT 1 FROM "{other}" AS o WHERE o.id = "{name}".{column})']  # noqa: S608
    subject = "case_id" if column_of(table, "case_id") is not None else "patient_id"
    return [_granted(table, subject, _READER), _granted(table, "patient_id", _PERSON)]


def _granted(table: type[Table], subject: str, grantee: str) -> str:
    column = column_of(table, subject)
    if column is None:
        return "false"
    return (
        f'1 = (SELECT 1 FROM access_grant AS g WHERE g.{subject} = "{table._meta.tablename}".'  # noqa: S608
        f'"{column._meta.db_column_name}" AND g.grantee_id = {grantee}'
        f" AND g.starts_at <= GREATEST({_AT}, clock_timestamp())"
        f" AND (g.ends_at IS NULL OR g.ends_at > LEAST({_AT}, clock_timestamp())) LIMIT 1)"
    )
