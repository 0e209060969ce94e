"""Turns an upload into all that the platform shows of it: facts, and renditions packed as one object."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import cv2
import msgspec

from imaging.decode import DecodedPhoto, decode_photo
from imaging.formats import Limits, PhotoHeader, probe
from imaging.pack import Part, write_pack
from imaging.quality import judge
from imaging.quality_picture import scale_down
from imaging.renditions import PREVIEW_LONG_EDGE_PX, REVIEW_LONG_EDGE_PX, make_master, make_pyramid, make_view
from imaging.results import PhotoFacts, Pyramid

# More threads than this gain nothing on one photograph: decoding, the longest step, runs on one.
_THREADS_MAX = 4


class PackedPhoto(NamedTuple):
    """The facts, and the pack as buffers to be written one after another."""

    facts: PhotoFacts
    buffers: list[memoryview]


def prepare_photo(data: bytes, limits: Limits, read_complaints: Callable[[], bytes]) -> PackedPhoto:
    """Probe, decode, turn upright, convert to sRGB, judge, and make every rendition.

    `read_complaints` gives what C libraries have written to standard error so far: libjpeg reports damage
    there and nowhere else. Raises `PhotoRefused`, or whatever a decoder raises over hostile bytes: call it through
    `imaging.sandbox` for anything that a stranger sent.
    """
    header = probe(data, limits)
    threads = min(_THREADS_MAX, len(os.sched_getaffinity(0)))
    cv2.setNumThreads(1)  # the executor keeps the cores busy; OpenCV's own pool would contend with it
    with ThreadPoolExecutor(threads) as executor:
        photo = decode_photo(data, header, limits, executor, read_complaints)
        return _render(photo, header, executor)


def prepare_task(data: bytes, options: bytes, read_complaints: Callable[[], bytes]) -> tuple[bytes, list[memoryview]]:
    """`prepare_photo` as the sandbox runs it: `options` is `Limits` as JSON; answers `PhotoFacts` and the pack."""
    packed = prepare_photo(data, msgspec.json.decode(options, type=Limits), read_complaints)
    return msgspec.json.encode(packed.facts), packed.buffers


def _render(photo: DecodedPhoto, header: PhotoHeader, executor: ThreadPoolExecutor) -> PackedPhoto:
    height_px, width_px = photo.pixels.shape[:2]
    master_made = executor.submit(make_master, photo.pixels)
    reduced = scale_down(photo.pixels, REVIEW_LONG_EDGE_PX)
    review_made = executor.submit(make_view, "review.jpg", reduced, REVIEW_LONG_EDGE_PX)
    preview_made = executor.submit(make_view, "preview.jpg", reduced, PREVIEW_LONG_EDGE_PX)
    verdict_made = executor.submit(judge, photo.pixels, width_px, height_px)
    pyramid, tiles = _pyramid_of_large(photo, executor)
    made = [master_made.result(), review_made.result(), preview_made.result()]
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
    )
    # Small pictures first: the beginning of the object, index and preview, is what a list of cases reads.
    _, buffers = write_pack([*(each.part for each in reversed(made)), *tiles])
    return PackedPhoto(facts, buffers)


def _pyramid_of_large(photo: DecodedPhoto, executor: ThreadPoolExecutor) -> tuple[Pyramid | None, list[Part]]:
    if max(photo.pixels.shape[:2]) <= REVIEW_LONG_EDGE_PX:
        return None, []
    made = make_pyramid(photo.pixels, executor)
    return made.pyramid, list(made.parts)
