"""Draws pictures of skin for the demo, where no person's photograph may stand; each says that it is drawn.

Nothing here is clinical material: shapes and colours are chosen to look plausible on a screen, in several skin
tones, and to exercise the platform (focus, light, scale). The same scene gives the same pixels.
"""

from enum import StrEnum

import cv2
import numpy as np
from msgspec import Struct

from imaging.colour import Pixels
from imaging.drawn_canvas import Canvas, Lab
from imaging.drawn_lesions import draw_mole, draw_rash, draw_wound
from imaging.drawn_ruler import draw_ruler
from imaging.drawn_skin import TONE_COLOURS, SkinTone, draw_limb, draw_skin

CAPTION = "drawn, not a photograph"
_FONT = cv2.FONT_HERSHEY_SIMPLEX


class Subject(StrEnum):
    """What is drawn on the skin."""

    MOLE = "mole"
    IRREGULAR_MOLE = "irregular_mole"
    RASH = "rash"
    WOUND = "wound"


class View(StrEnum):
    """The guided views of a case, far to near."""

    FAR = "far"
    MEDIUM = "medium"
    CLOSE = "close"
    OBLIQUE = "oblique"


class Condition(StrEnum):
    """What went wrong with the camera, if anything."""

    GOOD = "good"
    OUT_OF_FOCUS = "out_of_focus"
    TOO_DARK = "too_dark"


class Scene(Struct, frozen=True):
    """What to draw. One `seed` is one person's skin and lesion, the same in every view."""

    subject: Subject
    tone: SkinTone
    view: View = View.CLOSE
    condition: Condition = Condition.GOOD
    has_ruler: bool = False
    seed: int = 0
    width_px: int = 1600
    height_px: int = 1200
    growth: float = 1.0
    """Area of a mole over what the seed gives it: the same lesion at another visit."""
    turned_deg: float = 0.0
    """How far the camera is turned, as it is at another visit."""


# How much of the scene the frame's width takes in.
_WIDTH_MM = {View.FAR: 420.0, View.MEDIUM: 190.0, View.CLOSE: 52.0, View.OBLIQUE: 52.0}


def draw(scene: Scene) -> Pixels:
    """The picture as blue-green-red pixels of `height_px` by `width_px`."""
    canvas = Canvas(scene.width_px, scene.height_px, _WIDTH_MM[scene.view], scene.seed)
    colour = draw_skin(canvas, scene.tone)
    colour = _draw_subject(canvas, colour, scene)
    if scene.view in (View.FAR, View.MEDIUM):
        colour = draw_limb(canvas, colour)
    pixels = canvas.develop(colour)
    if scene.has_ruler:
        draw_ruler(pixels, scene.width_px / _WIDTH_MM[scene.view])
    if scene.view is View.OBLIQUE:
        pixels = _tilt(pixels)
    if scene.turned_deg:
        pixels = _turn(pixels, scene.turned_deg)
    return _write_caption(_spoil(pixels, scene))


def draw_jpeg(scene: Scene, quality: int = 90) -> bytes:
    """The picture as a JPEG file."""
    is_done, encoded = cv2.imencode(".jpg", draw(scene), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not is_done:
        raise RuntimeError("OpenCV could not encode a JPEG")
    return encoded.tobytes()


def _draw_subject(canvas: Canvas, colour: Lab, scene: Scene) -> Lab:
    lightness = TONE_COLOURS[scene.tone][0]
    match scene.subject:
        case Subject.MOLE:
            return draw_mole(canvas, colour, lightness, 3.6 * scene.growth**0.5, irregularity=0.08)
        case Subject.IRREGULAR_MOLE:
            return draw_mole(canvas, colour, lightness, 6.5 * scene.growth**0.5, irregularity=0.3)
        case Subject.RASH:
            return draw_rash(canvas, colour, lightness)
        case Subject.WOUND:
            return draw_wound(canvas, colour, lightness)


def _tilt(pixels: Pixels) -> Pixels:
    """As seen from below: the near edge fills the frame with less of the scene than the far one."""
    height_px, width_px = pixels.shape[:2]
    size = np.array([width_px, height_px], np.float32)
    seen = np.array([[0, 0], [1, 0], [0.87, 1], [0.13, 1]], np.float32) * size
    frame = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * size
    matrix = cv2.getPerspectiveTransform(seen, frame)
    return np.asarray(cv2.warpPerspective(pixels, matrix, (width_px, height_px)), dtype=np.uint8)


def _turn(pixels: Pixels, angle_deg: float) -> Pixels:
    height_px, width_px = pixels.shape[:2]
    closer = 1 + abs(angle_deg) / 100
    matrix = cv2.getRotationMatrix2D((width_px * 0.49, height_px * 0.52), angle_deg, closer)
    turned = cv2.warpAffine(pixels, matrix, (width_px, height_px), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(turned, dtype=np.uint8)


def _spoil(pixels: Pixels, scene: Scene) -> Pixels:
    """Defocus, or an eighth of a candle: what the platform's verdict should notice."""
    if scene.condition is Condition.OUT_OF_FOCUS:
        spread_px = 0.006 * max(scene.width_px, scene.height_px)
        return np.asarray(cv2.GaussianBlur(pixels, (0, 0), spread_px), dtype=np.uint8)
    if scene.condition is Condition.TOO_DARK:
        noise = np.random.default_rng(scene.seed).normal(0, 2.2, pixels.shape[:2]).astype(np.float32)
        dark = (pixels / 255.0) ** 1.35 * 0.17 * 255 + noise[:, :, None]
        return np.clip(dark + 0.5, 0, 255).astype(np.uint8)
    return pixels


def _write_caption(pixels: Pixels) -> Pixels:
    height_px, width_px = pixels.shape[:2]
    size = height_px / 1500
    thickness = max(1, round(size * 2))
    (text_px, tall_px), base_px = cv2.getTextSize(CAPTION, _FONT, size, thickness)
    pad = tall_px // 2
    corner = pixels[height_px - tall_px - base_px - 2 * pad :, : min(width_px, text_px + 2 * pad)]
    corner[:] = (corner * 0.35).astype(np.uint8)
    at = (pad, height_px - pad - base_px)
    cv2.putText(pixels, CAPTION, at, _FONT, size, (240, 240, 240), thickness, cv2.LINE_AA)
    return pixels
