"""Runs follow-up's jobs: photographs of one site are outlined, laid over each other and measured, in the sandbox."""

import asyncio
from functools import cache

import msgspec

from imaging.followup import VERSION, CardScale, ComparisonOptions
from imaging.refusals import PhotoRefused
from imaging.sandbox import Sandbox
from server.core.platform import platform
from server.followup import service as followup
from server.followup.jobs import ComparePhotographs
from server.followup.schemas import Comparison, OutlinedLesion
from workers.actors import actor


@cache
def sandbox() -> Sandbox:
    """A sandbox of its own, because a warm process has one task."""
    return Sandbox(allow_unsandboxed=platform().settings.is_demo, parallel_max=1, task="imaging.followup:followup_task")


@actor(ComparePhotographs, time_limit_s=180)
async def compare_photographs(job: ComparePhotographs) -> None:
    pair = await followup.pair_to_compare(job.organisation_id, job.earlier_part_id, job.later_part_id, VERSION)
    if pair is None:
        return
    options = ComparisonOptions(
        len(pair.earlier),
        pair.earlier_points,
        pair.later_points,
        msgspec.convert(pair.earlier_scale, CardScale | None, from_attributes=True),
        msgspec.convert(pair.later_scale, CardScale | None, from_attributes=True),
    )
    try:
        header, _ = await asyncio.to_thread(sandbox().run, pair.earlier + pair.later, msgspec.json.encode(options))
        found = msgspec.json.decode(header, type=Comparison)
    except PhotoRefused as refused:
        found = Comparison(VERSION, OutlinedLesion(), OutlinedLesion(), declined=refused.code)
    await followup.record_comparison(job.organisation_id, job.earlier_part_id, job.later_part_id, pair, found)
