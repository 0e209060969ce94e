"""Signs receipts: which digests the server holds of a case, in words a device can verify long afterwards."""

from datetime import datetime
from uuid import UUID

import msgspec

from server.contract.receipt import Receipt, signed_bytes
from server.core.platform import now, platform


def issue_receipt(
    *,
    case_id: UUID,
    submission_sha256: str,
    received_at: datetime,
    held: tuple[str, ...],
    absent: tuple[str, ...],
    refused: tuple[str, ...] = (),
) -> Receipt:
    """The receipt as things stand now, signed by the newest receipt key."""
    signer = platform().keys.receipts
    bare = Receipt(
        case_id=case_id,
        submission_sha256=submission_sha256,
        received_at=received_at,
        issued_at=now(),
        held=held,
        absent=absent,
        refused=refused,
        key_id=signer.public()[-1].key_id,
    )
    _, signature = signer.sign(signed_bytes(bare))
    return msgspec.structs.replace(bare, signature=signature)
