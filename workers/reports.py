"""Runs the reports' jobs: a signed answer is released once its minute is over."""

from server.reports import service as reports
from server.reports.jobs import ReleaseAnswer
from workers.actors import actor


@actor(ReleaseAnswer)
async def release_answer(job: ReleaseAnswer) -> None:
    await reports.release_answer(job.organisation_id, job.answer_id)
