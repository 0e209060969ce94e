"""The server's signed receipt: which digests it holds, the exact bytes that are signed, and which keys to believe."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from server.contract.wire import Sha256, Wire

RECEIPT_SCHEMA = "careferry.receipt/1"
ENDORSEMENT_SCHEMA = "careferry.endorsement/1"


class Receipt(Wire, tag_field="schema", tag=RECEIPT_SCHEMA, frozen=True, kw_only=True):
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


class SigningKey(Wire, frozen=True, kw_only=True):
    """A public signing key. A successor is endorsed by its predecessor, so a device that was dark can follow.

    `public_key` and `endorsement` are base64url without padding; `endorsement` is the predecessor's Ed25519
    signature over `endorsed_bytes`. The first key has none: devices pin it.
    """

    key_id: str
    public_key: str
    starts_at: datetime
    endorsed_by: str = ""
    endorsement: str = ""


Verify = Callable[[str, str, bytes], bool]
"""(public key, signature, signed bytes) → whether the Ed25519 signature holds; each platform brings its own."""


def endorsed_bytes(key: SigningKey) -> bytes:
    """The bytes under an endorsement: what it is, the successor, when it begins (as on the wire), who endorses it.

    `vectors/signing.json` holds keys, endorsements and a receipt that every implementation must accept.
    """
    starts_at = msgspec.to_builtins(key.starts_at)
    return f"{ENDORSEMENT_SCHEMA}|{key.key_id}|{key.public_key}|{starts_at}|{key.endorsed_by}".encode()


def follow(pinned: SigningKey, offered: Iterable[SigningKey], verify: Verify) -> dict[str, SigningKey]:
    """The keys that can be believed, by id: the pinned one and every successor endorsed from it, however long the line.

    An offered key under an id that is already believed changes nothing.
    """
    believed = {pinned.key_id: pinned}
    waiting = list(offered)
    while True:
        found = [key for key in waiting if key.key_id not in believed and _is_endorsed(key, believed, verify)]
        if not found:
            return believed
        for key in found:
            believed.setdefault(key.key_id, key)


def is_signed(receipt: Receipt, believed: Mapping[str, SigningKey], verify: Verify) -> bool:
    """Whether the receipt's signature is by one of the `believed` keys."""
    key = believed.get(receipt.key_id)
    return key is not None and verify(key.public_key, receipt.signature, signed_bytes(receipt))


def _is_endorsed(key: SigningKey, believed: Mapping[str, SigningKey], verify: Verify) -> bool:
    endorser = believed.get(key.endorsed_by)
    return endorser is not None and verify(endorser.public_key, key.endorsement, endorsed_bytes(key))
