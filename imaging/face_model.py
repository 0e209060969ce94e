"""Where the face model lies, and that it is there: without it no photograph may be prepared."""

from importlib.resources import files

MODEL = "models/face_detection_short_range.tflite"


class FaceModelMissing(RuntimeError):
    """The build has not put the model here; the message says what does."""


def read_face_model() -> bytes:
    """The TensorFlow Lite file of npm's `@mediapipe/face_detection` (Apache-2.0); FaceModelMissing without it."""
    try:
        return files("imaging").joinpath(MODEL).read_bytes()
    except FileNotFoundError as error:
        raise FaceModelMissing(
            f"imaging/{MODEL} is missing, and without it faces would go unnoticed: run `python browser_build.py`"
        ) from error
