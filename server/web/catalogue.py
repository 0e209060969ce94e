"""The message catalogue: which languages there are, which one a reader gets, and every text in it."""

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from server.web.connection import Connection, actor_of
from server.web.preferences import preferred

SOURCE_LANGUAGE = "en"
FOLDER = Path(__file__).parent / "locale"
COOKIE = "language"
COOKIE_AGE_S = 365 * 24 * 3600


def N_(message: str) -> str:  # noqa: N802 (the name that gettext's tools know)
    """Marks a text for extraction that is translated where it is shown."""
    return message


@dataclass(frozen=True)
class Catalogues:
    """English is the source and needs no file; every other language is one `.po`, read once at start."""

    translations: dict[str, Translations]

    @property
    def languages(self) -> list[str]:
        return list(self.translations)

    def negotiate(self, connection: Connection) -> str:
        """What the reader chose here, else what their record says, else what their browser asks for."""
        actor = actor_of(connection)
        wanted = [connection.cookies.get(COOKIE, ""), actor.language if actor else ""]
        wanted += preferred(connection.headers.get("accept-language", ""))
        return next((code for code in map(self._known, wanted) if code), SOURCE_LANGUAGE)

    def _known(self, tag: str) -> str:
        """The catalogue for a BCP 47 tag (`es-MX` reads `es`), empty if there is none."""
        parts = tag.strip().lower().split("-")
        candidates = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
        return next(
            (candidate for candidate in candidates if candidate in self.translations),
            "",
        )


@cache
def load_catalogues(folder: Path = FOLDER) -> Catalogues:
    found = {SOURCE_LANGUAGE: Translations()}
    for path in sorted(folder.glob("*.po")):
        found[path.stem] = _read(path)
    return Catalogues(found)


def _read(path: Path) -> Translations:
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=path.stem, abort_invalid=True))
    compiled.seek(0)
    return Translations(compiled)
