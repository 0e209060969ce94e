"""A bundle for a USB stick: everything that waits, still sealed, in a file that a server takes any number of times.

The layout is in `server.contract.bundle`. Previews stay behind, since the photographs are on the same stick. Nothing
leaves the spool by being exported: only a receipt lets it go.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from kiosk.spool.files import sync_folder, telling_disk
from kiosk.spool.model import Entry, Item, Rank
from kiosk.spool.spool import PartLost, Spool
from server.contract.bundle import Bundle, BundleCase, BundleItem, ItemKind, encode_head

PARTIAL_SUFFIX = ".partial"
KINDS: Mapping[Rank, ItemKind] = {
    Rank.REGISTRATION: "registration",
    Rank.CONTRACT: "contract",
    Rank.PHOTOGRAPH: "photograph",
}


def export_bundle(spool: Spool, folder: Path) -> tuple[Path, int] | None:
    """Write all that no receipt holds to a new file in `folder`, durable on return, and how many cases; None for none.

    A case of which the disk has lost a part is left out (not for a preview), and so are additions: a server takes them
    over a link alone, from whoever may see their case. SpoolFull or SpoolReadOnly: the stick.
    """
    cases = [entry for entry in spool.unsent_entries() if entry.adds_to is None]
    entries = [entry for entry in cases if all(spool.is_whole(item) for item in _exported(entry))]
    if not entries:
        return None
    bundle = Bundle(made_at=datetime.now(UTC), cases=tuple(_case(entry) for entry in entries))
    path = folder / f"careferry-{bundle.made_at:%Y%m%d-%H%M%S}.bundle"
    partial = path.with_suffix(PARTIAL_SUFFIX)
    with telling_disk():
        with partial.open("wb") as file:
            file.write(encode_head(bundle))
            for entry in entries:
                for item in _exported(entry):
                    file.write(_whole(spool, item))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        sync_folder(folder)
    return path, len(entries)


def _exported(entry: Entry) -> list[Item]:
    return [item for item in entry.items if not item.rank.is_preview]


def _whole(spool: Spool, item: Item) -> bytes:
    content = spool.read(item)
    if len(content) != item.size_bytes:
        raise PartLost(item.sha256)
    return content


def _case(entry: Entry) -> BundleCase:
    items = tuple(
        BundleItem(
            part_id=item.part_id,
            kind=KINDS[item.rank],
            sha256=item.sha256,
            size_bytes=item.size_bytes,
            plain_sha256=item.plain_sha256,
            media_type=item.media_type,
        )
        for item in _exported(entry)
    )
    return BundleCase(case_id=entry.case_id, patient_id=entry.patient_id, items=items)
