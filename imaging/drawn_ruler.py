"""Draws a paper ruler with millimetre marks along the lower edge of a picture."""

import cv2

from imaging.colour import Pixels

_PAPER, _INK = (226, 232, 234), (38, 34, 32)
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def draw_ruler(pixels: Pixels, px_per_mm: float) -> None:
    """Draw into `pixels`: a strip 9 mm high with a tick a millimetre and a number a centimetre."""
    height_px, width_px = pixels.shape[:2]
    left, right = round(width_px * 0.12), round(width_px * 0.88)
    strip = max(16, round(min(9 * px_per_mm, height_px * 0.14)))
    top = round(height_px * 0.86) - strip // 2
    cv2.rectangle(pixels, (left + 3, top + 5), (right + 3, top + strip + 5), (70, 70, 70), -1, cv2.LINE_AA)
    cv2.rectangle(pixels, (left, top), (right, top + strip), _PAPER, -1, cv2.LINE_AA)
    margin = round(1.5 * px_per_mm)
    every = 1 if px_per_mm >= 3 else 10
    for mark_mm in range(0, int((right - left - 2 * margin) / px_per_mm) + 1, every):
        x = left + margin + round(mark_mm * px_per_mm)
        share = 0.5 if mark_mm % 10 == 0 else 0.36 if mark_mm % 5 == 0 else 0.24
        cv2.line(pixels, (x, top), (x, top + round(strip * share)), _INK, max(1, round(px_per_mm / 14)), cv2.LINE_AA)
        if mark_mm % 10 == 0 and px_per_mm >= 3:
            _write(pixels, str(mark_mm), x, top + round(strip * 0.92), strip / 90)
    _write(pixels, "mm", right - margin, top + round(strip * 0.92), strip / 110)


def _write(pixels: Pixels, text: str, middle_px: int, baseline_px: int, size: float) -> None:
    thickness = max(1, round(size * 1.8))
    (width_px, _), _ = cv2.getTextSize(text, _FONT, size, thickness)
    cv2.putText(pixels, text, (middle_px - width_px // 2, baseline_px), _FONT, size, _INK, thickness, cv2.LINE_AA)
