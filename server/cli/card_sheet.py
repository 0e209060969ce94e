"""Draws the card of scale and colour on an A4 page, with its instructions in every language that there is."""

from io import BytesIO
from typing import NamedTuple

from reportlab.lib.colors import Color, black, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Frame, Paragraph

from imaging.card import LAYOUTS, REFERENCES, Box, CardLayout, marker_cells
from server.reports.typesetting import BOLD, INK, LINE, REGULAR, use_fonts
from server.web.catalogue import N_, load_catalogues

_PAGE_MM = (210.0, 297.0)
# Cards stand apart, so that each can be cut out with a margin to spare.
PLACES_MM = {
    "credit-card": ((15.0, 12.0), (109.4, 12.0), (15.0, 72.0), (109.4, 72.0)),
    "a4": ((19.4, 12.0),),
}
_WORDS_TOP_MM = 135.0
_MARGIN_MM = 15.0
_TITLE = N_("Card for scale and colour")
_STEPS = (
    N_("Print this page at 100 %% (“actual size”), in colour, on plain white paper. Do not fit it to the page."),
    N_("Check with your own ruler: the printed one must be exactly %(length)s mm long. If not, do not use this print."),
    N_("Keep the card flat. Glue a small card on stiff cardboard."),
    N_("Lay the card right beside the spot, at the same height, with all of it in the photo. Do not cover the spot."),
    N_("Hold the camera straight above, without flash."),
    N_("Use a new print when the card is stained, bent or faded, and for each person with an infected wound."),
)
_HEADING = ParagraphStyle("card-heading", fontName=BOLD, fontSize=12, leading=15, textColor=INK, spaceAfter=3)
_STEP = ParagraphStyle("card-step", fontName=REGULAR, fontSize=8.6, leading=11.4, textColor=INK, spaceAfter=2)


class _Place(NamedTuple):
    """Where on the page a card's top left corner lies; PDF counts upwards in points."""

    canvas: Canvas
    left_mm: float
    top_mm: float

    def fill(self, box: Box, colour: Color) -> None:
        self.canvas.setFillColor(colour)
        self.canvas.rect(
            (self.left_mm + box.left_mm) * mm,
            (_PAGE_MM[1] - self.top_mm - box.top_mm - box.height_mm) * mm,
            box.width_mm * mm,
            box.height_mm * mm,
            stroke=0,
            fill=1,
        )

    def write(self, text: str, left_mm: float, baseline_mm: float, size_pt: float) -> None:
        self.canvas.setFillColor(black)
        self.canvas.setFont(REGULAR, size_pt)
        self.canvas.drawString((self.left_mm + left_mm) * mm, (_PAGE_MM[1] - self.top_mm - baseline_mm) * mm, text)

    def write_middle(self, text: str, middle_mm: float, baseline_mm: float, size_pt: float) -> None:
        self.canvas.setFillColor(black)
        self.canvas.setFont(REGULAR, size_pt)
        self.canvas.drawCentredString(
            (self.left_mm + middle_mm) * mm, (_PAGE_MM[1] - self.top_mm - baseline_mm) * mm, text
        )


def print_cards(kind: str, batch: int) -> bytes:
    """One A4 page as PDF: four cards of a credit card's size, or one twice as large, and how to use them."""
    use_fonts()
    written = BytesIO()
    canvas = Canvas(written, pagesize=A4, invariant=True)
    canvas.setTitle("Careferry card")
    layout = LAYOUTS[kind]
    for left_mm, top_mm in PLACES_MM[kind]:
        _draw_card(_Place(canvas, left_mm, top_mm), layout, batch)
    _write_steps(canvas, layout)
    canvas.save()
    return written.getvalue()


def _draw_card(place: _Place, layout: CardLayout, batch: int) -> None:
    place.canvas.setStrokeColor(LINE)
    place.canvas.setLineWidth(0.3)
    place.canvas.rect(
        place.left_mm * mm,
        (_PAGE_MM[1] - place.top_mm - layout.height_mm) * mm,
        layout.width_mm * mm,
        layout.height_mm * mm,
    )
    for square in layout.black_squares():
        place.fill(square, black)
    for identifier, box in (layout.markers() | layout.batch_markers(batch)).items():
        _draw_marker(place, identifier, box)
    for patch in layout.patches():
        if patch.name in REFERENCES.patches:
            red, green, blue = REFERENCES.patches[patch.name]
            place.fill(patch.box, Color(red / 255, green / 255, blue / 255))
    _draw_ruler(place, layout)
    times = layout.times
    place.write(f"Careferry · batch {batch:02d} · v{REFERENCES.version}", 37.2 * times, 38.2 * times, 4.6 * times)


def _draw_marker(place: _Place, identifier: int, box: Box) -> None:
    """Black with its white cells on top, so that no seam shows between black cells."""
    place.fill(box, black)
    cells = marker_cells(identifier)
    side_mm = box.width_mm / len(cells)
    for row, column in zip(*cells.nonzero(), strict=True):
        place.fill(
            Box(box.left_mm + float(column) * side_mm, box.top_mm + float(row) * side_mm, side_mm, side_mm), white
        )


def _draw_ruler(place: _Place, layout: CardLayout) -> None:
    """A mark a millimetre, longer each five and ten, with its number each ten."""
    ruler = layout.ruler
    for mark_mm in range(round(ruler.width_mm) + 1):
        share = 1.0 if mark_mm % 10 == 0 else 0.7 if mark_mm % 5 == 0 else 0.45
        place.fill(Box(ruler.left_mm + mark_mm - 0.08, ruler.top_mm, 0.16, ruler.height_mm * share), black)
        if mark_mm % 10 == 0:
            place.write_middle(
                str(mark_mm), ruler.left_mm + mark_mm, ruler.top_mm + ruler.height_mm + 2.2 * layout.times, 5
            )
    place.write("mm", ruler.left_mm + ruler.width_mm + 1.6, ruler.top_mm + ruler.height_mm + 2.2 * layout.times, 5)


def _write_steps(canvas: Canvas, layout: CardLayout) -> None:
    """The languages beside each other below the cards."""
    catalogues = load_catalogues()
    languages = catalogues.languages
    width_mm = (_PAGE_MM[0] - 2 * _MARGIN_MM) / len(languages)
    for column, language in enumerate(languages):
        text = catalogues.translations[language].gettext
        steps = [text(step) % {"length": f"{layout.ruler.width_mm:g}"} for step in _STEPS]
        paragraphs: list[Flowable] = [Paragraph(text(_TITLE), _HEADING)]
        paragraphs += [Paragraph(f"{number}. {step}", _STEP) for number, step in enumerate(steps, 1)]
        frame = Frame(
            (_MARGIN_MM + column * width_mm) * mm,
            _MARGIN_MM * mm,
            width_mm * mm,
            (_PAGE_MM[1] - _WORDS_TOP_MM - _MARGIN_MM) * mm,
            leftPadding=0,
            rightPadding=16,
            topPadding=0,
            bottomPadding=0,
        )
        frame.addFromList(paragraphs, canvas)
