"""Runs work on strangers' bytes in a child that can reach nothing, and survives whatever happens to it."""

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from msgspec import Struct

from imaging.formats import Limits, check_bytes
from imaging.pack import PackInvalid, read_index, total_bytes
from imaging.prepare_options import FaceTreatment, PrepareOptions
from imaging.refusals import PhotoRefused, Refusal
from imaging.results import FaceFindings, PhotoFacts, PreparedPhoto
from imaging.sandbox_wire import ANSWER_TOO_LARGE, LENGTH_BYTES, NOT_CONFINED, Answer, Job, JobEnd
from imaging.warm_process import WarmProcess, WarmProcessLost, WarmProcessNotStarted, missing_for_isolation

_ANSWER_BYTES_MAX = 1024 * 1024
# A child that was taken over must not be able to have something else served than pictures.
_MEDIA_TYPES = {"zoom.dzi": "application/xml"}


class SandboxUnavailable(RuntimeError):
    """A child cannot be isolated here, or the warm process keeps dying; the message says what is missing."""


class SandboxLost(RuntimeError):
    """The warm process died under a job (out of memory, killed): nothing was decided, try the job again."""


class JobLimits(Struct, frozen=True):
    """What one child may use; the defaults let a 60-megapixel photograph through.

    `memory_bytes` bounds the whole address space, the loaded libraries included (about 0.4 GB).
    """

    timeout_s: float = 60.0
    cpu_s: int = 60
    memory_bytes: int = 3 * 1024**3
    output_bytes: int = 256 * 1024**2


