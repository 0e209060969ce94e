"""What a process has exactly one of: settings, clock, objects, keys; bound once at each entry point.

Piccolo tables find their engine process-wide, so the rest stands beside it here instead of being threaded
through every verb; the actor never does (see docs/decisions).
"""

import msgspec

from server.core.clock import Clock, SystemClock, bind_clock, now
from server.core.db import AnyEngine, bind, open_engine
from server.core.keys import KeyRing, load_keys
from server.core.objects import ObjectStore, open_objects
from server.settings import Settings

__all__ = ["Platform", "bind_platform", "now", "open_platform", "platform"]


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    settings: Settings
    engine: AnyEngine
    objects: ObjectStore
    keys: KeyRing
    clock: Clock


class _Current:
    platform: Platform | None = None


def open_platform(settings: Settings, clock: Clock | None = None) -> Platform:
    """Open and bind everything the settings name; called once in each entry point (tests bind again)."""
    platform = Platform(
        settings=settings,
        engine=open_engine(settings.database),
        objects=open_objects(settings.objects, settings.limits),
        keys=load_keys(settings.keys.folder),
        clock=clock or SystemClock(),
    )
    bind_platform(platform)
    return platform


def bind_platform(platform: Platform) -> None:
    _Current.platform = platform
    bind(platform.engine)
    bind_clock(platform.clock)


def platform() -> Platform:
    """The bound platform; RuntimeError before one is."""
    if _Current.platform is None:
        raise RuntimeError("no platform is bound: an entry point must call open_platform first")
    return _Current.platform
