"""Comparisons of two photographs, and outlines that people drew; rows are only added, and sealed under the vault."""

from piccolo.columns import UUID, Bytea, Integer, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from server.core.db.columns import Owned, Retention


class LesionOutline(Owned, Table, tablename="lesion_outline"):
    """One version of a lesion's outline in one photograph, drawn by a person; the newest counts."""

    retention = Retention.CLINICAL

    case_id = UUID(default=None, null=False, index=True)
    patient_id = UUID(default=None, null=False)
    vault_id = UUID(default=None, null=False)
    part_id = UUID(default=None, null=False)
    version = Integer()
    """From 1; 0 is the outline that a comparison proposes."""
    author_id = UUID(default=None, null=False)
    sealed = Bytea(default=b"")
    """`Corners`, sealed."""

    one_outline_version = Unique([part_id, version])


class SiteComparison(Owned, Table, tablename="site_comparison"):
    """What the workers found of two photographs, for one pair of outline versions; computed once, never changed.

    Seen by whoever sees the later photograph's case.
    """

    retention = Retention.CLINICAL

    case_id = UUID(default=None, null=False, index=True)
    patient_id = UUID(default=None, null=False)
    vault_id = UUID(default=None, null=False)
    earlier_part_id = UUID(default=None, null=False)
    later_part_id = UUID(default=None, null=False, index=True)
    earlier_version = Integer()
    later_version = Integer()
    algorithm = Varchar(length=160)
    """Names and versions of what outlined, registered and measured."""
    sealed = Bytea(default=b"")
    """`Comparison`, sealed."""

    one_site_comparison = Unique([earlier_part_id, later_part_id, earlier_version, later_version, algorithm])
