"""The application's end of the warm process: starting it, handing it jobs, ending it."""

import contextlib
import os
import signal
import socket
import subprocess
from pathlib import Path

import msgspec

from imaging import seccomp
from imaging.confinement import bare_command, confined_command, environment, is_bubblewrap_installed
from imaging.sandbox_wire import MESSAGE_BYTES_MAX, READY, Job, JobEnd

_START_TIMEOUT_S = 30.0
# How much later than the child's own deadline the warm process itself is given up.
_GRACE_S = 10.0


class WarmProcessNotStarted(RuntimeError):
    """It did not get ready; the message ends with its own last words."""


class WarmProcessLost(RuntimeError):
    """It died or fell silent while a job was with it."""


def missing_for_isolation() -> str:
    """What this machine lacks for an isolated child, empty if nothing."""
    if not is_bubblewrap_installed():
        return "bubblewrap (Debian package: bubblewrap)"
    if not seccomp.is_supported():
        return f"a system-call filter for the processor {os.uname().machine}"
    return ""


class WarmProcess:
    """A running `imaging.warm`. Every job has its own reply socket, so threads need no lock among them."""

    def __init__(self, task: str, task_folder: Path | None, *, is_isolated: bool) -> None:
        self.is_isolated = is_isolated
        self._control, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        build = confined_command if is_isolated else bare_command
        self._words_fd = os.memfd_create("warm-stderr")
        with inside:
            self._process = subprocess.Popen(
                build(inside.fileno(), task, task_folder),
                pass_fds=[inside.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._words_fd,
                env=environment() | {"PATH": os.environ.get("PATH", os.defpath)},
                start_new_session=True,  # so that ending the group ends bubblewrap's own processes too
            )
        self._await_ready()

    def run(self, job: Job, data: bytes) -> tuple[JobEnd, int]:
        """Run one job; gives how it ended and a descriptor of its output, for the caller to close.

        Raises `WarmProcessLost`.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        input_fd, output_fd = os.memfd_create("input"), os.memfd_create("output")
        try:
            with ours, theirs:
                _write_all(input_fd, data)
                descriptors = [input_fd, output_fd, theirs.fileno()]
                socket.send_fds(self._control, [msgspec.msgpack.encode(job)], descriptors)
                theirs.close()  # now the warm process holds the only other end: its death reads as an end of file
                ours.settimeout(job.timeout_s + _GRACE_S)
                message = ours.recv(MESSAGE_BYTES_MAX)
            if not message:
                raise WarmProcessLost("the warm process died")
            return msgspec.msgpack.decode(message, type=JobEnd), output_fd
        except (OSError, WarmProcessLost, msgspec.MsgspecError) as error:
            os.close(output_fd)
            raise WarmProcessLost(f"{type(error).__name__}: {error}") from error
        finally:
            os.close(input_fd)

    def stop(self) -> None:
        """End it and everything that it started; harmless when it is already gone."""
        self._control.close()
        with contextlib.suppress(ProcessLookupError):  # it may have ended by itself
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._words_fd)

    def _await_ready(self) -> None:
        self._control.settimeout(_START_TIMEOUT_S)
        try:
            is_ready = self._control.recv(len(READY)) == READY
        except OSError:
            is_ready = False
        if not is_ready:
            words = os.pread(self._words_fd, 2000, max(0, os.fstat(self._words_fd).st_size - 2000))
            self.stop()
            raise WarmProcessNotStarted(f"it did not get ready: {words.decode(errors='replace').strip()}")
        self._control.settimeout(None)


def _write_all(file_fd: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(file_fd, left) :]
