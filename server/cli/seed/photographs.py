"""Photographs for the demo's cases: drawn ones, which say so, or those of a folder."""

from itertools import cycle
from pathlib import Path

from imaging.drawn import Condition, Scene, Subject, View, draw_jpeg
from imaging.drawn_skin import SkinTone

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".heic"}
TONES = (SkinTone.BROWN, SkinTone.DARK, SkinTone.TAN, SkinTone.LIGHT, SkinTone.INTERMEDIATE)


class Photographs:
    """`folder` holds real photographs to use in turn; without it each is drawn."""

    def __init__(self, folder: Path | None) -> None:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES) if folder else []
        self._real = cycle(found) if found else None

    def take_visit(self, person: int, growth: float, turned_deg: float) -> bytes:
        """One close photograph of a mole that was photographed before or will be again."""
        if self._real is not None:
            return next(self._real).read_bytes()
        tone = TONES[person % len(TONES)]
        return draw_jpeg(Scene(Subject.MOLE, tone, seed=person, growth=growth, turned_deg=turned_deg))

    def take(self, subject: Subject, view: View, person: int, condition: Condition = Condition.GOOD) -> bytes:
        """The bytes of one photograph of the person's problem."""
        if self._real is not None:
            return next(self._real).read_bytes()
        scene = Scene(
            subject=subject,
            tone=TONES[person % len(TONES)],
            view=view,
            condition=condition,
            has_ruler=view is View.CLOSE,
            seed=person,
        )
        return draw_jpeg(scene)
