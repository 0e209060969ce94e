"""The one place that decides which rows an actor's query can reach: its organisation's, or by a live grant."""

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from piccolo.columns.combination import Or, WhereRaw
from piccolo.query import Count, Exists, Objects, Select, Update
from piccolo.table import Table

if TYPE_CHECKING:
    from server.core.access.actor import Actor

RowT = TypeVar("RowT", bound=Table)
NOTHING = WhereRaw("1 = 0")


class Scope(Generic[RowT]):
    """Queries on one table that already carry the actor's visibility clause."""

    def __init__(self, table: type[RowT], clause: Any) -> None:
        self._table = table
        self._clause = clause

    def objects(self) -> Objects[RowT]:
        return self._table.objects().where(self._clause)

    def select(self, *columns: Any) -> Select[RowT]:
        return self._table.select(*columns).where(self._clause)

    def count(self) -> Count:
        return self._table.count().where(self._clause)

    def exists(self) -> Exists[RowT]:
        return self._table.exists().where(self._clause)

    def update(self, values: dict[Any, Any]) -> Update[RowT]:
        return self._table.update(values).where(self._clause)


def scoped(actor: "Actor", table: type[RowT]) -> Scope[RowT]:
    """Queries on `table` that reach only what `actor` may see; what it may not see is simply not there.

    A table says what it is about by its columns: `organisation_id` (owner), `case_id`, `patient_id`.
    A table named in `subject_column` uses that column as its case or patient id (the case table's own `id`).
    """
    return Scope(table, visible(actor, table))


def visible(actor: "Actor", table: type[Table]) -> Any:
    """The visibility clause itself, for joins and subqueries."""
    from server.core.access.actor import ActorKind

    if actor.kind is ActorKind.SYSTEM:
        return _column(table, "organisation_id") == actor.organisation_id
    if actor.is_patient:
        return _granted(actor, table, "patient_id", actor.actor_id, NOTHING)
    owner = _column(table, "organisation_id") == actor.organisation_id
    subject = "case_id" if _column(table, "case_id") is not None else "patient_id"
    return _granted(actor, table, subject, actor.organisation_id, owner)


def _granted(actor: "Actor", table: type[Table], subject: str, grantee_id: Any, owner: Any) -> Any:
    from server.core.access.grants import live
    from server.core.access.tables import AccessGrant

    column = _column(table, subject)
    if column is None:
        return owner
    subjects = AccessGrant.select(getattr(AccessGrant, subject)).where(live(grantee_id))
    by_grant = column.is_in(subjects)
    return by_grant if owner is NOTHING else Or(owner, by_grant)


def _column(table: type[Table], name: str) -> Any:
    """The table's column of that meaning: `subject_columns` may map `case_id` to the case table's own `id`."""
    mapped = getattr(table, "subject_columns", {}).get(name, name)
    return getattr(table, mapped, None)
