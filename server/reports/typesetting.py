"""Sets text on A4 pages: fonts that hold the letters, paragraphs of a person's words, numbered pages."""

from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, cast
from xml.sax.saxutils import escape

import reportlab
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

MARGIN_PT = 22 * mm
FOOT_PT = 12 * mm
INK, QUIET = HexColor("#1c2430"), HexColor("#5b6675")
REGULAR, BOLD = "answer", "answer-bold"
# DejaVu holds Latin, Greek, Cyrillic, Arabic and more; Vera, which comes with reportlab, Western letters only.
_FONTS = (
    (Path("/usr/share/fonts/truetype/dejavu"), "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    (Path(reportlab.__file__).parent / "fonts", "Vera.ttf", "VeraBd.ttf"),
)

FootText = Callable[[int, int], str]
"""(page number, pages) → what stands at the foot of the page."""


class Style:
    TITLE = ParagraphStyle("title", fontName=BOLD, fontSize=18, leading=23, textColor=INK, spaceAfter=4)
    HEADING = ParagraphStyle(
        "heading", fontName=BOLD, fontSize=12, leading=16, textColor=INK, spaceBefore=12, spaceAfter=3, keepWithNext=1
    )
    WORDS = ParagraphStyle("words", fontName=REGULAR, fontSize=11, leading=16, textColor=INK, spaceAfter=4)
    NOTICE = ParagraphStyle(
        "notice", parent=WORDS, backColor=HexColor("#f0f3f8"), borderPadding=7, spaceBefore=10, spaceAfter=10
    )
    QUIET = ParagraphStyle("quiet", fontName=REGULAR, fontSize=9, leading=13, textColor=QUIET)


def words(text: str, style: ParagraphStyle = Style.WORDS) -> Paragraph:
    """A person's words as they were written, line breaks too; nothing in them is markup."""
    use_fonts()
    return Paragraph(escape(text.strip()).replace("\n", "<br/>"), style)


@cache
def use_fonts() -> frozenset[int]:
    """Register the first family that is on this machine; the characters it holds."""
    folder, regular, bold = next(family for family in _FONTS if (family[0] / family[1]).exists())
    for name, file in ((REGULAR, regular), (BOLD, bold)):
        pdfmetrics.registerFont(TTFont(name, folder / file))
    face = cast("Any", pdfmetrics.getFont(REGULAR)).face
    return frozenset(face.charToGlyph)


def can_print(text: str) -> bool:
    """Whether the font holds every letter of the text."""
    return {ord(letter) for letter in text if not letter.isspace()} <= use_fonts()


def typeset(make: Callable[[], list[Any]], *, title: str, language: str, foot: FootText) -> bytes:
    """The pages as a PDF; `title` is for the window's bar and says nothing of what is inside.

    Set twice: how many pages there are is known only afterwards, and reportlab uses its flowables up.
    """
    _, pages = _set(make(), title, language, lambda _number: "")
    written, _ = _set(make(), title, language, lambda number: foot(number, pages))
    return written


def _set(flowables: list[Any], title: str, language: str, foot: Callable[[int], str]) -> tuple[bytes, int]:
    written = BytesIO()
    document = SimpleDocTemplate(
        written,
        pagesize=A4,
        leftMargin=MARGIN_PT,
        rightMargin=MARGIN_PT,
        topMargin=MARGIN_PT,
        bottomMargin=MARGIN_PT,
        title=title,
        author="Careferry",
        lang=language,
    )

    def draw_foot(canvas: Canvas, page: SimpleDocTemplate) -> None:
        canvas.setFont(REGULAR, 8.5)
        canvas.setFillColor(QUIET)
        canvas.drawString(MARGIN_PT, FOOT_PT, foot(page.page))

    document.build(flowables, onFirstPage=draw_foot, onLaterPages=draw_foot)
    return written.getvalue(), document.page
