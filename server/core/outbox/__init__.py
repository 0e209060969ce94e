"""The job outbox: a slice declares a job and enqueues it inside its transaction; any broker delivers it at least once."""

from server.core.outbox.job import Job, enqueue

__all__ = ["Job", "enqueue"]
