"""The trail's periodic jobs, each for every organisation at once."""

from typing import ClassVar

from server.core.outbox import Job


class SealTrail(Job, frozen=True, kw_only=True):
    name: ClassVar[str] = "audit.seal"


class WriteCheckpoints(Job, frozen=True, kw_only=True):
    name: ClassVar[str] = "audit.write_checkpoints"
