"""What the demo's phones say of their photographs: the very measures, and why somebody kept a flawed one."""

import cv2
import numpy as np

from imaging.quality import judge
from server.contract.case import EdgeFlaw, EdgeVerdict

NOT_CHECKED = EdgeVerdict(checked=False)
"""As of a form without script, or of a format that the phone cannot show."""


def phone_verdict(content: bytes, kept_because: str = "") -> EdgeVerdict:
    """As the phone would judge it; a format that OpenCV does not read is as one that the phone cannot show."""
    decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        return NOT_CHECKED
    pixels = np.asarray(decoded, dtype=np.uint8)
    height_px, width_px = pixels.shape[:2]
    found = judge(pixels, width_px, height_px)
    flaws = tuple(EdgeFlaw(name=each.name, score=each.score, threshold=each.threshold) for each in found.flaws)
    return EdgeVerdict(checked=True, version=found.version, flaws=flaws, kept_because=kept_because if flaws else "")


def told_by_an_older_app(verdict: EdgeVerdict) -> EdgeVerdict:
    """Names without scores, as apps sent them before."""
    return EdgeVerdict(
        checked=verdict.checked,
        version=verdict.version,
        flaws=verdict.flaw_names,
        kept_because=verdict.kept_because,
    )
