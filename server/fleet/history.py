"""A kiosk's last two days in a few bytes: one sample for each heartbeat, the oldest dropped."""

import struct
from datetime import UTC, datetime

import msgspec

from server.contract.fleet import Heartbeat

KEPT = 96
"""Two days of half hours: 1.4 kB a kiosk, rewritten with the row that each heartbeat writes anyway."""
_SAMPLE = struct.Struct(">IIhII")
_UNKNOWN, _NO_TEMPERATURE = 2**32 - 1, -(2**15)
MB = 1_000_000


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One heartbeat; None is what the kiosk did not know."""

    at: datetime
    free_mb: int | None
    temperature_c: float | None
    queue_depth: int | None
    oldest_unsent_min: int | None


def add_sample(history: bytes, at: datetime, report: Heartbeat) -> bytes:
    """The history with one more sample, and one fewer where it is full."""
    free, oldest = report.disk_free_bytes, report.oldest_unsent_s
    temperature = report.temperature_c
    sample = _SAMPLE.pack(
        int(at.timestamp()) // 60,
        _UNKNOWN if free is None else min(free // MB, _UNKNOWN - 1),
        _NO_TEMPERATURE if temperature is None else round(temperature * 10),
        _UNKNOWN if report.queue_depth is None else report.queue_depth,
        _UNKNOWN if oldest is None else oldest // 60,
    )
    return (history + sample)[-KEPT * _SAMPLE.size :]


def samples_of(history: bytes) -> list[Sample]:
    """Oldest first."""
    return [_sample(*values) for values in _SAMPLE.iter_unpack(history)]


def _sample(at_min: int, free_mb: int, temperature: int, queue_depth: int, oldest_min: int) -> Sample:
    return Sample(
        at=datetime.fromtimestamp(at_min * 60, UTC),
        free_mb=_known(free_mb),
        temperature_c=None if temperature == _NO_TEMPERATURE else temperature / 10,
        queue_depth=_known(queue_depth),
        oldest_unsent_min=_known(oldest_min),
    )


def _known(value: int) -> int | None:
    return None if value == _UNKNOWN else value
