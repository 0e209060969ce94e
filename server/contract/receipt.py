"""The server's signed receipt: which digests it holds, and the exact bytes that are signed."""

from datetime import datetime
from uuid import UUID

import msgspec

from server.contract.wire import Sha256, Wire

RECEIPT_SCHEMA = "careferry.receipt/1"


class Receipt(Wire, tag_field="schema", tag=RECEIPT_SCHEMA, kw_only=True):
    """What the server holds of a submission; *sent* means `absent` is empty.

    `signature` is Ed25519 (RFC 8032), base64url without padding, over `signed_bytes(receipt)`.
    """

    case_id: UUID
    submission_sha256: Sha256
    received_at: datetime
    issued_at: datetime
    held: tuple[Sha256, ...]
    absent: tuple[Sha256, ...]
    refused: tuple[Sha256, ...] = ()
    """Digests that arrived but could not be used; the case asks for them again."""
    key_id: str
    signature: str = ""

    @property
    def is_complete(self) -> bool:
        return not self.absent


def signed_bytes(receipt: Receipt) -> bytes:
    """The canonical bytes under the signature: the receipt without its signature as JSON with sorted keys."""
    bare = msgspec.structs.replace(receipt, signature="")
    return msgspec.json.encode(bare, order="sorted")


class SigningKey(Wire, kw_only=True):
    """A public receipt key. A successor is signed by its predecessor, so a device that was dark can follow.

    `endorsement` is the predecessor's signature over `key_id|public_key|starts_at`; the first has none and is pinned.
    """

    key_id: str
    public_key: str
    starts_at: datetime
    endorsed_by: str = ""
    endorsement: str = ""
