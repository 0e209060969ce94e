"""What is read and changed in a session description: its certificate's fingerprint, and how a voice is sent.

Both ends send a voice as redundant packets (RFC 2198), of which aiortc knows nothing. So it is told that Opus has the
number of the redundant codec: `voice` packs what it sends under that number, and `voice_repair` unpacks what comes.
"""

import re
from collections.abc import Callable

from aiortc import rtp
from msgspec import Struct

RED_NUMBER = 63
"""Chromium's own; what this end offers is numbered alike."""
_FINGERPRINT = re.compile(r"^a=fingerprint:(.*?)\s*$", re.MULTILINE)
_SHA_256 = re.compile(r"sha-256 ((?:[0-9A-F]{2}:){31}[0-9A-F]{2})")
_OTHER_HASH = re.compile(r"^a=fingerprint:(?!sha-256 ).*\r\n", re.MULTILINE)
_RED = re.compile(r"^a=rtpmap:(\d+) red/48000", re.MULTILINE)
_OPUS = re.compile(r"^a=rtpmap:(\d+) opus/48000", re.MULTILINE)
_AUDIO_LINE = re.compile(r"^(m=audio \S+ \S+)((?: \d+)+)")


class VoiceNumbers(Struct, frozen=True):
    """The payload types of a voice; `red` is None where the other end knows no redundant packets."""

    opus: int
    red: int | None


def let_numbers_be_low() -> None:
    """aiortc takes over no number below 96; Chromium, whose codecs are many, numbers from 35 (RFC 3551, section 3)."""
    rtp.DYNAMIC_PAYLOAD_TYPES = range(35, 128)


def fingerprint_in(sdp: str) -> str | None:
    """The one certificate that a description speaks of; None where there is none, or another beside it."""
    said = set(_FINGERPRINT.findall(sdp))
    found = _SHA_256.fullmatch(said.pop()) if len(said) == 1 else None
    return found.group(1) if found else None


def numbers_in(sdp: str) -> VoiceNumbers | None:
    """None in a description without a voice."""
    opus, red = _OPUS.search(sdp), _RED.search(sdp)
    return VoiceNumbers(int(opus.group(1)), int(red.group(1)) if red else None) if opus else None


def as_said(sdp: str, packet_ms: int, numbers: VoiceNumbers | None) -> str:
    """aiortc's own description as the contract wants it: one hash of the certificate, and the voice asked for.

    `numbers` are those of the offer that is answered, or None for an offer.
    """

    def change(section: str) -> str:
        opus = _OPUS.search(section)
        if opus is None:
            return section
        wanted = numbers or VoiceNumbers(int(opus.group(1)), RED_NUMBER)
        return _asking(_renumbered(section, int(opus.group(1)), wanted.opus), wanted, packet_ms)

    return _in_audio(_OTHER_HASH.sub("", sdp), change)


def as_heard(sdp: str) -> str:
    """The other end's description for aiortc: Opus under the number of the redundant codec, where there is one."""

    def change(section: str) -> str:
        numbers = numbers_in(section)
        if numbers is None or numbers.red is None:
            return section
        kept = re.sub(rf"^a=(?:rtpmap|fmtp|rtcp-fb):{numbers.red} .*\r\n", "", section, flags=re.MULTILINE)
        return _renumbered(_with_numbers(kept, without=numbers.red), numbers.opus, numbers.red)

    return _in_audio(sdp, change)


def _asking(section: str, numbers: VoiceNumbers, packet_ms: int) -> str:
    opus, red = numbers.opus, numbers.red
    kept = re.sub(rf"^a=fmtp:{opus} .*\r\n", "", section, flags=re.MULTILINE)
    asked = f"a=fmtp:{opus} minptime=10;useinbandfec=1\r\na=ptime:{packet_ms}\r\na=maxptime:120\r\n"
    if red is None:
        return kept + asked
    described = f"a=rtpmap:{red} red/48000/2\r\na=fmtp:{red} {opus}/{opus}\r\n"
    return _with_numbers(kept + described + asked, first=red)


def _renumbered(section: str, old: int, new: int) -> str:
    renamed = re.sub(rf"^(a=(?:rtpmap|fmtp|rtcp-fb)):{old} ", rf"\1:{new} ", section, flags=re.MULTILINE)
    return _AUDIO_LINE.sub(
        lambda line: " ".join([line[1], *(str(new) if each == str(old) else each for each in line[2].split())]),
        renamed,
        count=1,
    )


def _with_numbers(section: str, *, first: int | None = None, without: int | None = None) -> str:
    def order(line: re.Match[str]) -> str:
        others = [each for each in line[2].split() if each not in {str(first), str(without)}]
        return " ".join([line[1], *([str(first)] if first is not None else []), *others])

    return _AUDIO_LINE.sub(order, section, count=1)


def _in_audio(sdp: str, change: Callable[[str], str]) -> str:
    sections = re.split(r"^(?=m=)", sdp, flags=re.MULTILINE)
    return "".join(change(each) if each.startswith("m=audio") else each for each in sections)
