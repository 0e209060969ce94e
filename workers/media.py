"""Checks documents and voice recordings by their content before they are kept; they are never shown inline."""

MAX_MEDIA_BYTES = 64 * 1024 * 1024
_BEGINNINGS: dict[bytes, str] = {
    b"%PDF-": "application/pdf",
    b"OggS": "audio/ogg",
    b"\x1aE\xdf\xa3": "audio/webm",
}
_MP4_BRAND_AT = slice(4, 8)


class MediaRefused(Exception):
    """Not something that is kept; `code` is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_media(content: bytes) -> str:
    """The media type by content (PDF, Ogg, WebM or MP4 audio); MediaRefused for anything else."""
    if not content:
        raise MediaRefused("empty")
    if len(content) > MAX_MEDIA_BYTES:
        raise MediaRefused("too_many_bytes")
    for beginning, media_type in _BEGINNINGS.items():
        if content.startswith(beginning):
            return media_type
    if content[_MP4_BRAND_AT] == b"ftyp":
        return "audio/mp4"
    raise MediaRefused("unsupported_format")
