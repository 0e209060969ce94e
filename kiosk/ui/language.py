"""The languages of the screen: one message catalogue each, and dates and times as each writes them."""

from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

SOURCE_LANGUAGE = "en"
FOLDER = Path(__file__).parent / "locale"


@cache
def catalogues() -> dict[str, Translations]:
    """English is the source and needs no file; every other language is one `.po`."""
    return {SOURCE_LANGUAGE: Translations(), **{path.stem: _read(path) for path in sorted(FOLDER.glob("*.po"))}}


def languages() -> dict[str, str]:
    """Each language's own name for itself, by its code."""
    return {code: (Locale.parse(code).get_display_name(code) or code).capitalize() for code in catalogues()}


def spoken(tag: str) -> str:
    """The catalogue for a BCP 47 tag (`es-MX` reads `es`), English where there is none."""
    code = tag.partition("-")[0].lower()
    return code if code in catalogues() else SOURCE_LANGUAGE


def said(text: str, language: str) -> str:
    """A text that was marked, in the language; what is in no catalogue, such as a name, stays as it is."""
    return catalogues()[language].gettext(text) if text else ""


def direction(language: str) -> str:
    """`ltr`, or `rtl` for a script that is written from the right."""
    return Locale.parse(language).text_direction


def time_in(at: datetime, zone: str, language: str) -> str:
    return format_time(at, "short", tzinfo=ZoneInfo(zone), locale=language)


def day_in(at: datetime, zone: str, language: str) -> str:
    return format_date(at.astimezone(ZoneInfo(zone)).date(), "medium", locale=language)


def date_in(on: date, language: str) -> str:
    """A day that is nobody's instant: a birthday, or what a clock without a zone shows."""
    return format_date(on, "medium", locale=language)


def _read(path: Path) -> Translations:
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=path.stem, abort_invalid=True))
    compiled.seek(0)
    return Translations(compiled)
