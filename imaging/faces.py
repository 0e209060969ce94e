"""Finds faces in a photograph, large ones and small ones, however the head is turned.

The network is BlazeFace's short-range model (Bazarevsky et al., arXiv 1907.05047) as MediaPipe ships it: 128 x 128
pixels in, 896 anchors out. It is run over windows of the picture, and what it takes for a face there it sees once
more from close by, turned upright by the eyes: skin, moles and wounds pass the first look now and then, and fail the
second. Whatever is below the second look's bound is not reported.
"""

import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.colour import Pixels
from imaging.face_model import read_face_model
from imaging.results import Face, FaceFindings

# Raise when the same picture would give other faces.
VERSION = "blazeface-short-range/1"
_INPUT_PX = 128
_OUTPUTS = ("regressors", "classificators")
# MediaPipe's SsdAnchorsCalculator for this model: strides 8, 16, 16, 16, two anchors each, all of fixed size.
_GRIDS = ((16, 2), (8, 6))
_RIGHT_EYE, _LEFT_EYE = 0, 1
_CANDIDATE, _CERTAIN = 0.4, 0.75
_CANDIDATES_MAX = 4
# How much of its surroundings the second look takes in, in sides of the box; a face is one at both.
_CLOSE_UPS = (2.2, 1.6)
_OFF_CENTRE_MAX = 0.2
_FOLLOWED_SURROUNDINGS = 2.2
# Candidates are one where their middles are nearer than this share of the larger side.
_SAME = 0.5

Array = NDArray[np.float32]


class _Seen(NamedTuple):
    """A candidate in pixels of the picture: score, middle, side of the box, and how its eyes are turned in degrees."""

    score: float
    middle: Array
    side_px: float
    tilt_degrees: float


def find_faces(pixels: Pixels) -> FaceFindings:
    """The faces in upright blue-green-red `pixels`, surest first, each with its box (brow to chin) and score.

    A reduction to 2,048 px finds as much as the photograph itself. Faces of less than about a sixteenth of the
    long edge, turned far to the side or half hidden may be missed. About 30 ms on one core. From any thread.
    """
    height_px, width_px = pixels.shape[:2]
    with _lock:
        certain = [(seen, score) for seen in _look(pixels) if (score := _look_again(pixels, seen)) >= _CERTAIN]
    certain.sort(key=lambda pair: -pair[1])
    return FaceFindings(VERSION, tuple(_face(seen, score, width_px, height_px) for seen, score in certain))


def follow_face(pixels: Pixels, last: Face) -> Face | None:
    """The face that was at `last` a moment ago, from one look at its surroundings: a few milliseconds less certain.

    None where it is gone or turned away; `find_faces` then says whether it is elsewhere. From any thread.
    """
    height_px, width_px = pixels.shape[:2]
    side_px = last.width_permille * width_px / 1000
    window_px = max(round(side_px * _FOLLOWED_SURROUNDINGS), 2)
    middle_x = (last.left_permille + last.width_permille / 2) * width_px / 1000
    middle_y = (last.top_permille + last.height_permille / 2) * height_px / 1000
    left = max(0, min(round(middle_x - window_px / 2), width_px - window_px))
    top = max(0, min(round(middle_y - window_px / 2), height_px - window_px))
    with _lock:
        seen = max(_look_into(pixels, left, top, window_px), key=lambda each: each.score, default=None)
    return None if seen is None or seen.score < _CERTAIN else _face(seen, seen.score, width_px, height_px)


def warm_up() -> None:
    """Run the network once, so that children forked from here find its buffers allocated."""
    with _lock:
        _infer(np.zeros((_INPUT_PX, _INPUT_PX, 3), np.uint8))


def windows(width_px: int, height_px: int) -> Iterator[tuple[int, int, int]]:
    """Left, top and side of each square looked at: the whole, and squares of half of it that overlap by half."""
    whole_px = max(width_px, height_px)
    yield 0, 0, whole_px
    part_px = whole_px // 2
    if part_px >= _INPUT_PX:
        for top in _starts(height_px, part_px):
            for left in _starts(width_px, part_px):
                yield left, top, part_px


