"""ICC profiles for tests, written byte by byte (ICC.1:2010, matrix and tone curve display profiles)."""

import struct

_D50 = (0.9642, 1.0, 0.8249)
_SRGB_COLORANTS = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))


_P3_COLORANTS = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
Colorants = tuple[tuple[float, float, float], ...]


def gamma_profile(gamma: float) -> bytes:
    """sRGB's colorants under one power law."""
    return _profile(_SRGB_COLORANTS, b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0")


def display_p3_profile() -> bytes:
    """Display P3 as phones write it: SMPTE EG 432-1 primaries adapted to D50 under sRGB's tone curve."""
    curve = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    return _profile(_P3_COLORANTS, b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + _fixed(curve))


def _profile(colorants: Colorants, curve: bytes) -> bytes:
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78 + 1),
        b"cprt": b"text\0\0\0\0none\0\0\0\0",
        b"wtpt": _xyz(_D50),
        b"rXYZ": _xyz(colorants[0]),
        b"gXYZ": _xyz(colorants[1]),
        b"bXYZ": _xyz(colorants[2]),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        table += name + struct.pack(">II", offset + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    header = struct.pack(">I4sI4s4s4s", offset + len(body), b"\0" * 4, 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _fixed(_D50) + bytes(48)
    return header + table + body


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(values)


def _fixed(values: tuple[float, ...]) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))
