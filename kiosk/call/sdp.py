"""What is read and changed in a session description: its certificate's fingerprint, and how a voice is sent."""

import re
from collections.abc import Callable

from aiortc.codecs import CODECS
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

RED_MIME = "audio/red"
_RED_TYPE, _OPUS_TYPE = 63, 96
_FINGERPRINT = re.compile(r"^a=fingerprint:(.*?)\s*$", re.MULTILINE)
_SHA_256 = re.compile(r"sha-256 ((?:[0-9A-F]{2}:){31}[0-9A-F]{2})")
_OTHER_HASH = re.compile(r"^a=fingerprint:(?!sha-256 ).*\r\n", re.MULTILINE)
_RED = re.compile(r"^a=rtpmap:(\d+) red/48000", re.MULTILINE)
_OPUS = re.compile(r"^a=rtpmap:(\d+) opus/48000", re.MULTILINE)
_AUDIO_LINE = re.compile(r"^(m=audio \S+ \S+)((?: \d+)+)")


def offer_redundant_voice() -> None:
    """Let aiortc negotiate redundant audio (RFC 2198), which it does not know; `voice_repair` reads it."""
    if not any(codec.mimeType == RED_MIME for codec in CODECS["audio"]):
        red = RTCRtpCodecParameters(mimeType=RED_MIME, clockRate=48000, channels=2, payloadType=_RED_TYPE)
        CODECS["audio"].append(red)


def fingerprint_in(sdp: str) -> str | None:
    """The one certificate that a description speaks of; None where there is none, or another beside it."""
    said = set(_FINGERPRINT.findall(sdp))
    found = _SHA_256.fullmatch(said.pop()) if len(said) == 1 else None
    return found.group(1) if found else None


def as_said(sdp: str, packet_ms: int) -> str:
    """aiortc's own description as the contract wants it: one hash of the certificate, and the voice asked for.

    Redundant packets come first, as what this end likes best to hear, in packets of `packet_ms`.
    """
    return _in_audio(_OTHER_HASH.sub("", sdp), lambda section: _asking(section, packet_ms))


def as_heard(sdp: str) -> str:
    """The other end's for aiortc, which sends in the first codec that is named, and cannot in a redundant one."""
    return _in_audio(sdp, _with_red_last)


def red_type_in(sdp: str) -> int | None:
    """The payload type of redundant packets in a description."""
    found = _RED.search(sdp)
    return int(found.group(1)) if found else None


def opus_type_in(sdp: str) -> int | None:
    found = _OPUS.search(sdp)
    return int(found.group(1)) if found else None


def _asking(section: str, packet_ms: int) -> str:
    opus, red = _OPUS.search(section), _RED.search(section)
    if opus is None:
        return section
    number = opus.group(1)
    asked = f"a=fmtp:{number} minptime=10;useinbandfec=1\r\na=ptime:{packet_ms}\r\na=maxptime:120\r\n"
    if red is not None:
        asked += f"a=fmtp:{red.group(1)} {number}/{number}\r\n"
    kept = re.sub(rf"^a=fmtp:(?:{number}|{red.group(1) if red else number}) .*\r\n", "", section, flags=re.MULTILINE)
    return _ordered(kept + asked, red_first=True)


def _ordered(section: str, *, red_first: bool) -> str:
    found = _RED.search(section)
    if found is None:
        return section
    red = found.group(1)

    def order(line: re.Match[str]) -> str:
        others = [each for each in line.group(2).split() if each != red]
        return " ".join([line.group(1), *([red, *others] if red_first else [*others, red])])

    return _AUDIO_LINE.sub(order, section, count=1)


def _with_red_last(section: str) -> str:
    """aiortc goes by the order of the maps, not by that of the first line."""
    found = _RED.search(section)
    if found is None:
        return section
    lines = _ordered(section, red_first=False).splitlines(keepends=True)
    of_red = (f"a=rtpmap:{found.group(1)} ", f"a=fmtp:{found.group(1)} ")
    return "".join(sorted(lines, key=lambda each: each.startswith(of_red)))


def _in_audio(sdp: str, change: Callable[[str], str]) -> str:
    sections = re.split(r"^(?=m=)", sdp, flags=re.MULTILINE)
    return "".join(change(each) if each.startswith("m=audio") else each for each in sections)
