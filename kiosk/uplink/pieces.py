"""How much is sent at a time: about eight seconds of the link, so that little is sent twice when it breaks."""

LEAST_BYTES = 64 * 1024
FIRST_BYTES = 256 * 1024
MOST_BYTES = 4 * 1024 * 1024
AIM_S = 8.0


class PieceSize:
    def __init__(self) -> None:
        self.bytes = FIRST_BYTES

    def note(self, sent_bytes: int, took_s: float) -> None:
        """A piece went through; the next is as large as the link carries in the time aimed at, twice this at most."""
        aimed = sent_bytes * AIM_S / max(took_s, 0.001)
        self.bytes = round(min(MOST_BYTES, max(LEAST_BYTES, min(aimed, self.bytes * 2))))

    def note_break(self) -> None:
        """A link that broke gets smaller pieces."""
        self.bytes = max(LEAST_BYTES, self.bytes // 2)
