"""Photographs a card of scale and colour that lies on skin: a camera with a lens, a light, and a file at its end.

Nothing of `imaging.scale` or `imaging.colour_card` is used, so that a flaw of theirs does not hide in here. What is
drawn is in linear light; printed and living colours have other spectra, so that no matrix is right for both.
"""

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.card import LAYOUTS, REFERENCES, CardLayout, marker_cells, reference_reflectance
from imaging.colour import Pixels
from imaging.drawn_canvas import Canvas
from imaging.drawn_skin import SkinTone, draw_skin
from tests.support.spectra import Light, Material, camera_matrix

Linear = NDArray[np.float32]
"""Rows by columns by red, green, blue; 1 is a perfect white."""

CARD_PX_PER_MM = 12
SKIN_MM, SKIN_PX_PER_MM = 420.0, 4
SWATCH_MM = 7.0


class Shot(NamedTuple):
    """How one photograph is taken. Angles in degrees, lengths in millimetres, blur and noise as they fall on pixels."""

    kind: str = "credit-card"
    batch: int = 7
    width_px: int = 1600
    height_px: int = 1200
    card_share: float = 0.4
    """Of the frame's width, that the card would fill untilted."""
    tilt_deg: float = 0.0
    azimuth_deg: float = 0.0
    roll_deg: float = 0.0
    focal_diagonals: float = 0.6
    distortion: float = 0.0
    off_centre: tuple[float, float] = (0.0, 0.0)
    """Of the card's middle from the frame's, in shares of the frame."""
    blur_px: float = 0.8
    noise: float = 0.004
    jpeg_quality: int = 88
    kelvin: float = 5500.0
    adaptation: float = 0.8
    """Of the camera's white balance: 0 keeps the light's colour, 1 removes it."""
    exposure: float = 0.7
    """What white paper comes to, of the sensor's range."""
    shading: tuple[float, float] = (0.0, 0.0)
    """How much brighter the light is at the right and the lower edge than in the middle, as a share."""
    contrast: float = 0.1
    """Of the camera's S-shaped tone curve over sRGB's."""
    curve_mm: float = 1e6
    """The skin's radius, as of a limb that falls away beside the card."""
    is_covered: bool = False
    """Whether a finger lies over a corner of the card."""
    print_scale: tuple[float, float] = (1.0, 1.0)
    print_error: float = 0.03
    """Deviation of each printed patch's reflectances, as a share."""
    tone: SkinTone = SkinTone.INTERMEDIATE
    seed: int = 0


class Photograph(NamedTuple):
    """What the camera gave (upright, blue green red), and what is true about it."""

    pixels: Pixels
    camera: "Camera"
    swatches: tuple["Swatch", ...]


class Swatch(NamedTuple):
    """A living colour of known sRGB (linear) beside the card, and the pixel in its middle."""

    linear: NDArray[np.float64]
    middle_px: NDArray[np.float64]


def photograph(shot: Shot, sheet: Linear | None = None) -> Photograph:
    """Take it. `sheet` is the card's print as linear reflectance, if not the one that is drawn from its layout."""
    random = np.random.default_rng(shot.seed)
    layout = LAYOUTS[shot.kind]
    camera = Camera(shot, layout)
    card = print_card(layout, shot.batch, shot.print_error, random) if sheet is None else sheet
    skin, swatches = _skin(shot, layout, camera, random)
    light = Light(shot.kelvin, shot.adaptation)
    seen = _compose(shot, camera, card, skin, light)
    return Photograph(_develop(seen, shot, random), camera, swatches)


