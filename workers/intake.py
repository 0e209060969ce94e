"""Clears away what uploads leave: pieces of ended ones, the expired, and objects that a crash left without a row."""

from server.intake import service
from server.intake.jobs import ExpireUploads, RemovePieces, SweepOrphans
from workers.actors import actor, every

QUARTER_OF_AN_HOUR_S = 15 * 60
DAY_S = 24 * 60 * 60


@actor(RemovePieces)
async def remove_pieces(job: RemovePieces) -> None:
    await service.remove_pieces(job.upload_id)


@every(seconds=QUARTER_OF_AN_HOUR_S)
@actor(ExpireUploads)
async def expire_uploads(_: ExpireUploads) -> None:
    await service.expire_uploads()


@every(seconds=DAY_S)
@actor(SweepOrphans, time_limit_s=6 * 60 * 60)
async def sweep_orphans(_: SweepOrphans) -> None:
    await service.sweep_orphans()
