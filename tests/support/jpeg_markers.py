"""Where the markers of a JPEG lie, found without the project's own reader (ITU-T T.81, B.1.1.3)."""


def markers_of(data: bytes) -> list[int]:
    """The offset of every marker, those within entropy-coded data (restarts) as well, in order."""
    found, at = [0], 2
    while at < len(data) - 1:
        kind = data[at + 1]
        found.append(at)
        if kind == 0xD9:
            break
        if not 0xD0 <= kind <= 0xD7:
            at += 2 + int.from_bytes(data[at + 2 : at + 4])
            if kind != 0xDA:
                continue
        else:
            at += 2
        while not (data[at] == 0xFF and data[at + 1] != 0):
            at += 1
    return found
