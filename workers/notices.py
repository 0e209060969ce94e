"""Delivers notices by the channels that the settings name."""

from server.core.notices.channels import open_channels
from server.core.notices.delivery import deliver
from server.core.notices.jobs import DeliverNotice
from server.core.platform import platform
from workers.actors import actor


@actor(DeliverNotice, time_limit_s=60)
async def deliver_notice(job: DeliverNotice) -> None:
    await deliver(job.notice_id, open_channels(platform().settings))
