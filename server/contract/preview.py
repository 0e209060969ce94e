"""Small pictures of a photograph that travel before it, so that triage begins while the rest is under way.

A photograph's part names them: at most one for each step, each with the digest of its plain bytes. So a preview is of
the photograph in whose part it stands, whose own digest stands beside it, and nobody can put another in its place.
Each is uploaded like any media, sealed where the photograph is. The part id of that upload is derived:

    preview id = UUIDv8 (RFC 9562, 5.8) of the first 16 bytes of SHA-256("careferry preview 1" part id (16) step (1))

with 1 for `small` and 2 for `large` as the step. A digest of the photograph is not in it: ids stay after an erasure.
`vectors/previews.json` holds inputs and results that every implementation must reproduce.

A preview is never part of what was sent: receipts do not name it, and a case is whole without any. Who sends none says
nothing of them, as every phone and all that was stored before there were previews.
"""

import hashlib
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from server.contract.wire import Sha256, Wire

PREVIEW_MEDIA_TYPE = "image/webp"
_ID_PREFIX = b"careferry preview 1"


class PreviewStep(StrEnum):
    """The small ones of all photographs go first, then the large ones."""

    SMALL = "small"
    LARGE = "large"


STEPS = tuple(PreviewStep)
"""From the first to the last: the place, counted from 1, is what goes into an id."""
PREVIEW_BYTES = {PreviewStep.SMALL: 12_000, PreviewStep.LARGE: 40_000}


class Preview(Wire, frozen=True, kw_only=True):
    """`sha256` and `size_bytes` are of the plain bytes."""

    step: PreviewStep
    sha256: Sha256
    size_bytes: Annotated[int, msgspec.Meta(ge=1)]

    def __post_init__(self) -> None:
        if self.size_bytes > PREVIEW_BYTES[self.step]:
            raise ValueError(f"Expected at most {PREVIEW_BYTES[self.step]} bytes for a preview of step {self.step}")


Previews = Annotated[tuple[Preview, ...], msgspec.Meta(max_length=len(STEPS))]


def require_one_of_each(previews: tuple[Preview, ...]) -> None:
    """ValueError where a step stands twice."""
    if len({preview.step for preview in previews}) != len(previews):
        raise ValueError("Expected one preview of each step at most")


def preview_id(part_id: UUID, step: PreviewStep) -> UUID:
    """The part id under which the preview of the photograph `part_id` is sealed and uploaded."""
    named = _ID_PREFIX + part_id.bytes + bytes([STEPS.index(step) + 1])
    number = int.from_bytes(hashlib.sha256(named).digest()[:16])
    number = number & ~(0xF << 76) | 0x8 << 76
    return UUID(int=number & ~(0x3 << 62) | 0x2 << 62)
