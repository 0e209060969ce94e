"""Tasks that try to break out, run inside the sandbox by its tests. Standard library only, as inside.

Each takes the input, options and a reader of standard error, like any task; the answer's header says what happened.
"""

import ctypes
import errno
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

Answer = tuple[bytes, list[memoryview]]
Reader = Callable[[], bytes]

_remembered: list[bytes] = []


def _try(action: Callable[[], object]) -> str:
    """`ok`, or the name of the error."""
    try:
        action()
    except OSError as error:
        return type(error).__name__ + f" {error.errno}"
    return "ok"


def _look_around() -> dict[str, object]:
    """What the warm process itself can reach, before any system-call filter: only the namespaces stand in its way."""
    port = int(Path(__file__).with_name("port").read_text())
    return {
        "connect": _try(lambda: socket.create_connection(("127.0.0.1", port), 5).close()),
        "secret": _try(lambda: Path(__file__).parents[1].joinpath("secret").read_text()),
        "passwd": _try(lambda: Path("/etc/passwd").read_text()),
        "write": _try(lambda: Path(__file__).with_name("written").write_text("x")),
        "write_root": _try(lambda: Path("/written").write_text("x")),
        "root": sorted(path.name for path in Path("/").iterdir()),
        "system": sorted(str(path) for path in Path("/sys").glob("*/*/*")),
        "environment": sorted(os.environ),
        "processes": os.getpid(),
    }


_seen_when_warm = _look_around() if Path(__file__).with_name("port").exists() else {}


def look_around(data: bytes, options: bytes, read_complaints: Reader) -> Answer:
    return json.dumps(_seen_when_warm).encode(), []


def reach_out(data: bytes, options: bytes, read_complaints: Reader) -> Answer:
    """Everything that a child must not do, tried one by one."""
    tried = {
        "socket": _try(socket.socket),
        "unix_socket": _try(lambda: socket.socket(socket.AF_UNIX)),
        "open_own_source": _try(lambda: Path(__file__).read_text()),
        "list_root": _try(lambda: list(Path("/").iterdir())),
        "stat": _try(lambda: Path("/").stat()),
        "create": _try(lambda: Path("/tmp/x").write_text("x")),  # noqa: S108
        "fork": _try(os.fork),
        "exec": _try(lambda: os.execv("/bin/true", ["true"])),  # noqa: S606
        "kill_parent": _try(lambda: os.kill(os.getppid() or 1, signal.SIGKILL)),
        "kill_all": _try(lambda: os.kill(-1, signal.SIGKILL)),
        "memfd": _try(lambda: os.memfd_create("x")),
        "pipe": _try(os.pipe),
    }
    threads: list[int] = []
    thread = threading.Thread(target=lambda: threads.append(1))
    thread.start()
    thread.join()
    return json.dumps(tried | {"thread": len(threads)}).encode(), []


def count_descriptors(data: bytes, options: bytes, read_complaints: Reader) -> Answer:
    """How many descriptors are open: on a closed one even a seek fails with EBADF."""
    closed = f"OSError {errno.EBADF}"
    return json.dumps(sum(_seek(number) != closed for number in range(1024))).encode(), []


def _seek(number: int) -> str:
    return _try(lambda: os.lseek(number, 0, os.SEEK_CUR))


def echo(data: bytes, options: bytes, read_complaints: Reader) -> Answer:
    return options, [memoryview(data)]


def remember(data: bytes, options: bytes, read_complaints: Reader) -> Answer:
    _remembered.append(data)
    return json.dumps(len(_remembered)).encode(), []


def complain(data: bytes, options: bytes, read_complaints: Reader) -> Answer:
    os.write(2, data)
    return read_complaints(), []


def spin(data: bytes, options: bytes, read_complaints: Reader) -> Answer:
    while True:
        pass


def wait(data: bytes, options: bytes, read_complaints: Reader) -> Answer:
    while True:
        time.sleep(60)


def hog(data: bytes, options: bytes, read_complaints: Reader) -> Answer:
    return b"", [memoryview(bytes(2 * 1024**3))]


def answer_at_length(data: bytes, options: bytes, read_complaints: Reader) -> Answer:
    return b"", [memoryview(bytes(64 * 1024))] * 64


def crash(data: bytes, options: bytes, read_complaints: Reader) -> Answer:
    ctypes.string_at(0)
    return b"survived", []


def break_down(data: bytes, options: bytes, read_complaints: Reader) -> Answer:
    raise ZeroDivisionError("a bug")


def forge(data: bytes, options: bytes, read_complaints: Reader) -> Answer:
    """Leave the output as whatever the input is, as a child that was taken over could."""
    for output_fd in range(3, 64):
        if _try(lambda: os.pread(output_fd, 1, 0)) == "ok":  # noqa: B023 -- called at once
            _try(lambda: os.ftruncate(output_fd, 0))  # noqa: B023
            _try(lambda: os.pwrite(output_fd, data, 0))  # noqa: B023
    os._exit(0)
