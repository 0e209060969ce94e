"""The one place that decides which rows an actor's query can reach: its organisation's, or by a live grant."""

from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from piccolo.columns.combination import Or, WhereRaw
from piccolo.query import Count, Objects
from piccolo.table import Table

from server.core.access.actor import Actor, ActorKind
from server.core.clock import now

RowT = TypeVar("RowT", bound=Table)


class Scope(Generic[RowT]):
    """Queries on one table that already carry the actor's visibility clause."""

    def __init__(self, actor: Actor, table: type[RowT]) -> None:
        self._actor = actor
        self._table = table
        self._clause = _visible(actor, table, (actor.organisation_id, actor.seat_id))

    def objects(self) -> Objects[RowT]:
        return self._table.objects().where(self._clause)

    def select(self, *columns: Any) -> Any:
        return cast("Any", self._table).select(*columns).where(self._clause)

    def count(self) -> Count:
        return self._table.count().where(self._clause)

    def exists(self) -> Any:
        return cast("Any", self._table).exists().where(self._clause)

    def update(self, values: dict[Any, Any]) -> Any:
        """Reaches less: a grant that names the person's seat, as in an emergency, is for reading."""
        clause = _visible(self._actor, self._table, (self._actor.organisation_id,))
        return cast("Any", self._table).update(values).where(clause)


def scoped(actor: Actor, table: type[RowT]) -> Scope[RowT]:
    """Queries on `table` that reach only what `actor` may see; what it may not see is simply not there.

    A table says what it is about by its columns `organisation_id` (owner), `case_id` and `patient_id`;
    `subject_columns` maps a meaning to another column (the case table's `case_id` is its own `id`).
    """
    return Scope(actor, table)


def _visible(actor: Actor, table: type[Table], grantees: tuple[UUID, ...]) -> Any:
    owner = column_of(table, "organisation_id") == actor.organisation_id
    if actor.kind is ActorKind.SYSTEM:
        return owner
    if actor.is_patient:
        return _granted((actor.actor_id,), table, "patient_id")
    subject = "case_id" if column_of(table, "case_id") is not None else "patient_id"
    if column_of(table, subject) is None:
        return owner
    return Or(owner, _granted(grantees, table, subject))


def _granted(grantees: tuple[UUID, ...], table: type[Table], subject: str) -> WhereRaw:
    """A live grant of one of the grantees on the row's subject: one look-up for each row of a page.

    Not EXISTS, which PostgreSQL may turn into a hash of every grant that the grantee holds.
    """
    column = column_of(table, subject)
    if column is None:
        return WhereRaw("1 = 0")
    at = now()
    places = ", ".join(["{}"] * len(grantees))
    return WhereRaw(
        f'1 = (SELECT 1 FROM "access_grant" AS g WHERE g.{subject} = "{table._meta.tablename}".'  # noqa: S608
        f'"{column._meta.db_column_name}" AND g.grantee_id IN ({places}) AND g.starts_at <= {{}}'
        " AND (g.ends_at IS NULL OR g.ends_at > {}) LIMIT 1)",
        *grantees,
        at,
        at,
    )


def column_of(table: type[Table], meaning: str) -> Any:
    """The table's column of that meaning, or None."""
    mapped = getattr(table, "subject_columns", {}).get(meaning, meaning)
    return getattr(table, mapped, None)
