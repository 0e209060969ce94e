"""Photographs in the PDF, with what was drawn on them as vectors over the pixels."""

from io import BytesIO
from typing import Any

from msgspec import Struct
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from server.reports.overlay import Overlay, Place, Shape
from server.reports.typesetting import BOLD, MARGIN_PT

MOST_HEIGHT_PT = 150 * mm
HALO, STROKE = HexColor("#101418"), HexColor("#ffd54a")
"""Dark around light: seen on every skin."""


class AnnotatedPicture(Struct, frozen=True, kw_only=True):
    """A photograph's review image with its overlay."""

    jpeg: bytes
    overlay: Overlay


def picture_of(picture: AnnotatedPicture) -> Flowable:
    return _Drawing(picture)


class _Drawing(Flowable):
    def __init__(self, picture: AnnotatedPicture) -> None:
        super().__init__()
        overlay = picture.overlay
        self._picture = picture
        self._scale = min((A4[0] - 2 * MARGIN_PT) / overlay.width_px, MOST_HEIGHT_PT / overlay.height_px)
        self.width, self.height = overlay.width_px * self._scale, overlay.height_px * self._scale
        self.spaceAfter = 4

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803 (reportlab names them)
        return self.width, self.height

    def draw(self) -> None:
        canvas: Canvas = self.canv
        image = ImageReader(BytesIO(self._picture.jpeg))
        canvas.drawImage(image, 0, 0, self.width, self.height)
        for shape in self._picture.overlay.shapes:
            self._draw_shape(canvas, shape)

    def _draw_shape(self, canvas: Canvas, shape: Shape) -> None:
        stroke_pt = self._picture.overlay.stroke_px * self._scale
        canvas.setLineCap(1)
        canvas.setLineJoin(1)
        for colour, width_pt in ((HALO, 2 * stroke_pt), (STROKE, stroke_pt)):
            canvas.setStrokeColor(colour)
            canvas.setFillColor(colour)
            canvas.setLineWidth(width_pt)
            for line in shape.lines:
                canvas.drawPath(self._path(canvas, line), stroke=1, fill=0)
            for head in shape.heads:
                canvas.drawPath(self._path(canvas, (*head, head[0])), stroke=int(colour is HALO), fill=1)
        self._draw_number(canvas, shape)

    def _draw_number(self, canvas: Canvas, shape: Shape) -> None:
        size_pt = self._picture.overlay.number_px * self._scale
        x, y = self._to_page(shape.number_at)
        canvas.setFillColor(HALO)
        canvas.circle(x, y, size_pt * 0.75, stroke=0, fill=1)
        canvas.setFillColor(STROKE)
        canvas.setFont(BOLD, size_pt)
        canvas.drawCentredString(x, y - size_pt * 0.36, str(shape.number))

    def _path(self, canvas: Canvas, line: tuple[Place, ...]) -> Any:
        path = canvas.beginPath()
        path.moveTo(*self._to_page(line[0]))
        for place in line[1:]:
            path.lineTo(*self._to_page(place))
        return path

    def _to_page(self, place: Place) -> Place:
        """Pages count from the bottom up."""
        return place[0] * self._scale, self.height - place[1] * self._scale
