"""The navigation: entries that slices register, each seen only by whoever may do what it leads to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from server.core.access import Action, Actor

May: TypeAlias = Callable[[Actor, Action], bool]


@dataclass(frozen=True)
class NavEntry:
    """`label` is a text marked with `N_`; `method="post"` makes it a button (signing out).

    `is_for_guests` shows an open entry only to those who are not signed in (signing in).
    """

    label: str
    href: str
    action: Action
    place: Literal["main", "account"] = "main"
    method: Literal["get", "post"] = "get"
    is_for_guests: bool = False


@dataclass(frozen=True)
class Navigation:
    entries: tuple[NavEntry, ...]
    may: May

    def visible_to(self, actor: Actor | None, place: str) -> list[NavEntry]:
        """In the order of registration; signed out, the entries that are open to everyone."""
        return [entry for entry in self.entries if entry.place == place and self._is_open(entry, actor)]

    def _is_open(self, entry: NavEntry, actor: Actor | None) -> bool:
        if actor is None:
            return entry.action is Action.PUBLIC
        return not entry.is_for_guests and self.may(actor, entry.action)


def current_href(entries: Iterable[NavEntry], path: str) -> str:
    """The entry that the path is on or below, the longest first; empty if none is."""
    on = [entry.href for entry in entries if path == entry.href or path.startswith(entry.href.rstrip("/") + "/")]
    return max(on, key=len, default="")
