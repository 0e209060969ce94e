"""What preparing a photograph is told besides its bytes."""

from enum import StrEnum

from msgspec import Struct

from imaging.formats import Limits
from imaging.results import FaceFindings


class FaceTreatment(StrEnum):
    """What becomes of faces: hidden until the sender has answered, shown, or cut away."""

    COVER = "cover"
    SHOW = "show"
    CROP = "crop"


class PrepareOptions(Struct, frozen=True, rename="camel"):
    """`known_faces` were found in this very photograph before: they are used instead of looking again."""

    limits: Limits = Limits()
    treatment: FaceTreatment = FaceTreatment.COVER
    known_faces: FaceFindings | None = None
