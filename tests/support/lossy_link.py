"""A slow link that loses packets, between this machine and a network namespace: shaped packet by packet through TUN.

Needs root, /dev/net/tun and iproute2. Each direction has its own rate, delay, loss and a queue of two seconds, as a
cellular link's; a cut drops everything. What runs inside sees a real kernel's TCP.
"""

import ctypes
import fcntl
import heapq
import os
import select
import signal
import struct
import subprocess
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from msgspec import Struct

QUEUE_S = 2.0
_CLONE_NEWNET = 0x40000000
_TUNSETIFF = 0x400454CA
_TUN_WITHOUT_HEADER = 0x1001
_PACKET_BYTES = 2048
_LONGEST_WAIT_S = 0.05


class Shape(Struct, frozen=True, kw_only=True):
    """`cuts` are (after how many seconds, for how many) from the moment the link is up."""

    bits_per_s: float = 64_000
    one_way_s: float = 0.15
    loss: float = 0.2
    cuts: tuple[tuple[float, float], ...] = ()
    seed: int = 1


class LossyLink(NamedTuple):
    """Addresses of the two ends; `inside` puts a command at the far one."""

    near: str
    far: str
    namespace: str

    def inside(self, command: Sequence[str]) -> list[str]:
        return ["ip", "netns", "exec", self.namespace, *command]


def is_possible() -> str:
    """Empty where a link can be made, else what is missing."""
    if os.geteuid() != 0:
        return "root"
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        return "/dev/net/tun"
    return "" if any(Path(folder, "ip").exists() for folder in ("/usr/sbin", "/sbin", "/usr/bin")) else "iproute2"


@contextmanager
def lossy_link(shape: Shape) -> Generator[LossyLink]:
    """The link, up; taken down with its namespace at the end."""
    number = os.getpid() % 250
    link = LossyLink(f"10.77.{number}.1", f"10.77.{number}.2", f"careferry{os.getpid()}")
    subprocess.run(["ip", "netns", "add", link.namespace], check=True)
    try:
        near = _open_tun(f"cfn{number}", link.near, link.far)
        with _within(link.namespace):
            far = _open_tun(f"cff{number}", link.far, link.near)
        pump = os.fork()
        if pump == 0:
            _Pump(near, far, shape).run()
        os.close(near)
        os.close(far)
        try:
            yield link
        finally:
            os.kill(pump, signal.SIGKILL)
            os.waitpid(pump, 0)
    finally:
        subprocess.run(["ip", "netns", "del", link.namespace], check=True)


def _open_tun(device: str, own: str, other: str) -> int:
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, _TUNSETIFF, struct.pack("16sH22x", device.encode(), _TUN_WITHOUT_HEADER))
    subprocess.run(["ip", "addr", "add", own, "peer", other, "dev", device], check=True)
    for name in (device, "lo"):
        subprocess.run(["ip", "link", "set", name, "up"], check=True)
    return tun


@contextmanager
def _within(namespace: str) -> Generator[None]:
    """This thread in another network namespace; what it opens there stays there."""
    libc: Any = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/var/run/netns/{namespace}", os.O_RDONLY)
    try:
        _enter(libc, there)
        yield
    finally:
        _enter(libc, home)
        os.close(home)
        os.close(there)


def _enter(libc: Any, namespace: int) -> None:
    if libc.setns(namespace, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class _Pump:
    """Carries packets from one end to the other, late, slowly or not at all; a process of its own."""

    def __init__(self, near: int, far: int, shape: Shape) -> None:
        self._other = {near: far, far: near}
        self._free_at = {near: 0.0, far: 0.0}
        """When the last packet of each direction has left its queue."""
        self._shape = shape
        self._random = Random(shape.seed)
        self._under_way: list[tuple[float, int, int, bytes]] = []
        self._number = 0

    def run(self) -> None:
        begun = time.monotonic()
        while True:
            self._deliver(time.monotonic())
            next_at = self._under_way[0][0] if self._under_way else float("inf")
            wait_s = max(0.0, min(_LONGEST_WAIT_S, next_at - time.monotonic()))
            for end in select.select(list(self._other), [], [], wait_s)[0]:
                self._take(end, begun)

    def _deliver(self, at: float) -> None:
        while self._under_way and self._under_way[0][0] <= at:
            _, _, end, packet = heapq.heappop(self._under_way)
            with suppress(OSError):
                os.write(end, packet)

    def _take(self, end: int, begun: float) -> None:
        try:
            packet = os.read(end, _PACKET_BYTES)
        except BlockingIOError:
            return
        at = time.monotonic()
        leaves_at = max(at, self._free_at[end])
        is_cut = any(start <= at - begun < start + lasts for start, lasts in self._shape.cuts)
        if is_cut or self._random.random() < self._shape.loss or leaves_at - at > QUEUE_S:
            return
        self._free_at[end] = leaves_at + 8 * len(packet) / self._shape.bits_per_s
        self._number += 1
        heapq.heappush(
            self._under_way, (self._free_at[end] + self._shape.one_way_s, self._number, self._other[end], packet)
        )
