"""What is signed about a log: checkpoints that leave the database, and the closing statement of an export."""

import hashlib
from datetime import datetime
from uuid import UUID

import msgspec

from server.contract.receipt import SigningKey
from server.contract.wire import Sha256, Wire
from server.core.audit.chain import ChainedEvent

CHECKPOINT_SCHEMA = "careferry.audit-checkpoint/1"
EXPORT_SCHEMA = "careferry.audit-export/1"


class Checkpoint(Wire, tag_field="type", tag="checkpoint", frozen=True, kw_only=True):
    """At `signed_at` the log held `events` events and its head at `sequence` was `head`.

    `number` counts an organisation's checkpoints from 1 and `previous` is the digest of the one before
    (empty for the first), so that one taken out of the middle is missed.
    """

    schema: str = CHECKPOINT_SCHEMA
    organisation_id: UUID
    number: int
    sequence: int
    events: int
    head: Sha256
    signed_at: datetime
    previous: str
    key_id: str = ""
    signature: str = ""


class ExportOpened(Wire, tag_field="type", tag="export", frozen=True, kw_only=True):
    """The first line of an export."""

    schema: str = EXPORT_SCHEMA
    organisation_id: UUID


class ExportKey(Wire, tag_field="type", tag="key", frozen=True, kw_only=True):
    """A public key that signed something below; trusted only if the verifier's own key leads to it."""

    key: SigningKey


class ExportClosed(Wire, tag_field="type", tag="closed", frozen=True, kw_only=True):
    """The last line of an export: how much of everything there is above it. Nothing can be cut off unseen."""

    organisation_id: UUID
    exported_at: datetime
    sequence: int
    head: Sha256
    checkpoints: int
    last_checkpoint: str
    key_id: str = ""
    signature: str = ""


Line = ExportOpened | ExportKey | Checkpoint | ChainedEvent | ExportClosed


def signed_bytes(statement: Checkpoint | ExportClosed) -> bytes:
    """The canonical bytes under the signature: the statement's JSON with the two signature fields empty."""
    return msgspec.json.encode(msgspec.structs.replace(statement, key_id="", signature=""))


def digest(checkpoint: Checkpoint) -> str:
    """What the next checkpoint names as its `previous`: it covers the signature too."""
    return hashlib.sha256(msgspec.json.encode(checkpoint)).hexdigest()
