"""What the application and the warm process say to each other, and how a job's answer lies in memory.

A job is one message on the control socket (`Job` as MessagePack) with three descriptors: the input and the output,
both in memory, and a socket on which the warm process reports the end (`JobEnd`). The child never sees a socket.
Its answer is written to the output: four bytes of length, an `Answer` as MessagePack, then the body.
"""

from msgspec import Struct

READY = b"ready"
LENGTH_BYTES = 4
MESSAGE_BYTES_MAX = 64 * 1024
DESCRIPTORS = 3
# Exit codes of a child, from sysexits.h: EX_OSERR and EX_CANTCREAT.
NOT_CONFINED, ANSWER_TOO_LARGE = 71, 73


class Job(Struct, frozen=True):
    """Bounds for one child, and options for its task."""

    timeout_s: float
    cpu_s: int
    memory_bytes: int
    output_bytes: int
    options: bytes


class JobEnd(Struct, frozen=True):
    """How the child ended: an exit code, or a signal as a negative number; and what it used, by the kernel's count.

    `peak_memory_bytes` is resident memory, the libraries that it shares with the warm process included.
    """

    exit_code: int
    is_timed_out: bool
    cpu_s: float
    peak_memory_bytes: int


class Answer(Struct, frozen=True):
    """The child's own words: a header, or a refusal with its message and detail. Never trusted."""

    header: bytes = b""
    refusal: str | None = None
    message: str = ""
    detail: str = ""
