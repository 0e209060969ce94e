"""What preparing a photograph gives: values only, so that a process without OpenCV can hold them."""

from msgspec import Struct

from imaging.pack import Index


class Flaw(Struct, frozen=True, rename="camel"):
    """One thing that is wrong: its score, and the largest one that would have passed."""

    name: str
    score: int
    threshold: int


class Verdict(Struct, frozen=True, rename="camel"):
    """Every flaw's score (larger is worse), the evidence behind, and the flaws; `version` names the thresholds.

    A score that is absent could not be measured, which is not the same as passing. `imaging.quality` says what is what.
    """

    version: str
    scores: dict[str, int]
    measures: dict[str, int]
    flaws: tuple[Flaw, ...]


class PhotoMetadata(Struct, frozen=True, rename="camel", omit_defaults=True):
    """What the camera wrote, as data.

    `orientation` is EXIF's 1 to 8 (1 where absent, nonsense, or already applied by the decoder).
    `captured_local` is ISO 8601 without a zone, as the camera's own clock said; `utc_offset` is `+01:00`, or
    absent where the camera did not know it. `is_readable` is false where EXIF could not be
    parsed in full; what was not read may have held a place, so `location_removed` is then true.
    """

    orientation: int = 1
    captured_local: str | None = None
    utc_offset: str | None = None
    device_make: str | None = None
    device_model: str | None = None
    location_removed: bool = False
    is_readable: bool = True


class Rendition(Struct, frozen=True, rename="camel"):
    """One picture made from the upload; `name` is its entry in the pack, `size_bytes` its length there.

    `algorithm` and `version` say how it was made: the same two make the same pixels.
    """

    name: str
    media_type: str
    width_px: int
    height_px: int
    size_bytes: int
    algorithm: str
    version: str


class Pyramid(Struct, frozen=True, rename="camel"):
    """A Deep Zoom pyramid: `zoom.dzi` describes it, tiles are `zoom_files/{level}/{column}_{row}.jpg`."""

    name: str
    tile_px: int
    overlap_px: int
    levels: int
    width_px: int
    height_px: int
    size_bytes: int
    algorithm: str
    version: str


class PhotoFacts(Struct, frozen=True, rename="camel"):
    """Everything known about one prepared photograph besides its pixels.

    `width_px` and `height_px` are upright. `source_media_type` is by content. `colour` says what the file
    said about its colours; the renditions are sRGB. `trailing_bytes` counts what followed the image in the upload
    (`trailing_kind`: zip, html, jpeg …) and did not survive.
    """

    source_media_type: str
    width_px: int
    height_px: int
    colour: str
    metadata: PhotoMetadata
    trailing_bytes: int
    trailing_kind: str | None
    verdict: Verdict
    renditions: tuple[Rendition, ...]
    pyramid: Pyramid | None


class PreparedPhoto(Struct, frozen=True):
    """The facts, the pack with every rendition (see `imaging.pack`) and the pack's index, already checked."""

    facts: PhotoFacts
    index: Index
    packed: bytes
