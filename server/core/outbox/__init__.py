"""The job outbox: a slice declares a job and enqueues it in its transaction; any broker delivers it at least once."""

from server.core.outbox.job import PLATFORM_WIDE, Job, enqueue

__all__ = ["PLATFORM_WIDE", "Job", "enqueue"]
