"""A real export on disk with what an auditor holds beside it."""

from pathlib import Path
from uuid import UUID, uuid4

import msgspec

from server.contract.receipt import SigningKey
from server.core.audit.checkpoints import write_checkpoints
from server.core.audit.export import export_trail
from server.core.audit.findings import Kind
from server.core.audit.sealer import seal_pending
from server.core.audit.statements import Line
from server.core.audit.verify import Report, verify
from server.core.platform import Platform
from tests.core.audit.recording import record_events
from tests.core.audit.tampering import read_lines, write_lines
from tests.support.platforms import FakeClock


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """`folder` is the platform's checkpoint folder, `keys` the public keys the auditor was given."""

    path: Path
    organisation_id: UUID
    folder: Path
    keys: tuple[SigningKey, ...]

    @property
    def lines(self) -> list[Line]:
        return read_lines(self.path)

    def replace(self, lines: list[Line]) -> None:
        write_lines(self.path, lines)

    def verify(self, folder: Path | None = None) -> Report:
        with self.path.open("rb") as file:
            return verify(file, self.keys, folder)

    def found(self, folder: Path | None = None) -> set[Kind]:
        return {finding.kind for finding in self.verify(folder).findings}


async def grow(organisation_id: UUID, count: int, clock: FakeClock) -> None:
    """That many more events, chained and under a checkpoint."""
    await record_events(organisation_id, count, clock)
    await seal_pending()
    clock.advance(minutes=1)
    await write_checkpoints()


async def export(platform: Platform, organisation_id: UUID, path: Path) -> Exported:
    await export_trail(organisation_id, path)
    return Exported(
        path=path,
        organisation_id=organisation_id,
        folder=platform.settings.audit.checkpoints,
        keys=platform.keys.audit.public()[:1],
    )


async def grow_and_export(platform: Platform, path: Path, clock: FakeClock) -> Exported:
    """Twelve events and the export's own, under checkpoints at 4, 8, 12 and 13."""
    organisation_id = uuid4()
    for _ in range(3):
        await grow(organisation_id, 4, clock)
    return await export(platform, organisation_id, path)
