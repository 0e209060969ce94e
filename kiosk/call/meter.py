"""Measures one connection: what arrived of the other end, for its report, and what the other says arrived of ours."""

import time
from collections.abc import Callable
from typing import Any

from aiortc.stats import RTCInboundRtpStreamStats, RTCTransportStats
from msgspec import Struct

from kiosk.call.connection import Connection
from server.contract.call_ladder import LinkMeasure, ladder
from server.contract.call_talk import Report

CONGESTED_LOSS = 0.03
QUEUED_S = 0.25


class _Totals(Struct, frozen=True):
    received: int = 0
    lost: int = 0
    size_bytes: int = 0


class Meter:
    def __init__(self, connection: Connection, clock: Callable[[], float] = time.monotonic) -> None:
        self._connection = connection
        self._clock = clock
        self._before = _Totals()
        self._before_s = self._heard_s = clock()
        self._told: Report | None = None
        self._told_s = self._before_s
        self._round_trip_s = 0.0
        self._shortest_s = float("inf")

    @property
    def silent_s(self) -> float:
        """Since anything of the other end was heard."""
        return self._clock() - self._heard_s

    async def report(self) -> Report:
        """What is said to the other end once a second."""
        now, at_s = await self._totals(), self._clock()
        received, lost = max(0, now.received - self._before.received), max(0, now.lost - self._before.lost)
        bits, took_s = 8 * max(0, now.size_bytes - self._before.size_bytes), max(0.001, at_s - self._before_s)
        if received:
            self._heard_s = at_s
        self._before, self._before_s = now, at_s
        return Report(
            loss=lost / (received + lost) if received + lost else 0.0,
            bits_per_s=round(bits / took_s),
            sent_ms=round(at_s * 1000),
            echo_ms=self._told.sent_ms if self._told else None,
            held_ms=round((at_s - self._told_s) * 1000) if self._told else 0,
        )

    def hear(self, report: Report) -> None:
        """What the other end said of our own sending."""
        at_s = self._clock()
        self._told, self._told_s, self._heard_s = report, at_s, at_s
        if report.echo_ms is not None:
            self._round_trip_s = max(0.0, at_s - (report.echo_ms + report.held_ms) / 1000)
            self._shortest_s = min(self._shortest_s, self._round_trip_s)

    def look(self) -> LinkMeasure:
        """A link that drops or queues carries what arrived, not more; one on which no report comes through, less."""
        at_s, told = self._clock(), self._told
        loss = told.loss if told else 0.0
        is_held_back = loss > CONGESTED_LOSS and self._round_trip_s - self._shortest_s > QUEUED_S
        return LinkMeasure(
            at_s=at_s,
            loss=1.0 if at_s - self._told_s > ladder().late_after_s else loss,
            round_trip_s=self._round_trip_s,
            bits_per_s=told.bits_per_s if told and is_held_back else None,
            silent_s=self.silent_s,
        )

    async def _totals(self) -> _Totals:
        """A voice is counted before it is mended: its receiver sees no loss any more."""
        received = lost = size_bytes = 0
        for transceiver in self._connection.peer.getTransceivers():
            receiver: Any = transceiver.receiver  # aiortc leaves its reports without types
            for stats in (await receiver.getStats()).values():
                if isinstance(stats, RTCInboundRtpStreamStats) and transceiver.kind == "video":
                    received += stats.packetsReceived
                    lost += max(0, stats.packetsLost)
                if isinstance(stats, RTCTransportStats):
                    size_bytes = max(size_bytes, stats.bytesReceived)
        if (repair := self._connection.repair) is not None:
            received += repair.counts.arrived
            lost += repair.counts.repaired + repair.counts.concealed
        return _Totals(received, lost, size_bytes)
