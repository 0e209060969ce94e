"""Structs of the cases slice that never travel to a device."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import msgspec

from server.contract.case import Observation


class FaceAnswer(StrEnum):
    """What the sender may say to a face that was hidden; the same words stand in `CasePart.faces`."""

    BLUR = "blur"
    CROP = "crop"
    NEEDED = "needed"


class SeenFace(msgspec.Struct, frozen=True, array_like=True):
    """A face's box within the photograph as it was sent, and the detector's score."""

    left_permille: int
    top_permille: int
    width_permille: int
    height_permille: int
    score_permille: int


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """Millimetres on the plane of a card in the photograph, as `imaging.results.Scale` gives them.

    `homography` (nine numbers, by rows) maps pixels of the upright photograph to millimetres from the card's top left
    corner. `relative_error` bounds the error of a length both of whose ends lie within `reach_mm` of the card.
    """

    version: str
    card: str
    batch: int | None = None
    homography: tuple[float, ...]
    relative_error: float
    reach_mm: float
    card_width_mm: float
    card_height_mm: float
    px_per_mm: float
    tilt_deg: float


class ColourEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """How the colours come out right, as `imaging.results.ColourEstimate`: a power, then a matrix, of linear sRGB."""

    version: str
    source: str
    exponents: tuple[float, ...]
    matrix: tuple[float, ...]
    de00_before: float | None = None
    de00_after: float | None = None


class StatedByFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a DICOM file's header says, as `imaging.results.DicomHeader`: compared with the case, never taken over."""

    family_name: str = ""
    given_name: str = ""
    birth_date: str = ""
    sex: str = ""
    patient_id: str = ""
    sites: tuple[str, ...] = ()
    laterality: str = ""
    is_dermoscopic: bool = False
    taken_local: str | None = None


class PhotoEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """What the server found out about a photograph, sealed beside the part; capture facts are data, location is not."""

    width_px: int
    height_px: int
    verdict_version: str
    flaws: tuple[tuple[str, float, float], ...]
    """(name, score, threshold) for each flaw found."""
    measures: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    """What was measured, by name, also where it passed; a measure that is absent could not be taken."""
    captured_at: datetime | None = None
    camera: str = ""
    was_location_removed: bool = False
    notes: tuple[str, ...] = ()
    faces: tuple[SeenFace, ...] = ()
    faces_version: str = ""
    """Of the detector that looked; empty for photographs from before there was one."""
    can_crop: bool = False
    scale: Scale | None = None
    scale_refused: str = ""
    """Why there is none; empty where nobody looked for one."""
    colour_estimate: ColourEstimate | None = None
    stated: StatedByFile | None = None


class PackEntry(msgspec.Struct, frozen=True, array_like=True):
    """Where one rendition lies in the packed object."""

    name: str
    offset: int
    length: int
    media_type: str


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of preparing one photograph: the packed renditions and what was found.

    `clear` is the master without covers where the renditions hide faces, else empty.
    """

    pack: bytes
    index: tuple[PackEntry, ...]
    preparation: str
    evidence: PhotoEvidence
    clear: bytes = b""


class PreviewFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The size of a small picture as it is shown, sealed in `CasePart.preview`."""

    width_px: int
    height_px: int


class PreparedPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What was made of a preview: a JPEG with no more of the sender's bytes in it than its pixels, faces covered."""

    jpeg: bytes
    facts: PreviewFacts


class StoredObservation(msgspec.Struct, frozen=True, kw_only=True):
    """Sealed in `ObservationRow.sealed`: the value as entered beside the canonical one (None when absent)."""

    as_entered: Observation
    canonical_value: Decimal | None = None
    canonical_unit: str = ""


class Completeness(msgspec.Struct, frozen=True, kw_only=True):
    """What of a case has come, counted over the media it promised."""

    promised: int
    held: int
    ready: int
    refused: int
    given_up: int
    is_triageable: bool
    faces_asked: int = 0
    previewed: int = 0
    """Photographs of which only a small picture can be looked at."""

    @property
    def absent(self) -> int:
        return self.promised - self.held - self.ready - self.refused - self.given_up


class PhotoReason(StrEnum):
    BLURRED = "blurred"
    DARK = "dark"
    BRIGHT = "bright"
    GLARE = "glare"
    COLOURS = "colours"
    CUT_OFF = "cut-off"
    POOR_COPY = "poor-copy"
    TOO_FAR = "too-far"
    TOO_CLOSE = "too-close"
    WRONG_PLACE = "wrong-place"
    ANOTHER_VIEW = "another-view"
    UNREADABLE = "unreadable"


class BetterPhoto(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader asks for: which photograph, why, and how to do it better, sealed in `PhotoRequest.sealed`."""

    part_id: UUID | None
    reason: str
    """A PhotoReason."""
    note: str = ""
    detail: str = ""
