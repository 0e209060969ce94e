"""Sets text on A4 pages: fonts that hold the letters, paragraphs of a person's words, numbered pages."""

import re
import unicodedata
from collections.abc import Callable, Iterable
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
from reportlab.platypus import CondPageBreak, Paragraph, SimpleDocTemplate, Table, TableStyle

MARGIN_PT = 22 * mm
FOOT_PT = 12 * mm
FRAME_PADDING_PT = 6
"""What reportlab leaves free inside its margins."""
INK, QUIET, LINE = HexColor("#1c2430"), HexColor("#5b6675"), HexColor("#cfd6df")
WARNING, WARNING_WASH = HexColor("#8a4b00"), HexColor("#fdf1df")
TERM_PT = 38 * mm
HEADING_WITH_TEXT_PT = 20 * mm
"""What a heading needs below it on a page, so that it never stands alone at the foot."""
REGULAR, BOLD = "answer", "answer-bold"
# DejaVu holds Latin, Greek, Cyrillic, Arabic and more; Vera, which comes with reportlab, Western letters only.
_FONTS = (
    (Path("/usr/share/fonts/truetype/dejavu"), "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    (Path(reportlab.__file__).parent / "fonts", "Vera.ttf", "VeraBd.ttf"),
)

UNPRINTED = "[…]"
"""Stands for letters that the font does not hold or that need shaping: a name is never boxes or a wrong order."""

FootText = Callable[[int, int], tuple[str, str]]
"""(page number, pages) → what stands at the foot of the page, left and right."""


class Style:
    TITLE = ParagraphStyle("title", fontName=BOLD, fontSize=18, leading=23, textColor=INK, spaceAfter=4)
    HEADING = ParagraphStyle(
        "heading", fontName=BOLD, fontSize=12, leading=16, textColor=INK, spaceBefore=12, spaceAfter=3
    )
    WORDS = ParagraphStyle("words", fontName=REGULAR, fontSize=11, leading=16, textColor=INK, spaceAfter=4)
    NOTICE = ParagraphStyle(
        "notice", parent=WORDS, backColor=HexColor("#f0f3f8"), borderPadding=7, spaceBefore=10, spaceAfter=10
    )
    WARNING = ParagraphStyle(
        "warning",
        parent=WORDS,
        backColor=WARNING_WASH,
        borderColor=WARNING,
        borderWidth=1,
        borderPadding=8,
        spaceBefore=18,
        spaceAfter=14,
    )
    QUIET = ParagraphStyle("quiet", fontName=REGULAR, fontSize=9, leading=13, textColor=QUIET)


def words(text: str, style: ParagraphStyle = Style.WORDS) -> Paragraph:
    """A person's words as they were written, line breaks too; nothing in them is markup."""
    return Paragraph(_marked(text), style)


def section(heading: str, *texts: str) -> list[Any]:
    """A heading and what stands under it; nothing at all where nothing was written."""
    written = [words(text) for text in texts if text.strip()]
    return [CondPageBreak(HEADING_WITH_TEXT_PT), words(heading, Style.HEADING), *written] if written else []


def boxed(heading: str, text: str) -> list[Any]:
    """What must not be overlooked, set apart by a frame and its heading inside."""
    if not text.strip():
        return []
    inside = f'<font name="{BOLD}" size="12">{_marked(heading)}</font><br/>{_marked(text)}'
    return [CondPageBreak(HEADING_WITH_TEXT_PT), Paragraph(inside, Style.WARNING)]


def facts(rows: Iterable[tuple[str, str]]) -> list[Any]:
    """Terms and their values in two columns, ruled off below."""
    cells = [[words(term, Style.QUIET), words(value)] for term, value in rows]
    ruled = TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (0, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 1),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
            ("LINEBELOW", (0, -1), (-1, -1), 0.75, LINE),
        ]
    )
    return [Table(cells, colWidths=[TERM_PT, A4[0] - 2 * MARGIN_PT - TERM_PT], style=ruled, spaceBefore=6)]


def _marked(text: str) -> str:
    return escape(printable(text.strip())).replace("\n", "<br/>")


@cache
def use_fonts() -> frozenset[int]:
    """Register the first family that is on this machine; the characters it holds."""
    folder, regular, bold = next(family for family in _FONTS if (family[0] / family[1]).exists())
    for name, file in ((REGULAR, regular), (BOLD, bold)):
        pdfmetrics.registerFont(TTFont(name, folder / file))
    face = cast("Any", pdfmetrics.getFont(REGULAR)).face
    return frozenset(face.charToGlyph)


def can_print(text: str) -> bool:
    """Whether every letter of the text comes out as it is written."""
    return all(_prints(letter) for letter in unicodedata.normalize("NFC", text))


def printable(text: str) -> str:
    """The text with each run of letters that would come out wrong replaced by one `UNPRINTED`."""
    composed = unicodedata.normalize("NFC", text)
    marked = "".join(letter if _prints(letter) else "\0" for letter in composed)
    return re.sub("\0[\0 ]*\0|\0", UNPRINTED, marked)


def _prints(letter: str) -> bool:
    """Right-to-left writing needs an order and joined letters, which this typesetting does not give."""
    if letter.isspace():
        return True
    return ord(letter) in use_fonts() and unicodedata.bidirectional(letter) not in {"R", "AL"}


def typeset(make: Callable[[], list[Any]], *, title: str, language: str, foot: FootText) -> bytes:
    """The pages as a PDF; `title` is for the window's bar and says nothing of what is inside.

    Set twice: how many pages there are is known only afterwards, and reportlab uses its flowables up.
    """
    _, pages = _set(make(), title, language, lambda _number: ("", ""))
    written, _ = _set(make(), title, language, lambda number: foot(number, pages))
    return written


def _set(flowables: list[Any], title: str, language: str, foot: Callable[[int], tuple[str, str]]) -> tuple[bytes, int]:
    written = BytesIO()
    document = SimpleDocTemplate(
        written,
        pagesize=A4,
        leftMargin=MARGIN_PT - FRAME_PADDING_PT,
        rightMargin=MARGIN_PT - FRAME_PADDING_PT,
        topMargin=MARGIN_PT,
        bottomMargin=MARGIN_PT,
        title=title,
        author="Careferry",
        lang=language,
    )

    def draw_foot(canvas: Canvas, page: SimpleDocTemplate) -> None:
        canvas.setFont(REGULAR, 8.5)
        canvas.setFillColor(QUIET)
        left, right = foot(page.page)
        canvas.drawString(MARGIN_PT, FOOT_PT, printable(left))
        canvas.drawRightString(A4[0] - MARGIN_PT, FOOT_PT, printable(right))

    document.build(flowables, onFirstPage=draw_foot, onLaterPages=draw_foot)
    return written.getvalue(), document.page
