"""What is drawn on a case's photographs as pages show it: overlays with their words, and a page without script."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from server.cases import service as cases
from server.core.access import Action, Actor
from server.desks import casebook
from server.identity import service as identity
from server.reports import service as reports
from server.web.layout import gettext_for, reader_of, render
from server.web.reader import Reader

PageRequest = Request[Any, Any, Any]


class AnnotatedPhoto(Struct, frozen=True, kw_only=True):
    """A photograph with its overlay, and the words to each number."""

    label: str
    address: str
    overlay: reports.Overlay
    told: tuple[str, ...]


def annotated_photos(
    annotations: Iterable[cases.Annotation], photos: Iterable[casebook.Photo], names: dict[UUID, str], reader: Reader
) -> list[AnnotatedPhoto]:
    """Of the photographs that are still there, in the order in which they were first drawn on."""
    shown = {photo.part_id: photo for photo in photos if photo.address}
    return [
        AnnotatedPhoto(
            label=shown[overlay.part_id].label,
            address=shown[overlay.part_id].address,
            overlay=overlay,
            told=tuple(reports.told_of(shape, names, reader) for shape in overlay.shapes),
        )
        for overlay in reports.overlays_of(annotations)
        if overlay.part_id in shown
    ]


@get("/queue/cases/{case_id:uuid}/annotations", opt={"action": Action.QUEUE_READ})
async def annotations_page(
    request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]
) -> Response[str]:
    """Each photograph with what stands on it, and every version that ever did: for printing, and without script."""
    opened = await cases.open_case(actor, case_id)
    _, reader = gettext_for(request), reader_of(request)
    versions = await cases.annotation_versions(actor, case_id)
    names = await identity.person_names({each.author_id for each in versions})
    photos = casebook.photos_of(opened, reader.language, _)
    labels = {photo.part_id: photo.label for photo in photos}
    return render(
        request,
        "desks/annotations.html",
        case=opened.case,
        annotated=annotated_photos(cases.standing_of(versions), photos, names, reader),
        versions=versions,
        names=names,
        labels=labels,
        kinds=reports.KIND,
    )
