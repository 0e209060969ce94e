"""What the verdict at capture costs on one core beside decoding the photograph: a kiosk's budget."""

import io
import time

import cv2
import numpy as np
from PIL import Image

from imaging.drawn import Scene, Subject, View, draw
from imaging.drawn_skin import SkinTone
from imaging.quality import judge
from tests.bench.figure import Figure, at_most

ROUNDS = 9
UPLOAD_QUALITY = 92


def measure(rounds: int = ROUNDS) -> Figure:
    """A 12-megapixel JPEG, one thread of OpenCV: the least of both in turns, as other work only ever adds time."""
    pixels = draw(Scene(Subject.WOUND, SkinTone.TAN, View.MEDIUM, width_px=4000, height_px=3000))
    file = io.BytesIO()
    Image.fromarray(pixels[:, :, ::-1]).save(file, "JPEG", quality=UPLOAD_QUALITY)
    data = np.frombuffer(file.getvalue(), np.uint8)
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    decoding_ms: list[float] = []
    judging_ms: list[float] = []
    for _ in range(rounds + 1):
        began_s = time.process_time()
        decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
        decoded_s = time.process_time()
        judge(decoded, decoded.shape[1], decoded.shape[0])
        judging_ms.append(1000 * (time.process_time() - decoded_s))
        decoding_ms.append(1000 * (decoded_s - began_s))
    cv2.setNumThreads(threads)
    return at_most("capture_verdict", min(judging_ms[1:]), min(decoding_ms[1:]), "ms", 2)
