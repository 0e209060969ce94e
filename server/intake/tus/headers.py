"""Reads and writes the header fields of tus 1.0.0 (tus.io/protocols/resumable-upload)."""

import base64
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Annotated
from uuid import UUID

import msgspec

from server.contract.upload import (
    CHECKSUM_ALGORITHMS,
    METADATA_CASE,
    METADATA_MEDIA_TYPE,
    METADATA_PART,
    METADATA_PATIENT,
    METADATA_PLAIN_SHA256,
    METADATA_SHA256,
)
from server.contract.wire import Sha256
from server.core.faults import BadInput
from server.intake.faults import DeferredLengthRefused
from server.intake.schemas import Checksum, Incoming, NewUpload

OFFSET_CONTENT_TYPE = "application/offset+octet-stream"
MAX_METADATA_CHARS = 4096
MAX_LENGTH_DIGITS = 18
CHECKSUM_BYTES: Mapping[str, int] = {"sha256": 32, "sha1": 20}


class BadUploadHeader(BadInput):
    code = "bad-upload-header"
    title = "A header of the upload could not be understood"


class _Named(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """The metadata keys that are ours (`server.contract.upload`); a client may send others, which are kept."""

    case: UUID
    patient: UUID
    part: UUID
    sha256: Sha256
    media_type: Annotated[str, msgspec.Meta(pattern=r"^[\w.+-]{1,39}/[\w.+-]{1,40}$")]
    plain_sha256: Sha256 = ""


OURS = (
    METADATA_CASE,
    METADATA_PATIENT,
    METADATA_PART,
    METADATA_SHA256,
    METADATA_MEDIA_TYPE,
    METADATA_PLAIN_SHA256,
)


def read_new_upload(headers: Mapping[str, str]) -> NewUpload:
    """What a creation request declares; BadInput naming the header or the metadata key that is wrong."""
    if "upload-defer-length" in headers:
        raise DeferredLengthRefused
    metadata = headers.get("upload-metadata", "")
    values = decode_metadata(metadata)
    try:
        named = msgspec.convert({key: values[key] for key in OURS if key in values}, _Named)
    except msgspec.ValidationError as error:
        raise BadUploadHeader("Upload-Metadata: {problem}", problem=str(error)) from error
    return NewUpload(
        case_id=named.case,
        patient_id=named.patient,
        part_id=named.part,
        sha256=named.sha256,
        media_type=named.media_type,
        length_bytes=read_count(headers, "Upload-Length"),
        metadata=metadata,
        plain_sha256=named.plain_sha256,
    )


def decode_metadata(header: str) -> dict[str, str]:
    """`key base64,key base64` as a mapping; a key without a value has the empty text."""
    if len(header) > MAX_METADATA_CHARS:
        raise BadUploadHeader("Upload-Metadata is too long.")
    values: dict[str, str] = {}
    for pair in header.split(",") if header.strip() else ():
        key, _, encoded = pair.strip().partition(" ")
        if not key or not key.isascii() or key in values:
            raise BadUploadHeader("Upload-Metadata: a key is empty, not ASCII or there twice.")
        values[key] = _decode_text(key, encoded.strip())
    return values


def _decode_text(key: str, encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except ValueError as error:  # also where the header is not ASCII, or the text not UTF-8
        raise BadUploadHeader("Upload-Metadata: {key} is not text in base64.", key=key) from error


def read_count(headers: Mapping[str, str], name: str) -> int:
    """A header that must be there and be a non-negative integer."""
    text = headers.get(name.lower(), "")
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_LENGTH_DIGITS):
        raise BadUploadHeader("{name} must be a non-negative integer.", name=name)
    return int(text)


def read_incoming(headers: Mapping[str, str]) -> Incoming:
    """What a PATCH's headers say of its body."""
    return _incoming(headers, read_count(headers, "Upload-Offset"))


def read_first(headers: Mapping[str, str]) -> Incoming:
    """What a creation's headers say of the bytes that it brings, which are the upload's first."""
    return _incoming(headers, 0)


def _incoming(headers: Mapping[str, str], offset: int) -> Incoming:
    return Incoming(
        offset=offset,
        length_bytes=read_count(headers, "Content-Length") if "content-length" in headers else None,
        checksum=read_checksum(headers),
    )


def read_checksum(headers: Mapping[str, str]) -> Checksum | None:
    """The body's checksum, if one was sent; BadUploadHeader for an algorithm that is not offered."""
    header = headers.get("upload-checksum")
    if header is None:
        return None
    algorithm, _, encoded = header.strip().partition(" ")
    if algorithm not in CHECKSUM_ALGORITHMS:
        raise BadUploadHeader("Upload-Checksum: offered are {offered}.", offered=", ".join(CHECKSUM_ALGORITHMS))
    try:
        digest = base64.b64decode(encoded.strip(), validate=True)
    except ValueError as error:
        raise BadUploadHeader("Upload-Checksum: the digest is not base64.") from error
    if len(digest) != CHECKSUM_BYTES[algorithm]:
        raise BadUploadHeader("Upload-Checksum: the digest is not as long as one of {algorithm}.", algorithm=algorithm)
    return Checksum(algorithm, digest)


def http_date(at: datetime) -> str:
    """The instant as an HTTP date (RFC 9110, 5.6.7); `at` is in UTC."""
    return format_datetime(at, usegmt=True)
