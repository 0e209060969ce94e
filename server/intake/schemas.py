"""Values the intake slice hands to its own routes and to the slices above."""

from datetime import datetime
from uuid import UUID

import msgspec

from server.intake.lifecycle import WHOLE, UploadState


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """Sealed in `Upload.sealed`: the promised digest, the address, and the metadata header as the client wrote it.

    `plain_sha256` is of what is inside a part that comes sealed, and empty for one that comes as it is.
    """

    sha256: str
    token: str
    metadata: str
    plain_sha256: str = ""

    @property
    def content_sha256(self) -> str:
        """Of the plain bytes, however they come."""
        return self.plain_sha256 or self.sha256


class NewUpload(msgspec.Struct, frozen=True, kw_only=True):
    """What a client declares when it creates an upload."""

    case_id: UUID
    patient_id: UUID
    part_id: UUID
    sha256: str
    media_type: str
    length_bytes: int
    metadata: str
    plain_sha256: str = ""


class Created(msgspec.Struct, frozen=True, kw_only=True):
    """`token` is the upload's address, shown only to its creator."""

    token: str
    expires_at: datetime
    received_bytes: int = 0


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far an upload is; `received_bytes` is what a client resumes at."""

    received_bytes: int
    length_bytes: int
    state: UploadState
    expires_at: datetime
    metadata: str = ""

    @property
    def is_whole(self) -> bool:
        return self.state in WHOLE


class HeldUpload(msgspec.Struct, frozen=True, kw_only=True):
    """Media that are here in full and have the digest that was declared."""

    upload_id: UUID
    part_id: UUID
    sha256: str
    size_bytes: int
    media_type: str
    is_held: bool = False
    """Whether a case answers for it already."""


class Checksum(msgspec.Struct, frozen=True):
    """The algorithm (`sha256`, `sha1`) and the digest that one body must have."""

    algorithm: str
    digest: bytes


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """What a PATCH says of its body; `length_bytes` is None where the client streams without saying."""

    offset: int
    length_bytes: int | None
    checksum: Checksum | None
