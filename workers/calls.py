"""Runs calls' jobs: ringing ends, and what nobody waits for any more is ended."""

from server.calls import service as calls
from server.calls.jobs import EndRinging, SweepCalls
from workers.actors import actor, every
from workers.cases import organisation_ids

MINUTE_S = 60


@actor(EndRinging)
async def end_ringing(job: EndRinging) -> None:
    await calls.end_ringing(job.organisation_id, job.call_id)


@every(seconds=MINUTE_S, organisations=organisation_ids)
@actor(SweepCalls)
async def sweep(job: SweepCalls) -> None:
    await calls.sweep(job.organisation_id)
