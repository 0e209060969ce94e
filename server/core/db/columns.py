"""Columns that every table shares (mix-ins beside `piccolo.table.Table`) and the retention classes."""

from enum import StrEnum
from typing import Any, ClassVar

from piccolo.columns import UUID, Timestamptz
from piccolo.table import TableMeta

from server.core.db.row_values import RowValues
from server.core.ids import new_id


class Retention(StrEnum):
    """How long a kind of row is kept; every table declares one (`retention = Retention.CLINICAL`)."""

    CLINICAL = "clinical"
    AUDIT = "audit"
    ACCOUNT = "account"
    TRANSIENT = "transient"
    CONFIGURATION = "configuration"


class _NoColumns(dict[Any, Any]):
    """No values by column: Piccolo looks each column up by its hash, which takes longer than sealing what is in it."""

    def __bool__(self) -> bool:
        return True

    def get(self, key: Any, default: Any = None) -> Any:
        return default


_NO_COLUMNS = _NoColumns()


class Record:
    """A row with a time-ordered id and the instant it was recorded (set from the clock by its service)."""

    retention: ClassVar[Retention]
    _meta: ClassVar[TableMeta]

    id = UUID(primary_key=True, default=new_id)
    recorded_at = Timestamptz(default=None, null=False)

    def __init__(self, _data: dict[Any, Any] | None = None, **values: Any) -> None:
        super().__init__(_data or _NO_COLUMNS, **values)  # pyright: ignore[reportCallIssue]  Table is next in line

    @property
    def querystring(self) -> RowValues:
        """What Piccolo inserts of the row."""
        columns = self._meta.columns
        return RowValues(columns, [getattr(self, column._meta.name) for column in columns])


class Owned(Record):
    """A row of one organisation: `scoped` shows it to its owner and to whoever holds a live grant on its subject."""

    organisation_id = UUID(default=None, null=False, index=True)


class OwnedWithin(Record):
    """As `Owned`, for rows that are only looked for by what they belong to: an index less to write for each."""

    organisation_id = UUID(default=None, null=False)
