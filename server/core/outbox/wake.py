"""Tells workers in this process at once that a job was committed; others find it when they next look."""

from collections.abc import Callable

_listeners: set[Callable[[], None]] = set()


def listen(listener: Callable[[], None]) -> Callable[[], None]:
    """Call `listener` after each commit that enqueued, on whichever thread committed; returns what ends it."""
    _listeners.add(listener)
    return lambda: _listeners.discard(listener)


def announce() -> None:
    for listener in tuple(_listeners):
        listener()
