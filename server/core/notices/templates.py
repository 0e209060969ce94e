"""The texts of notices: plain words in versioned files, one for each language, none of them clinical.

A file is `texts/<language>/<name>.<version>.txt`: lines `subject:` and `short:`, an empty line, then the body. A kind
that takes a reply has a line `asking:` too, which is the SMS where replies are taken.
Only the newest version is rendered; the older stay, since rows of sent notices name them.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template

import msgspec

from server.core.notices.schemas import Text

FOLDER = Path(__file__).parent / "texts"
LANGUAGES = ("en", "es")
"""The first is what a reader of any other language gets."""


class Kind(msgspec.Struct, frozen=True):
    version: int
    disturbs: bool = False
    """Whether it is sent in quiet hours too: someone is waiting for it, or an account may be in danger."""
    takes_reply: bool = False
    """Whether its SMS can be answered by one."""


KINDS: Mapping[str, Kind] = {
    "account-changed": Kind(1, disturbs=True),
    "account-opened": Kind(1),
    "answer-ready": Kind(1),
    "call-ringing": Kind(1, disturbs=True),
    "case-closed": Kind(1),
    "deadline-at-risk": Kind(1, disturbs=True),
    "invitation": Kind(1),
    "message": Kind(1),
    "photo-wanted": Kind(1),
    "photos-missing": Kind(1),
    "record-opened": Kind(1),
    "recovery": Kind(1, disturbs=True),
    "reply-help": Kind(1, disturbs=True),
    "reply-unclear": Kind(1, disturbs=True),
    "sign-in-code": Kind(1, disturbs=True),
    "sign-in-link": Kind(1, disturbs=True),
    "visit-cancelled": Kind(1, disturbs=True),
    "visit-changed": Kind(1),
    "visit-coming": Kind(1, disturbs=True),
    "visit-offered": Kind(1),
    "visit-reminder": Kind(2, takes_reply=True),
    "visit-reminder-late": Kind(1, takes_reply=True),
    "visit-too-late": Kind(1, disturbs=True),
    "work-waiting": Kind(1),
}


class UnknownTemplate(Exception):
    """There is no template of that name; the message names it."""


class ValuesWrong(Exception):
    """The values are not those that the template asks for; the message names which."""


class Source(msgspec.Struct, frozen=True):
    """A template as read from its file."""

    subject: str
    short: str
    body: str
    asking: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The values it asks for."""
        parts = (self.subject, self.short, self.body, self.asking)
        return frozenset(name for part in parts for name in Template(part).get_identifiers())


def kind_of(name: str) -> Kind:
    """UnknownTemplate if there is none."""
    if name not in KINDS:
        raise UnknownTemplate(name)
    return KINDS[name]


def language_for(tag: str) -> str:
    """The language a reader of that BCP 47 tag gets: `es-MX` reads `es`."""
    primary = tag.partition("-")[0].lower()
    return primary if primary in LANGUAGES else LANGUAGES[0]


def render(name: str, language: str, values: Mapping[str, str], *, asks: bool = False) -> Text:
    """The text with its values; ValuesWrong unless they are exactly those it asks for.

    `asks` for a reply, which a kind must take.
    """
    source = load_source(name, kind_of(name).version, language)
    if source.names != values.keys():
        raise ValuesWrong(f"{name} asks for {sorted(source.names)} and was given {sorted(values)}")
    return Text(
        subject=Template(source.subject).substitute(values),
        short=Template(source.asking if asks else source.short).substitute(values),
        body=Template(source.body).substitute(values),
    )


@cache
def load_source(name: str, version: int, language: str) -> Source:
    head, _, body = (FOLDER / language / f"{name}.{version}.txt").read_text("utf-8").partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    return Source(subject=fields["subject"], short=fields["short"], body=body, asking=fields.get("asking", ""))
