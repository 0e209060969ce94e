"""What follows once a photograph can be looked at: it is meant for the archive, and compared with earlier ones."""

from server.cases.jobs import PhotoPrepared
from server.exchange import service as exchange
from server.followup import service as followup
from workers.actors import actor


@actor(PhotoPrepared)
async def follow_prepared(job: PhotoPrepared) -> None:
    """Both are done once however often this runs."""
    await exchange.intend(job.organisation_id, job.part_id)
    await followup.plan_comparisons(job.organisation_id, job.part_id)
