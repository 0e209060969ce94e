"""What is said of an annotation, in words: its kind, its length with the bound, what it says, whose it is."""

from collections.abc import Mapping
from uuid import UUID

from babel.numbers import format_decimal

from server.cases.service import MeasuredLength
from server.reports.overlay import Shape
from server.web.catalogue import N_
from server.web.reader import Reader

KIND = {"arrow": N_("Arrow"), "outline": N_("Outline"), "text": N_("Note"), "length": N_("Length")}


def length_text(length: MeasuredLength, reader: Reader) -> str:
    """`12.4 mm ± 0.3 mm`; the bound is rounded up, never to nothing."""
    tenths = -(-round(length.error_mm * 100) // 10)
    told = (format_decimal(each, "0.0", locale=reader.language) for each in (length.mm, max(tenths, 1) / 10))
    return "{} mm ± {} mm".format(*told)


def told_of(shape: Shape, names: Mapping[UUID, str], reader: Reader) -> str:
    """`2 · Arrow: the edge that scales · Dr Vega, Mar 2, 2026, 9:00`."""
    what = reader.text(KIND[shape.kind])
    if shape.length is not None:
        what += f", {length_text(shape.length, reader)}"
    said = f"{what}: {shape.words}" if shape.words else what
    who = ", ".join(filter(None, (names.get(shape.author_id, ""), reader.at_text(shape.drawn_at))))
    return f"{shape.number} · {said} · {who}"
