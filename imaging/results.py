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


class Face(Struct, frozen=True, rename="camel"):
    """One face: its box from brow to chin within the picture, and how sure the detector is."""

    left_permille: int
    top_permille: int
    width_permille: int
    height_permille: int
    score_permille: int


class FaceFindings(Struct, frozen=True, rename="camel"):
    """The faces of the upright photograph as it was sent; `version` names the detector.

    `are_covered` says that every rendition hides them, `can_crop` that enough is left without them.
    """

    version: str
    faces: tuple[Face, ...]
    are_covered: bool = False
    can_crop: bool = False


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


class DicomHeader(Struct, frozen=True, rename="camel"):
    """What a DICOM file's header says; empty where it says nothing. Nothing of it is taken over.

    `sites` are the body sites that its anatomic region may stand for; `birth_date` and `taken_local` are ISO 8601.
    """

    family_name: str
    given_name: str
    birth_date: str
    sex: str
    patient_id: str
    sites: tuple[str, ...]
    laterality: str
    is_dermoscopic: bool
    taken_local: str | None


class Scale(Struct, frozen=True, rename="camel"):
    """How a card in view turns pixels into millimetres.

    `homography` (row-major) takes upright full-size pixels (x right, y down, whole numbers in the middle of a pixel) to
    millimetres on the card's plane from its top left corner. `relative_error` bounds, at 95 % or better, the
    error of any length there whose both ends lie within `reach_mm` of the card; beyond it nothing is promised. `card`
    is the kind, `batch` what its two digits say, if they were seen; `tilt_deg` is of the camera against the card.
    """

    version: str
    card: str
    batch: int | None
    homography: tuple[float, float, float, float, float, float, float, float, float]
    relative_error: float
    reach_mm: float
    card_width_mm: float
    card_height_mm: float
    px_per_mm: float
    tilt_deg: float


class ColourEstimate(Struct, frozen=True, rename="camel"):
    """A correction towards true colours: `out = matrix · (r^er, g^eg, b^eb)` in linear sRGB; the renditions lack it.

    `source` is `card`, with the median ΔE00 over its patches as photographed and as each is predicted from the others;
    or `grey_world`, which only assumes that the picture is grey on average, and has neither.
    """

    version: str
    source: str
    exponents: tuple[float, float, float]
    matrix: tuple[float, float, float, float, float, float, float, float, float]
    de00_before: float | None = None
    de00_after: float | None = None


class PhotoFacts(Struct, frozen=True, rename="camel"):
    """Everything known about one prepared photograph besides its pixels.

    `width_px` and `height_px` are upright. `source_media_type` is by content. `colour` says what the file
    said about its colours; the renditions are sRGB. `trailing_bytes` counts what followed the image in the upload
    (`trailing_kind`: zip, html, jpeg …) and did not survive. `scale_refused` says why there is no `scale`, see
    `imaging.scale.Refused`, and is empty where there is one. `clear_bytes` is the length of the master without
    covers, which follows the pack where faces were covered.
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
    faces: FaceFindings
    scale: Scale | None
    scale_refused: str
    colour_estimate: ColourEstimate
    clear_bytes: int = 0
    dicom: DicomHeader | None = None


class PreparedPhoto(Struct, frozen=True):
    """The facts, the pack with every rendition (see `imaging.pack`) and the pack's index, already checked.

    `clear` is a JPEG of the whole photograph as it was sent where the pack's pictures hide faces, else empty.
    """

    facts: PhotoFacts
    index: Index
    packed: bytes
    clear: bytes = b""