class Camera:
    """A pinhole with radial distortion over the card's plane (z = 0, towards the camera positive)."""

    def __init__(self, shot: Shot, layout: CardLayout) -> None:
        self._shot = shot
        self._focal_px = shot.focal_diagonals * float(np.hypot(shot.width_px, shot.height_px))
        self._principal = np.array([(shot.width_px - 1) / 2, (shot.height_px - 1) / 2])
        azimuth, tilt, roll = np.radians([shot.azimuth_deg, shot.tilt_deg, shot.roll_deg])
        # The plane's y points down in the picture, its z towards the camera, which looks along -z.
        facing = np.diag([1.0, 1.0, -1.0])
        self._rotation = _about_z(roll) @ _about_z(azimuth) @ _about_x(tilt) @ _about_z(-azimuth) @ facing
        distance_mm = self._focal_px * layout.width_mm / (shot.card_share * shot.width_px)
        off_px = np.array(shot.off_centre) * [shot.width_px, shot.height_px]
        ray = np.append(off_px / self._focal_px, 1.0)
        self._middle_mm = np.array([layout.width_mm / 2, layout.height_mm / 2, 0.0])
        self._translation = distance_mm * ray - self._rotation @ self._middle_mm

    def project(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixels of points given as rows of x, y and height."""
        seen = points_mm @ self._rotation.T + self._translation
        ideal = seen[:, :2] / seen[:, 2:]
        place = ideal.copy()
        for _ in range(20):
            place = ideal / (1 + self._shot.distortion * np.square(place).sum(axis=1, keepdims=True))
        return self._principal + self._focal_px * place

    def plane_at(self, height_mm: NDArray[np.float64] | float = 0.0) -> NDArray[np.float64]:
        """Where each pixel's ray meets that height (one for each pixel, or for all): rows, columns, x and y."""
        x, y = np.meshgrid(np.arange(self._shot.width_px), np.arange(self._shot.height_px))
        place = (np.stack([x, y], axis=-1) - self._principal) / self._focal_px
        place *= 1 + self._shot.distortion * np.square(place).sum(axis=-1, keepdims=True)
        rays = np.concatenate([place, np.ones((*place.shape[:2], 1))], axis=-1) @ self._rotation
        eye = -self._rotation.T @ self._translation
        along = (height_mm - eye[2]) / rays[..., 2]
        return eye[:2] + along[..., None] * rays[..., :2]


def print_card(layout: CardLayout, batch: int, error: float, random: np.random.Generator) -> Linear:
    """The card as an ordinary printer leaves it, `CARD_PX_PER_MM` for a credit card's millimetre."""
    px_per_mm = CARD_PX_PER_MM / layout.times
    size = (round(layout.height_mm * px_per_mm), round(layout.width_mm * px_per_mm))
    paper, ink = reference_reflectance("paper"), np.full(3, REFERENCES.ink_reflectance)
    sheet = np.full((*size, 3), paper, np.float32)

    def fill(left_mm: float, top_mm: float, width_mm: float, height_mm: float, value: NDArray[np.float64]) -> None:
        rows = slice(round(top_mm * px_per_mm), round((top_mm + height_mm) * px_per_mm))
        columns = slice(round(left_mm * px_per_mm), round((left_mm + width_mm) * px_per_mm))
        sheet[rows, columns] = value

    for box in layout.black_squares():
        fill(*box, ink)
    for identifier, box in (layout.markers() | layout.batch_markers(batch)).items():
        cells = marker_cells(identifier)
        side_mm = box.width_mm / len(cells)
        for row, column in zip(*np.nonzero(~cells), strict=True):
            fill(box.left_mm + column * side_mm, box.top_mm + row * side_mm, side_mm, side_mm, ink)
    for name, box in layout.patches():
        if name != "paper":
            fill(*box, np.clip(reference_reflectance(name) * np.exp(random.normal(0, error, 3)), 0, 1))
    ruler = layout.ruler
    for mark_mm in range(int(ruler.width_mm) + 1):
        fill(ruler.left_mm + mark_mm - 0.1, ruler.top_mm, 0.2, ruler.height_mm / (1 + mark_mm % 5), ink)
    return sheet


def _skin(
    shot: Shot, layout: CardLayout, camera: Camera, random: np.random.Generator
) -> tuple[Linear, tuple[Swatch, ...]]:
    """Skin around the card's middle with a row of known colours above and one below it."""
    side_px = round(SKIN_MM * SKIN_PX_PER_MM)
    canvas = Canvas(side_px, side_px, SKIN_MM, shot.seed % 1000)
    colour = draw_skin(canvas, shot.tone)
    bgr = cv2.cvtColor(cv2.merge([each.astype(np.float32) for each in colour]), cv2.COLOR_Lab2BGR)
    skin = _decode_tone(np.clip(bgr[:, :, ::-1], 0, 1)).astype(np.float32)
    swatches: list[Swatch] = []
    middle_mm = np.array([layout.width_mm / 2, layout.height_mm / 2])
    side_mm = SWATCH_MM * layout.times
    for column in range(4):
        for y_mm in (-0.9 * side_mm, layout.height_mm + 0.9 * side_mm):
            at_mm = np.array([layout.width_mm * (0.17 + 0.22 * column), y_mm])
            linear = _decode_tone(_living_colour(random))
            top_left = np.rint((at_mm - side_mm / 2 - middle_mm + SKIN_MM / 2) * SKIN_PX_PER_MM).astype(int)
            side = round(side_mm * SKIN_PX_PER_MM)
            skin[top_left[1] : top_left[1] + side, top_left[0] : top_left[0] + side] = linear
            swatches.append(Swatch(linear, camera.project(np.array([[*at_mm, 0.0]]))[0]))
    return skin, tuple(swatches)


def _living_colour(random: np.random.Generator) -> NDArray[np.float64]:
    """sRGB of skin of some tone, at times redder or darker as a lesion is."""
    light = np.array([225, 185, 165]) / 255
    dark = np.array([80, 55, 45]) / 255
    colour = dark + (light - dark) * random.uniform(0, 1)
    lesion = random.choice([[1.0, 1.0, 1.0], [1.0, 0.75, 0.75], [0.72, 0.66, 0.62]])
    return np.clip(colour * lesion + random.normal(0, 0.015, 3), 0.03, 0.95)


def _compose(shot: Shot, camera: Camera, card: Linear, skin: Linear, light: Light) -> Linear:
    """What falls on the sensor, in the camera's own colours."""
    layout = LAYOUTS[shot.kind]
    middle = np.array([layout.width_mm / 2, layout.height_mm / 2])
    on_plane = camera.plane_at()
    place = on_plane
    if shot.curve_mm < 1e5:
        for _ in range(3):
            away_mm = np.maximum(0, np.abs(place[..., 1] - middle[1]) - layout.height_mm / 2 - 12)
            fall_mm = np.minimum(np.square(away_mm) / (2 * shot.curve_mm), shot.curve_mm)
            place = camera.plane_at(-fall_mm)
    skin_at = ((place - middle + SKIN_MM / 2) * SKIN_PX_PER_MM).astype(np.float32)
    living = _sample(skin, skin_at, cv2.BORDER_REFLECT_101)
    px_per_mm = card.shape[1] / layout.width_mm / np.array(shot.print_scale)
    card_at = (on_plane * px_per_mm - 0.5).astype(np.float32)
    smooth = _for_density(card, card.shape[1] / (shot.card_share * shot.width_px))
    printed = _sample(smooth, card_at, cv2.BORDER_REPLICATE)
    is_card = ((card_at > -0.5) & (card_at < [card.shape[1] - 0.5, card.shape[0] - 0.5])).all(axis=-1)
    if shot.is_covered:
        is_card &= ~_finger(shot, layout, on_plane)
    seen = np.where(
        is_card[..., None],
        printed @ camera_matrix(light, Material.PRINT).T,
        living @ camera_matrix(light, Material.SKIN).T,
    )
    across = np.linspace(-1, 1, shot.width_px) * shot.shading[0]
    down = np.linspace(-1, 1, shot.height_px) * shot.shading[1]
    return (seen * np.exp(across[None, :] + down[:, None])[..., None]).astype(np.float32)


def _sample(texture: Linear, at: Linear, border: int) -> Linear:
    """The texture at places given as rows by columns by x and y."""
    columns, rows = np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])
    return np.asarray(cv2.remap(texture, columns, rows, cv2.INTER_LINEAR, borderMode=border), np.float32)


