"""Why a photograph was not accepted, as codes that never change."""

from enum import StrEnum


class Refusal(StrEnum):
    """Stable codes: they are stored with the capture and chosen upon by the phone and the case page."""

    EMPTY = "empty"
    TRUNCATED = "truncated"
    NOT_AN_IMAGE = "not_an_image"
    UNSUPPORTED_FORMAT = "unsupported_format"
    ANIMATED = "animated"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_BYTES = "too_many_bytes"
    DAMAGED = "damaged"
    DECODE_FAILED = "decode_failed"
    TIMEOUT = "timeout"
    MEMORY = "memory"


class PhotoRefused(Exception):
    """The bytes are not a photograph that can be prepared; asking again with the same bytes will not help.

    `message` is a plain sentence without anything from the file. `detail` is for the log: a decoder's
    own words or an exception's type and place, at most 500 characters.
    """

    def __init__(self, code: Refusal, message: str, detail: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.detail = detail[:500]
