"""Chains the audit trail behind the commits and signs where it stands."""

from server.core.audit.checkpoints import is_checkpoint_due, write_checkpoints
from server.core.audit.jobs import SealTrail, WriteCheckpoints
from server.core.audit.sealer import has_unsealed, seal_pending
from workers.actors import actor, every


@every(seconds=1, when=has_unsealed)
@actor(SealTrail)
async def seal_trail(_: SealTrail) -> None:
    await seal_pending()


# Asked every second, so that the interval between checkpoints is the setting's and not the timetable's.
@every(seconds=1, when=is_checkpoint_due)
@actor(WriteCheckpoints)
async def write_due_checkpoints(_: WriteCheckpoints) -> None:
    await write_checkpoints()
