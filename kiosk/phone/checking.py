"""Has a phone's photograph made plain and judged in imaging's sandbox: nothing else of a kiosk decodes it."""

import contextlib

import msgspec

from imaging.formats import Limits
from imaging.pack import PackInvalid, read_index, total_bytes
from imaging.plain_parts import MEDIA_TYPES, PHOTO, SCREEN
from imaging.refusals import PhotoRefused, Refusal
from imaging.results import Verdict
from imaging.sandbox import JobLimits, Sandbox, SandboxLost, SandboxUnavailable
from kiosk.camera.stills import Still
from kiosk.ui.previews import MadePreview, worthwhile
from server.contract.handoff import PHOTO_BYTES_MAX

LIMITS = Limits(pixels_max=52_000_000, bytes_max=PHOTO_BYTES_MAX)
JOB_LIMITS = JobLimits(timeout_s=60.0, cpu_s=60, memory_bytes=1024**3, output_bytes=64 * 1024**2)
"""All of the kiosk may use 1200 MB (`infra/kiosk`): a photograph that needs too much is refused, and no more ends."""


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    still: Still
    previews: tuple[MadePreview, ...]


class Checker:
    """One photograph at a time. `SandboxUnavailable` on a machine that cannot isolate, but for a demonstration."""

    def __init__(self, *, is_demo: bool) -> None:
        self._sandbox = Sandbox(
            limits=LIMITS,
            job_limits=JOB_LIMITS,
            allow_unsandboxed=is_demo,
            parallel_max=1,
            task="imaging.plain_photo:plain_task",
        )
        self._is_closed = False

    def start(self) -> None:
        self._sandbox.start()

    @property
    def is_isolated(self) -> bool:
        return self._sandbox.is_isolated

    def close(self) -> None:
        """For good: a photograph that is looked at is given up."""
        self._is_closed = True
        self._sandbox.close()

    def check(self, content: bytes) -> Checked:
        """What the photograph becomes. Raises like `Sandbox.run`; after the sandbox died it is tried once more."""
        with contextlib.suppress(SandboxLost):
            return self._check_unless_closed(content)
        return self._check_unless_closed(content)

    def _check_unless_closed(self, content: bytes) -> Checked:
        if self._is_closed:
            raise SandboxUnavailable("closed")
        try:
            return self._check(content)
        finally:
            # A sandbox starts by itself for a job: for one that came as it was closed, too.
            if self._is_closed:
                self._sandbox.close()

    def _check(self, content: bytes) -> Checked:
        header, packed = self._sandbox.run(content, msgspec.json.encode(LIMITS))
        try:
            verdict = msgspec.json.decode(header, type=Verdict)
            index = read_index(packed)
        except (msgspec.MsgspecError, PackInvalid) as error:
            raise _contradicted() from error
        if {each.name: each.media_type for each in index} != MEDIA_TYPES or total_bytes(index) != len(packed):
            raise _contradicted()
        made = {each.name: packed[each.offset : each.offset + each.length] for each in index}
        return Checked(
            still=Still(jpeg=made[PHOTO], small=made[SCREEN], verdict=verdict),
            previews=tuple(
                MadePreview(step=step, content=made[f"{step.value}.webp"]) for step in worthwhile(len(made[PHOTO]))
            ),
        )


def _contradicted() -> PhotoRefused:
    return PhotoRefused(Refusal.DECODE_FAILED, "The photo cannot be read.", "the child's answer has another shape")
