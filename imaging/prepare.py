"""Turns an upload into all that the platform shows of it: facts, and renditions packed as one object."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import cv2
import msgspec
from msgspec import structs

from imaging.colour import Pixels
from imaging.colour_card import correct_from_card, estimate_grey_world
from imaging.decode import DecodedPhoto, decode_photo
from imaging.dicom_read import read_statement
from imaging.face_covers import can_crop, cover, crop_beside
from imaging.faces import find_faces, warm_up
from imaging.formats import PhotoFormat, PhotoHeader, probe
from imaging.pack import Part, write_pack
from imaging.prepare_options import FaceTreatment, PrepareOptions
from imaging.quality import judge
from imaging.renditions import PREVIEW_LONG_EDGE_PX, REVIEW_LONG_EDGE_PX, make_master, make_pyramid, make_view, reduce
from imaging.results import ColourEstimate, PhotoFacts, Pyramid, Scale
from imaging.scale import Refused, find_scale

# More threads than this gain nothing on one photograph: decoding, the longest step, runs on one.
_THREADS_MAX = 4
# OpenCV's own pool would contend with the executor, and one started here would be lost in every forked child.
cv2.setNumThreads(1)
warm_up()


class PackedPhoto(NamedTuple):
    """The facts, and the pack as buffers to be written one after another; a clear master last, if there is one."""

    facts: PhotoFacts
    buffers: list[memoryview]


def prepare_photo(data: bytes, options: PrepareOptions, read_complaints: Callable[[], bytes]) -> PackedPhoto:
    """Probe, decode, turn upright, convert to sRGB, judge, hide faces, and make every rendition.

    `read_complaints` gives what C libraries have written to standard error so far: libjpeg reports damage
    there and nowhere else. Raises `PhotoRefused`, or whatever a decoder raises over hostile bytes: call it through
    `imaging.sandbox` for anything that a stranger sent.
    """
    limits = options.limits
    header = probe(data, limits)
    threads = min(_THREADS_MAX, len(os.sched_getaffinity(0)))
    with ThreadPoolExecutor(threads) as executor:
        photo = decode_photo(data, header, limits, executor, read_complaints)
        packed = _render(photo, header, executor, options)
    if header.format is not PhotoFormat.DICOM:
        return packed
    return packed._replace(facts=structs.replace(packed.facts, dicom=read_statement(data)))


def prepare_task(data: bytes, options: bytes, read_complaints: Callable[[], bytes]) -> tuple[bytes, list[memoryview]]:
    """`prepare_photo` as the sandbox runs it: `options` is `PrepareOptions` as JSON; answers facts and buffers."""
    packed = prepare_photo(data, msgspec.json.decode(options, type=PrepareOptions), read_complaints)
    return msgspec.json.encode(packed.facts), packed.buffers


def _render(
    photo: DecodedPhoto, header: PhotoHeader, executor: ThreadPoolExecutor, options: PrepareOptions
) -> PackedPhoto:
    if options.treatment is FaceTreatment.CROP and options.known_faces:
        photo = photo._replace(pixels=crop_beside(photo.pixels, options.known_faces.faces))
    height_px, width_px = photo.pixels.shape[:2]
    master_made = executor.submit(make_master, photo.pixels)
    verdict_made = executor.submit(judge, photo.pixels, width_px, height_px)
    reduced = reduce(photo.pixels, REVIEW_LONG_EDGE_PX)
    card_read = executor.submit(_read_card, photo.pixels, reduced)
    found = options.known_faces or find_faces(reduced)
    clear: list[memoryview] = []
    if found.faces and options.treatment is FaceTreatment.COVER:
        found = structs.replace(found, are_covered=True, can_crop=can_crop(found.faces, photo.pixels))
        clear = [master_made.result().part.content]
        photo = photo._replace(pixels=cover(photo.pixels, found.faces))
        master_made = executor.submit(make_master, photo.pixels)
        reduced = reduce(photo.pixels, REVIEW_LONG_EDGE_PX)
    review_made = executor.submit(make_view, "review.jpg", reduced, REVIEW_LONG_EDGE_PX)
    preview_made = executor.submit(make_view, "preview.jpg", reduced, PREVIEW_LONG_EDGE_PX)
    pyramid, tiles = _pyramid_of_large(photo, executor)
    made = [master_made.result(), review_made.result(), preview_made.result()]
    card = card_read.result()
    facts = PhotoFacts(
        source_media_type=header.format.value,
        width_px=width_px,
        height_px=height_px,
        colour=photo.colour.value,
        metadata=photo.metadata,
        trailing_bytes=header.trailing_bytes,
        trailing_kind=header.trailing_kind,
        verdict=verdict_made.result(),
        renditions=tuple(each.rendition for each in made),
        pyramid=pyramid,
        faces=found,
        clear_bytes=sum(part.nbytes for part in clear),
        scale=card.scale,
        scale_refused=card.scale_refused,
        colour_estimate=card.colour_estimate,
    )
    # Small pictures first: the beginning of the object, index and preview, is what a list of cases reads.
    _, buffers = write_pack([*(each.part for each in reversed(made)), *tiles])
    return PackedPhoto(facts, [*buffers, *clear])


class _CardRead(NamedTuple):
    scale: Scale | None
    scale_refused: str
    colour_estimate: ColourEstimate


def _read_card(pixels: Pixels, reduced: Pixels) -> _CardRead:
    """What a card in view gives, or why it gives nothing. `reduced` is where it is looked for first."""
    found, card = find_scale(pixels, reduced)
    colour = None if card is None else correct_from_card(pixels, card)
    is_refused = isinstance(found, Refused)
    return _CardRead(
        scale=None if is_refused else found,
        scale_refused=found.value if is_refused else "",
        colour_estimate=colour or estimate_grey_world(reduced),
    )


def _pyramid_of_large(photo: DecodedPhoto, executor: ThreadPoolExecutor) -> tuple[Pyramid | None, list[Part]]:
    if max(photo.pixels.shape[:2]) <= REVIEW_LONG_EDGE_PX:
        return None, []
    made = make_pyramid(photo.pixels, executor)
    return made.pyramid, list(made.parts)
