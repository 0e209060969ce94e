"""A system-call filter for a process that only computes: no files, no sockets, no processes, no signals.

Linux seccomp with classic BPF, as in the kernel's Documentation/userspace-api/seccomp_filter.rst. The filter is an
allow-list; everything else fails with EPERM, so a library that tries finds out and goes on.
"""

import ctypes
import errno
import os
import platform
import struct
from typing import NamedTuple

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 1, 38, 22
_SECCOMP_MODE_FILTER = 2
_LOAD_WORD, _JUMP_EQUAL, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
# Offsets in struct seccomp_data on little-endian machines.
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_CLONE_THREAD = 0x00010000

# Number on x86_64, number on aarch64 (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h).
_ALLOWED = {
    "read": (0, 63),
    "pread64": (17, 67),
    "write": (1, 64),
    "pwrite64": (18, 68),
    "writev": (20, 66),
    "pwritev": (296, 70),
    "lseek": (8, 62),
    "ftruncate": (77, 46),
    "close": (3, 57),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mprotect": (10, 226),
    "madvise": (28, 233),
    "mremap": (25, 216),
    "brk": (12, 214),
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "getrandom": (318, 278),
    "restart_syscall": (219, 128),
    "getcpu": (309, 168),
    "uname": (63, 160),
    "sysinfo": (99, 179),
}


class _Architecture(NamedTuple):
    audit_number: int
    allowed: tuple[int, ...]
    clone: int
    clone3: int


_ARCHITECTURES = {
    "x86_64": _Architecture(0xC000003E, tuple(pair[0] for pair in _ALLOWED.values()), 56, 435),
    "aarch64": _Architecture(0xC00000B7, tuple(pair[1] for pair in _ALLOWED.values()), 220, 435),
}


def is_supported() -> bool:
    """Whether there is a filter for this machine's processor."""
    return platform.machine() in _ARCHITECTURES


def allow_only_computing() -> None:
    """Install the filter in this process and all its later threads; it cannot be taken off.

    Threads may be started, processes not. Raises `OSError` where the kernel refuses, `KeyError` on a processor
    without a filter.
    """
    architecture = _ARCHITECTURES[platform.machine()]
    program = _assemble(architecture)
    code = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: number of instructions, padding, pointer to them
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code)))
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(header))


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send `signal_number` to this process when the thread that forked it ends."""
    _prctl(_PR_SET_PDEATHSIG, signal_number)


def _assemble(architecture: _Architecture) -> bytes:
    """Wrong architecture: killed. `clone` only for threads. `clone3` hides its flags, so glibc must fall back."""
    allowed = architecture.allowed
    program = [
        _instruction(_LOAD_WORD, _ARCHITECTURE_AT),
        _instruction(_JUMP_EQUAL, architecture.audit_number, if_true=1),
        _instruction(_RETURN, _KILL_PROCESS),
        _instruction(_LOAD_WORD, _NUMBER_AT),
        _instruction(_JUMP_EQUAL, architecture.clone3, if_false=1),
        _instruction(_RETURN, _ERRNO | errno.ENOSYS),
        _instruction(_JUMP_EQUAL, architecture.clone, if_false=2),
        _instruction(_LOAD_WORD, _FIRST_ARGUMENT_AT),
        _instruction(_JUMP_ANY_BIT, _CLONE_THREAD, if_true=len(allowed) + 1, if_false=len(allowed)),
    ]
    for left, number in enumerate(allowed):
        program.append(_instruction(_JUMP_EQUAL, number, if_true=len(allowed) - left))
    program += [_instruction(_RETURN, _ERRNO | errno.EPERM), _instruction(_RETURN, _ALLOW)]
    return b"".join(program)


def _instruction(code: int, value: int, *, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)


def _prctl(option: int, *arguments: int) -> None:
    padded = [ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:4]]
    if ctypes.CDLL(None, use_errno=True).prctl(option, *padded) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")
