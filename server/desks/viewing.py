"""What the photo viewer is told: each picture with its scale and colours, and where drawings are kept."""

from typing import Any
from uuid import UUID

import msgspec

from server.cases import service as cases
from server.contract.wire import Wire
from server.core.access import Action, Actor, permits
from server.desks.casebook import Photo
from server.web.catalogue import N_
from server.web.reader import Reader

COLOUR_FROM_CARD = N_("Colours from the card in the photo (error %(before)s before, %(after)s after)")
COLOUR_GUESSED = N_("Colours by an estimate: no card in view")


class Viewing(Wire, frozen=True, kw_only=True):
    """Where drawings of the case are kept and read, and by whom they may be made."""

    case_id: UUID
    may_draw: bool

    @property
    def annotations(self) -> str:
        return f"/api/cases/{self.case_id}/annotations"

    @property
    def page(self) -> str:
        return f"/queue/cases/{self.case_id}/annotations"


def viewer_facts(actor: Actor, case: cases.Case, *, may_draw: bool) -> Viewing:
    return Viewing(
        case_id=case.id,
        may_draw=may_draw and permits(actor, Action.PHOTO_ANNOTATE) and case.status != "withdrawn",
    )


def viewer_pictures(opened: cases.OpenedCase, photos: list[Photo], reader: Reader) -> list[dict[str, Any]]:
    """What the zoom island reads of each photograph that can be looked at, be it small.

    A small one has no id to draw on: what was drawn would lie elsewhere on the photograph.
    """
    evidence = {each.row.id: each.evidence for each in opened.parts}
    return [
        photo.for_viewer() | _drawable(photo, evidence[photo.part_id], reader) for photo in photos if photo.can_be_seen
    ]


def _drawable(photo: Photo, evidence: cases.PhotoEvidence | None, reader: Reader) -> dict[str, Any]:
    return {} if photo.early else {"partId": str(photo.part_id), **_measures(evidence, reader)}


def _measures(evidence: cases.PhotoEvidence | None, reader: Reader) -> dict[str, Any]:
    if evidence is None:
        return {}
    told: dict[str, Any] = {"noScale": reader.text(cases.why_no_scale(evidence)) if not evidence.scale else ""}
    if scale := evidence.scale:
        told["scale"] = {
            "homography": scale.homography,
            "relativeError": scale.relative_error,
            "reachMm": scale.reach_mm,
            "cardMm": [scale.card_width_mm, scale.card_height_mm],
        }
    if estimate := evidence.colour_estimate:
        told["colour"] = {
            "exponents": estimate.exponents,
            "matrix": estimate.matrix,
            "label": _colour_text(estimate, reader),
        }
    return msgspec.to_builtins(told)


def _colour_text(estimate: cases.ColourEstimate, reader: Reader) -> str:
    if estimate.source != "card" or estimate.de00_before is None or estimate.de00_after is None:
        return reader.text(COLOUR_GUESSED)
    values = {"before": f"ΔE00 {estimate.de00_before:.1f}", "after": f"{estimate.de00_after:.1f}"}
    return reader.text(COLOUR_FROM_CARD) % values
