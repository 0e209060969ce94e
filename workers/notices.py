"""Delivers notices by the channels that the settings name."""

from server.cases import service as cases
from server.core.notices.channels import open_channels
from server.core.notices.delivery import deliver
from server.core.notices.jobs import DeliverNotice, NoticeSettled
from server.core.platform import platform
from workers.actors import actor


@actor(DeliverNotice, time_limit_s=60)
async def deliver_notice(job: DeliverNotice) -> None:
    await deliver(job.notice_id, open_channels(platform().settings))


@actor(NoticeSettled)
async def follow_notice(job: NoticeSettled) -> None:
    """Of the notices only an answer's has somebody who must know that it did not arrive."""
    if job.template == cases.ANSWER_NOTICE:
        await cases.follow_notice(job.organisation_id, job.subject_id)