def _starts(length_px: int, part_px: int) -> list[int]:
    """Where parts begin that cover the length, next to each other overlapping by at least half."""
    free_px = length_px - part_px
    steps = max(0, -(-2 * free_px // part_px))
    return [free_px * step // steps for step in range(steps + 1)] if steps else [0]


def _look(pixels: Pixels) -> list[_Seen]:
    """The likeliest candidates of all windows, each place once (non-maximum suppression)."""
    height_px, width_px = pixels.shape[:2]
    seen = [each for window in windows(width_px, height_px) for each in _look_into(pixels, *window)]
    kept: list[_Seen] = []
    for each in sorted(seen, key=lambda candidate: -candidate.score):
        if all(_distance(each, other) > _SAME * max(each.side_px, other.side_px) for other in kept):
            kept.append(each)
    return kept[:_CANDIDATES_MAX]


def _look_into(pixels: Pixels, left: int, top: int, side_px: int) -> Iterator[_Seen]:
    part = pixels[top : top + side_px, left : left + side_px]
    scale = _INPUT_PX / side_px
    size = tuple(min(_INPUT_PX, max(1, round(length_px * scale))) for length_px in (part.shape[1], part.shape[0]))
    canvas = np.zeros((_INPUT_PX, _INPUT_PX, 3), np.uint8)
    canvas[: size[1], : size[0]] = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    scores, boxes = _infer(canvas)
    for index in np.flatnonzero(scores >= _CANDIDATE):
        middle, sides, *points = boxes[index]
        eyes = points[_LEFT_EYE] - points[_RIGHT_EYE]
        tilt_degrees = float(np.degrees(np.arctan2(eyes[1], eyes[0])))
        offset = np.array([left, top], np.float32)
        yield _Seen(float(scores[index]), middle * side_px + offset, float(sides.max()) * side_px, tilt_degrees)


def _look_again(pixels: Pixels, seen: _Seen) -> float:
    """The candidate's score from close by: upright by its eyes, or upside down, where those were guessed wrongly."""
    return max(_see_upright(pixels, seen, seen.tilt_degrees + turned) for turned in (0, 180))


def _see_upright(pixels: Pixels, seen: _Seen, tilt_degrees: float) -> float:
    least = 1.0
    for surroundings in _CLOSE_UPS:
        close_up = _cut_out(pixels, seen.middle, seen.side_px * surroundings, tilt_degrees)
        mirrored = np.ascontiguousarray(close_up[:, ::-1])
        least = min(least, (_score_in_the_middle(close_up) + _score_in_the_middle(mirrored)) / 2)
        if least < _CERTAIN:
            break
    return least


def _cut_out(pixels: Pixels, middle: Array, side_px: float, tilt_degrees: float) -> Pixels:
    centre = (float(middle[0]), float(middle[1]))
    turn = cv2.getRotationMatrix2D(centre, tilt_degrees, _INPUT_PX / side_px)
    turn[:, 2] += _INPUT_PX / 2 - np.asarray(centre)
    return np.asarray(cv2.warpAffine(pixels, turn, (_INPUT_PX, _INPUT_PX), flags=cv2.INTER_AREA), np.uint8)


def _score_in_the_middle(canvas: Pixels) -> float:
    scores, boxes = _infer(canvas)
    is_central = np.hypot(*(boxes[:, 0] - 0.5).T) < _OFF_CENTRE_MAX
    return float(scores[is_central].max(initial=0.0))


def _infer(canvas: Pixels) -> tuple[Array, Array]:
    """Scores (896), and boxes as middle, sides and six points each (896 x 8 x 2) in shares of the square."""
    blob = cv2.dnn.blobFromImage(canvas, 1 / 127.5, (_INPUT_PX, _INPUT_PX), (127.5, 127.5, 127.5), swapRB=True)
    _net.setInput(blob)
    regressors, classificators = _net.forward(_OUTPUTS)
    boxes = np.asarray(regressors, np.float32).reshape(-1, 8, 2) / _INPUT_PX
    boxes[:, 0] += _ANCHORS
    boxes[:, 2:] += _ANCHORS[:, np.newaxis]
    logits = np.clip(np.asarray(classificators, np.float32).reshape(-1), -80, 80)
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32), np.asarray(boxes, np.float32)


def _distance(one: _Seen, other: _Seen) -> float:
    return float(np.hypot(*(one.middle - other.middle)))


def _face(seen: _Seen, score: float, width_px: int, height_px: int) -> Face:
    half_px = seen.side_px / 2
    left, top = (float(each) - half_px for each in seen.middle)
    right, bottom = (float(each) + half_px for each in seen.middle)
    edges = (
        max(0.0, left / width_px),
        max(0.0, top / height_px),
        min(1.0, right / width_px),
        min(1.0, bottom / height_px),
    )
    start_x, start_y, end_x, end_y = (round(1000 * edge) for edge in edges)
    return Face(start_x, start_y, end_x - start_x, end_y - start_y, round(1000 * score))


def _make_anchors() -> Array:
    middles = [
        ((column + 0.5) / cells, (row + 0.5) / cells)
        for cells, anchors in _GRIDS
        for row in range(cells)
        for column in range(cells)
        for _ in range(anchors)
    ]
    return np.array(middles, np.float32)


_ANCHORS = _make_anchors()
_net: Any = cv2.dnn.readNetFromTFLite(np.frombuffer(read_face_model(), np.uint8))
_lock = threading.Lock()
