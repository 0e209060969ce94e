"""Walks an export's events once, in the order of its lines, and says where the chain does not hold."""

from collections.abc import Set
from uuid import UUID

from server.core.audit.chain import ChainedEvent, genesis, link
from server.core.audit.findings import Finding, Kind, events


class Walk:
    """Give it every event line, then ask `finish`. `last` is the highest sequence and `head` its stated link;
    `heads` holds the stated links at the wanted sequences."""

    def __init__(self, organisation_id: UUID, wanted: Set[int]) -> None:
        self.findings: list[Finding] = []
        self.heads: dict[int, str] = {}
        self.last = 0
        self.head = ""
        self.count = 0
        self._organisation_id = organisation_id
        self._wanted = wanted
        self._gaps: dict[int, int] = {}
        """Sequences that were skipped: the first of each run to its last; a line that comes late closes its part."""
        self._bases: tuple[bytes, ...] = (genesis(organisation_id),)
        """The links the next event may follow: the stated and, where that was wrong, the computed one."""

    def see(self, line: int, chained: ChainedEvent) -> None:
        event = chained.event
        self.count += 1
        if event.organisation_id != self._organisation_id:
            self._find(Kind.FOREIGN, f"event {event.sequence} belongs to another organisation", event.sequence)
        if event.sequence <= self.last:
            self._see_late(line, event.sequence)
        else:
            self._see_next(chained)
        if event.sequence in self._wanted:
            self.heads.setdefault(event.sequence, chained.chain)

    def finish(self) -> list[Finding]:
        for first, last in sorted(self._gaps.items()):
            where = "at the beginning" if first == 1 else f"between events {first - 1} and {last + 1}"
            self._find(Kind.DELETED, f"{events(first, last)} missing {where}: deleted", first)
        return self.findings

    def _see_next(self, chained: ChainedEvent) -> None:
        event = chained.event
        stated = bytes.fromhex(chained.chain)
        if event.sequence > self.last + 1:
            self._gaps[self.last + 1] = event.sequence - 1
            self._bases = (stated,)
        else:
            self._bases = self._follow(chained, stated)
        self.last, self.head = event.sequence, chained.chain

    def _follow(self, chained: ChainedEvent, stated: bytes) -> tuple[bytes, ...]:
        """Check the link against what came before; returns what the next event may follow."""
        computed = [link(base, chained.event) for base in self._bases]
        if stated in computed:
            return (stated,)
        sequence = chained.event.sequence
        self._find(Kind.EDITED, f"event {sequence} ({chained.event.tag}) does not match its link", sequence)
        return (stated, computed[0])

    def _see_late(self, line: int, sequence: int) -> None:
        for first, last in self._gaps.items():
            if first <= sequence <= last:
                self._close(first, last, sequence)
                self._find(Kind.REORDERED, f"event {sequence} stands too late, on line {line}", sequence)
                return
        self._find(Kind.REPEATED, f"event {sequence} occurs a second time, on line {line}", sequence)

    def _close(self, first: int, last: int, sequence: int) -> None:
        del self._gaps[first]
        if first < sequence:
            self._gaps[first] = sequence - 1
        if sequence < last:
            self._gaps[sequence + 1] = last

    def _find(self, kind: Kind, sentence: str, first: int) -> None:
        self.findings.append(Finding(kind, sentence, first))