def _for_density(card: Linear, texels_a_pixel: float) -> Linear:
    """Smoothed so that sampling one texel in so many shows no moiré."""
    spread = 0.35 * texels_a_pixel
    return np.asarray(cv2.GaussianBlur(card, (0, 0), spread), np.float32) if spread > 0.4 else card


def _finger(shot: Shot, layout: CardLayout, on_plane: NDArray[np.float64]) -> NDArray[np.bool_]:
    """An ellipse over one corner, up to a quarter of the card's width across."""
    corner = [(0, 0), (1, 0), (1, 1), (0, 1)][shot.seed % 4]
    at_mm = np.array(corner) * [layout.width_mm, layout.height_mm]
    radii_mm = np.array([0.14, 0.24]) * layout.width_mm
    return np.square((on_plane - at_mm) / radii_mm).sum(axis=-1) < 1


def _develop(seen: Linear, shot: Shot, random: np.random.Generator) -> Pixels:
    """Exposure, lens blur, sensor noise, tone curve, JPEG."""
    sensor = seen * (shot.exposure / 0.87)
    if shot.blur_px > 0.2:
        sensor = np.asarray(cv2.GaussianBlur(sensor, (0, 0), shot.blur_px), np.float32)
    noise = random.standard_normal(sensor.shape, np.float32)
    sensor = np.clip(sensor + noise * shot.noise * np.sqrt(np.clip(sensor, 0, 1) + 0.02), 0, 1)
    code = np.where(sensor <= 0.0031308, sensor * 12.92, 1.055 * np.power(sensor, 1 / 2.4) - 0.055)
    code = code + shot.contrast * (code * code * (3 - 2 * code) - code)
    pixels = np.clip(code[:, :, ::-1] * 255 + 0.5, 0, 255).astype(np.uint8)
    _, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, shot.jpeg_quality])
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


def _decode_tone(code: NDArray[Any]) -> NDArray[np.float64]:
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4).astype(np.float64)


def _about_x(angle: float) -> NDArray[np.float64]:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def _about_z(angle: float) -> NDArray[np.float64]:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
