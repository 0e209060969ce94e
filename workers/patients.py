"""Runs what follows an erasure: what was going on ends, and the database's files lose what they keep of keys."""

from server.calls import service as calls
from server.cases import service as cases
from server.core import vault
from server.patients.jobs import EndErased, ScrubRemains
from server.scheduling import service as scheduling
from workers.actors import actor, every

DAY_S = 24 * 60 * 60


@actor(EndErased)
async def end_erased(job: EndErased) -> None:
    await cases.withdraw_erased(job.organisation_id, job.patient_id)
    await scheduling.cancel_erased(job.organisation_id, job.patient_id)
    await calls.end_erased(job.organisation_id, job.patient_id)


@every(seconds=DAY_S)
@actor(ScrubRemains)
async def scrub_remains(_: ScrubRemains) -> None:
    await vault.scrub()
