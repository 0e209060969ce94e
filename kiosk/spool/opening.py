"""Opens the spool, and mends what a damaged disk did to it."""

from pathlib import Path

import msgspec

from kiosk.spool.database import DATABASE, Damaged, open_database, quarantine
from kiosk.spool.files import make_folder, telling_disk
from kiosk.spool.spool import CASES, PARTS, Spool


class Opened(msgspec.Struct, frozen=True):
    """The spool, and where a damaged database was put aside (with how many cases were found again), if it was."""

    spool: Spool
    quarantined: Path | None = None
    found_again: int = 0


def open_spool(folder: Path) -> Opened:
    """The spool in `folder`. A damaged database is set aside, and what was confirmed is found in the manifests."""
    for name in (PARTS, CASES):
        make_folder(folder / name)
    path = folder / DATABASE
    existed = path.exists()
    aside = None
    with telling_disk():
        try:
            connection = open_database(path)
        except Damaged:
            aside = quarantine(path)
            connection = open_database(path)
    spool = Spool(folder, connection)
    # A database that vanished is as damaged as one can be; a folder that is new has no manifests.
    found = spool.adopt_manifests() if aside or not existed else 0
    return Opened(spool, aside, found)