class Sandbox:
    """A warm process inside bubblewrap that forks a child for each job; use from any number of threads.

    Make one for each process and keep it: starting costs about 0.3 s, a job about 10 ms above its work. At most
    `parallel_max` jobs run at once (default: one for each core), others wait. The warm process is started again
    when it dies, up to `restarts_max` times in a row without a finished job between.

    Without isolation (no bubblewrap, no namespaces, an unknown processor) nothing is decoded:
    `SandboxUnavailable`, unless `allow_unsandboxed`, which is for the demo alone. Children are then still forked,
    limited and filtered where possible; `is_isolated` is false and whoever shows the result shows a banner.

    `task` (`module:function`, see `imaging.warm.Task`) is imported inside, from `task_folder` if given. `on_end` is
    told how each child ended and what it used.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        job_limits: JobLimits | None = None,
        allow_unsandboxed: bool = False,
        parallel_max: int | None = None,
        restarts_max: int = 5,
        task: str = "imaging.prepare:prepare_task",
        task_folder: Path | None = None,
        on_end: Callable[[JobEnd], None] = lambda _: None,
    ) -> None:
        self._limits = limits or Limits()
        self._job_limits = job_limits or JobLimits()
        self._allow_unsandboxed = allow_unsandboxed
        self._task, self._task_folder = task, task_folder
        self._on_end = on_end
        self._slots = threading.BoundedSemaphore(parallel_max or len(os.sched_getaffinity(0)))
        self._restarts_max = restarts_max
        self._lock = threading.Lock()
        self._warm: WarmProcess | None = None
        self._losses_in_a_row = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_isolated(self) -> bool:
        """Whether jobs run inside bubblewrap; starts the warm process to find out."""
        return self._running().is_isolated

    def start(self) -> None:
        """Start the warm process now rather than with the first job. Raises `SandboxUnavailable`."""
        self._running()

    def close(self) -> None:
        """End the warm process and every child; the next job would start it again."""
        with self._lock:
            if self._warm is not None:
                self._warm.stop()
                self._warm = None

    def prepare(
        self,
        data: bytes,
        treatment: FaceTreatment = FaceTreatment.COVER,
        known_faces: FaceFindings | None = None,
    ) -> PreparedPhoto:
        """Everything made of one uploaded photograph, with its faces treated as said.

        Raises `PhotoRefused` for good, `SandboxLost` to try again, `SandboxUnavailable` when there is no
        sandbox to try in.
        """
        check_bytes(data, self._limits)
        options = PrepareOptions(self._limits, treatment, known_faces)
        header, body = self.run(data, msgspec.json.encode(options))
        try:
            facts = msgspec.json.decode(header, type=PhotoFacts)
            packed, clear = _split(body, facts.clear_bytes)
            index = read_index(packed)
        except (msgspec.MsgspecError, PackInvalid) as error:
            raise _unreadable("the child's answer has another shape") from error
        sizes = {entry.name: entry.length for entry in index}
        if any(entry.media_type != _MEDIA_TYPES.get(entry.name, "image/jpeg") for entry in index):
            raise _unreadable("the child made something else than pictures")
        if total_bytes(index) != len(packed) or any(sizes.get(r.name) != r.size_bytes for r in facts.renditions):
            raise _unreadable("the child's answer contradicts itself")
        return PreparedPhoto(facts, index, packed, clear)

    def run(self, data: bytes, options: bytes = b"") -> tuple[bytes, bytes]:
        """Run the task over `data` in a new child; gives its header and body, which are not to be trusted.

        Raises like `prepare`.
        """
        limits = self._job_limits
        job = Job(limits.timeout_s, limits.cpu_s, limits.memory_bytes, limits.output_bytes, options)
        with self._slots:
            warm = self._running()
            try:
                end, answer_fd = warm.run(job, data)
            except WarmProcessLost as error:
                self._forget(warm)
                raise SandboxLost("the sandbox died under a job") from error
            self._losses_in_a_row = 0
        self._on_end(end)
        try:
            _check_end(end)
            return _read_answer(answer_fd, limits.output_bytes)
        finally:
            os.close(answer_fd)

    def _running(self) -> WarmProcess:
        with self._lock:
            if self._warm is None:
                if self._losses_in_a_row > self._restarts_max:
                    raise SandboxUnavailable(f"the sandbox died {self._losses_in_a_row} times in a row")
                self._warm = self._start()
            return self._warm

    def _start(self) -> WarmProcess:
        missing = missing_for_isolation()
        if not missing:
            try:
                return WarmProcess(self._task, self._task_folder, is_isolated=True)
            except WarmProcessNotStarted as error:
                missing = f"a sandbox that starts ({error})"
        if not self._allow_unsandboxed:
            raise SandboxUnavailable(f"photographs are decoded only in isolation, and this machine lacks {missing}")
        try:
            return WarmProcess(self._task, self._task_folder, is_isolated=False)
        except WarmProcessNotStarted as error:
            raise SandboxUnavailable(str(error)) from error

    def _forget(self, warm: WarmProcess) -> None:
        with self._lock:
            if self._warm is warm:
                self._warm = None
                self._losses_in_a_row += 1
                warm.stop()


def _check_end(end: JobEnd) -> None:
    """Raise for a child that did not come to its end, by what ended it."""
    if end.exit_code == NOT_CONFINED:
        raise SandboxUnavailable("a child could not confine itself: limits or system-call filter refused")
    if end.is_timed_out or end.exit_code == -signal.SIGXCPU:
        raise PhotoRefused(Refusal.TIMEOUT, "The photo takes too long to prepare.")
    if end.exit_code == -signal.SIGKILL:
        raise PhotoRefused(Refusal.MEMORY, "The photo needs more memory than there is.", "the child was killed")
    if end.exit_code == ANSWER_TOO_LARGE:
        raise _unreadable("the answer is larger than allowed")
    if end.exit_code != 0:
        raise _unreadable(f"the child ended with {end.exit_code}")


def _read_answer(output_fd: int, output_bytes_max: int) -> tuple[bytes, bytes]:
    size = os.fstat(output_fd).st_size
    head_bytes = int.from_bytes(os.pread(output_fd, LENGTH_BYTES, 0))
    body_at = LENGTH_BYTES + head_bytes
    if head_bytes > _ANSWER_BYTES_MAX or not body_at <= size <= output_bytes_max:
        raise _unreadable("the child's answer has another shape")
    try:
        answer = msgspec.msgpack.decode(os.pread(output_fd, head_bytes, LENGTH_BYTES), type=Answer)
        refusal = None if answer.refusal is None else Refusal(answer.refusal)
    except ValueError as error:
        raise _unreadable("the child's answer has another shape") from error
    if refusal is not None:
        raise PhotoRefused(refusal, answer.message, answer.detail)
    return answer.header, os.pread(output_fd, size - body_at, body_at)


def _split(body: bytes, clear_bytes: int) -> tuple[bytes, bytes]:
    """The pack, and the master without covers behind it. Raises `PackInvalid` for a length that cannot be."""
    if not 0 <= clear_bytes <= len(body):
        raise PackInvalid("the clear master is longer than the answer")
    pack_bytes = len(body) - clear_bytes
    return body[:pack_bytes], body[pack_bytes:]


def _unreadable(detail: str) -> PhotoRefused:
    return PhotoRefused(Refusal.DECODE_FAILED, "The photo cannot be read.", detail)
