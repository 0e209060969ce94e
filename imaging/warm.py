"""The warm process inside the sandbox: it has the libraries loaded and forks one child for each job.

It never looks at a job's bytes. Only children do, each under its own limits and system-call filter, and each dies
with its job, so that one stranger's photograph cannot reach another's.
"""

import contextlib
import gc
import importlib
import os
import resource
import selectors
import signal
import socket
import time
import traceback
from collections.abc import Callable
from typing import NamedTuple, NoReturn

import msgspec

from imaging import seccomp
from imaging.refusals import PhotoRefused, Refusal
from imaging.sandbox_wire import (
    ANSWER_TOO_LARGE,
    DESCRIPTORS,
    LENGTH_BYTES,
    MESSAGE_BYTES_MAX,
    NOT_CONFINED,
    READY,
    Answer,
    Job,
    JobEnd,
)

Task = Callable[[bytes, bytes, Callable[[], bytes]], tuple[bytes, list[memoryview]]]
"""Takes the input, options and a way to read standard error; gives a header and the body's buffers."""

_COMPLAINTS_BYTES_MAX = 16 * 1024


class _Child(NamedTuple):
    process_id: int
    process_fd: int
    reply_fd: int
    deadline_s: float


def main(control_fd: int, task_name: str) -> None:
    """Serve jobs from the control socket until the application closes it. Runs in a process of its own."""
    module, _, function = task_name.partition(":")
    task: Task = getattr(importlib.import_module(module), function)
    gc.collect()
    gc.freeze()  # a collection in a child must not touch, and so copy, every page that it shares
    with socket.socket(fileno=control_fd) as control:
        control.send(READY)
        _Nursery(control, task).run()


class _Nursery:
    """Starts children, ends those that outlive their deadline, and reports how each ended."""

    def __init__(self, control: socket.socket, task: Task) -> None:
        self._control = control
        self._task = task
        self._children: dict[int, _Child] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)

    def run(self) -> None:
        is_open = True
        while is_open:
            for key, _ in self._selector.select(self._seconds_to_deadline()):
                if key.fileobj is self._control:
                    is_open = self._accept()
                else:
                    self._report(self._children[key.fd], is_timed_out=False)
            self._end_the_late()
        for child in self._children.values():
            os.kill(child.process_id, signal.SIGKILL)

    def _seconds_to_deadline(self) -> float | None:
        if not self._children:
            return None
        return max(0.0, min(child.deadline_s for child in self._children.values()) - time.monotonic())

    def _accept(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES_MAX, DESCRIPTORS)
        if not message:
            return False
        job = msgspec.msgpack.decode(message, type=Job)
        input_fd, output_fd, reply_fd = descriptors
        process_id = os.fork()
        if process_id == 0:
            _work(job, self._task, input_fd, output_fd)
        os.close(input_fd)
        os.close(output_fd)
        process_fd = os.pidfd_open(process_id)
        self._children[process_fd] = _Child(process_id, process_fd, reply_fd, time.monotonic() + job.timeout_s)
        self._selector.register(process_fd, selectors.EVENT_READ)
        return True

    def _end_the_late(self) -> None:
        now_s = time.monotonic()
        for child in [child for child in self._children.values() if child.deadline_s <= now_s]:
            os.kill(child.process_id, signal.SIGKILL)
            self._report(child, is_timed_out=True)

    def _report(self, child: _Child, *, is_timed_out: bool) -> None:
        _, status, used = os.wait4(child.process_id, 0)
        self._selector.unregister(child.process_fd)
        del self._children[child.process_fd]
        os.close(child.process_fd)
        cpu_s = used.ru_utime + used.ru_stime
        end = JobEnd(os.waitstatus_to_exitcode(status), is_timed_out, cpu_s, used.ru_maxrss * 1024)
        # whoever asked may be gone
        with socket.socket(fileno=child.reply_fd) as reply, contextlib.suppress(BrokenPipeError):
            reply.send(msgspec.msgpack.encode(end))


def _work(job: Job, task: Task, input_fd: int, output_fd: int) -> NoReturn:
    """Run one job in the child; never returns, whatever happens."""
    code = NOT_CONFINED
    try:
        read_complaints = _confine(job, (input_fd, output_fd))
        data = os.pread(input_fd, os.fstat(input_fd).st_size, 0)
        seccomp.allow_only_computing()
        answer, body = _answer(task, data, job.options, read_complaints)
        code = ANSWER_TOO_LARGE
        _write(output_fd, answer, body)
        code = 0
    finally:
        os._exit(code)


def _confine(job: Job, kept: tuple[int, int]) -> Callable[[], bytes]:
    """Limits, and no descriptor but `kept` and standard error, which goes to memory; gives a reader of that."""
    seccomp.die_with_parent(signal.SIGKILL)
    complaints_fd = 2
    os.dup2(os.memfd_create("stderr"), complaints_fd)
    low, high = sorted(kept)
    os.closerange(3, low)
    os.closerange(low + 1, high)
    os.closerange(high + 1, os.sysconf("SC_OPEN_MAX"))
    # At its soft limit of CPU time a process gets SIGXCPU, which tells; at the hard one SIGKILL, which does not.
    resource.setrlimit(resource.RLIMIT_CPU, (job.cpu_s, job.cpu_s + 1))
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, job.memory_bytes),
        (resource.RLIMIT_FSIZE, job.output_bytes),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    return lambda: os.pread(complaints_fd, _COMPLAINTS_BYTES_MAX, 0)


def _answer(
    task: Task, data: bytes, options: bytes, read_complaints: Callable[[], bytes]
) -> tuple[Answer, list[memoryview]]:
    try:
        header, body = task(data, options, read_complaints)
    except PhotoRefused as refusal:
        return Answer(refusal=refusal.code, message=refusal.message, detail=refusal.detail), []
    except MemoryError as error:
        return _refuse(Refusal.MEMORY, "The photo needs more memory than is allowed.", error), []
    except Exception as error:  # noqa: BLE001 -- a process's edge: hostile bytes make a decoder raise anything
        return _refuse(Refusal.DECODE_FAILED, "The photo cannot be read.", error), []
    return Answer(header=header), body


def _refuse(code: Refusal, message: str, error: Exception) -> Answer:
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(place.filename)}:{place.lineno}"  # noqa: PTH119
    return Answer(refusal=code, message=message, detail=f"{type(error).__name__} at {where}: {error}"[:500])


def _write(output_fd: int, answer: Answer, body: list[memoryview]) -> None:
    head = msgspec.msgpack.encode(answer)
    for buffer in [memoryview(len(head).to_bytes(LENGTH_BYTES)), memoryview(head), *body]:
        left = buffer
        while left:
            left = left[os.write(output_fd, left) :]
