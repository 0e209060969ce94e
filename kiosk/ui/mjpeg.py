"""A picture that lives without script: one JPEG after the other in one answer (multipart/x-mixed-replace)."""

from collections.abc import Iterable

from kiosk.ui.http import Reply

BOUNDARY = b"careferry-frame"


def as_stream(jpegs: Iterable[bytes]) -> Reply:
    """For as long as there is another one, and the browser takes them."""
    kind = f"multipart/x-mixed-replace; boundary={BOUNDARY.decode()}"
    return Reply(content_type=kind, stream=(_part(jpeg) for jpeg in jpegs))


def _part(jpeg: bytes) -> bytes:
    head = b"--%s\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % (BOUNDARY, len(jpeg))
    return head + jpeg + b"\r\n"
