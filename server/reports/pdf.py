"""The answer as a page to keep: what to do first, then what was found, who signed it and which version it is."""

import textwrap
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from reportlab.platypus import KeepTogether, Spacer

from server.reports.annotation_words import told_of
from server.reports.pictures import AnnotatedPicture, picture_of
from server.reports.schemas import AnswerContent, Certainty
from server.reports.service import OpenedAnswer, content_digest
from server.reports.typesetting import UNPRINTED, Style, boxed, can_print, facts, section, typeset, words
from server.web.catalogue import N_
from server.web.reader import Reader

CERTAINTY = {
    Certainty.CERTAIN: N_("Certain"),
    Certainty.LIKELY: N_("Likely"),
    Certainty.POSSIBLE: N_("Possible"),
}


FOOT_NAME_CHARACTERS = 48
FINGERPRINT_GROUP = 8


class PrintedAnswer(Struct, frozen=True, kw_only=True):
    """One version of the answer with the names that stand on it."""

    answer: OpenedAnswer
    patient_name: str
    born: date | None
    author_name: str
    organisation_name: str
    submitted_at: datetime
    newer_version: int | None
    """The latest version, where the printed one is not it."""
    pictures: tuple[AnnotatedPicture, ...] = ()
    """The photographs that something was drawn on when it was signed."""
    drawn_by: Mapping[UUID, str] = {}


def print_answer(printed: PrintedAnswer, reader: Reader) -> bytes:
    """The PDF in the reader's language; its metadata name neither the patient nor what is inside."""
    return typeset(
        lambda: [
            *_head(printed, reader),
            *_body(printed.answer.content, reader),
            *_pictures(printed, reader),
            *_foot(printed, reader),
        ],
        title=reader.text(N_("Answer")),
        language=reader.language,
        foot=lambda number, pages: _page_foot(printed, reader, number, pages),
    )


def _page_foot(printed: PrintedAnswer, reader: Reader, number: int, pages: int) -> tuple[str, str]:
    """Whose page it is and of which version, for sheets that part from each other."""
    _ = reader.text
    name = textwrap.shorten(printed.patient_name, FOOT_NAME_CHARACTERS, placeholder="…")
    version = _("Version %(number)s") % {"number": printed.answer.row.version}
    return f"{name} · {version}", _("Page %(number)s of %(pages)s") % {"number": number, "pages": pages}


def _head(printed: PrintedAnswer, reader: Reader) -> list[Any]:
    _, row = reader.text, printed.answer.row
    rows = [
        (_("Patient"), printed.patient_name),
        (_("Born on"), reader.day_text(printed.born) if printed.born else ""),
        (_("Case sent"), reader.at_text(printed.submitted_at)),
        (_("Answered by"), _("%(name)s, specialist") % {"name": printed.author_name}),
        (_("Signed"), reader.at_text(row.signed_at)),
        (_("Version"), str(row.version)),
    ]
    parts = [
        words(printed.organisation_name, Style.QUIET),
        words(_("The specialist’s answer"), Style.TITLE),
        *facts((term, value) for term, value in rows if value),
    ]
    return parts + [words(notice, Style.NOTICE) for notice in _notices(printed, reader)]


def _notices(printed: PrintedAnswer, reader: Reader) -> list[str]:
    _, content = reader.text, printed.answer.content
    notices: list[str] = []
    if printed.newer_version is not None:
        notices.append(_("There is a newer version: %(number)s. Use that one.") % {"number": printed.newer_version})
    if content.amendment_reason.strip():
        notices.append(_("Amended: %(reason)s") % {"reason": content.amendment_reason.strip()})
    if not can_print("".join(_texts(printed))):
        notices.append(
            _("Some letters cannot be printed here and stand as %(sign)s. Read them on the answer’s page in Careferry.")
            % {"sign": UNPRINTED}
        )
    return notices


def _texts(printed: PrintedAnswer) -> list[str]:
    content = printed.answer.content
    written = [content.findings, content.plan, content.follow_up, content.safety_net, content.amendment_reason]
    written += [each.mark.words for each in content.annotations if each.mark]
    return [*written, printed.patient_name, printed.author_name, printed.organisation_name]


def _body(content: AnswerContent, reader: Reader) -> list[Any]:
    _ = reader.text
    named = [f"{each.title} ({each.code}): {_(CERTAINTY[each.certainty])}" for each in content.diagnoses]
    return [
        *section(_("What to do"), content.plan),
        *boxed(_("When to get help sooner"), content.safety_net),
        *section(_("Follow-up"), content.follow_up),
        *section(_("Diagnosis (ICD-10-CM)"), *named),
        *section(_("Findings"), content.findings),
    ]


def _pictures(printed: PrintedAnswer, reader: Reader) -> list[Any]:
    """Each photograph with what was drawn on it, and below it the words to each number."""
    _ = reader.text
    parts: list[Any] = []
    for number, picture in enumerate(printed.pictures, start=1):
        heading = _("Photo %(number)s, as the specialist marked it") % {"number": number}
        told = [words(told_of(shape, printed.drawn_by, reader), Style.QUIET) for shape in picture.overlay.shapes]
        parts += [KeepTogether([words(heading, Style.HEADING), picture_of(picture)]), *told]
    return parts


def _foot(printed: PrintedAnswer, reader: Reader) -> list[Any]:
    """What another reader needs to be sure that this is what was signed."""
    _, row = reader.text, printed.answer.row
    signed = _("Signed by %(name)s, %(at)s") % {"name": printed.author_name, "at": reader.at_text(row.signed_at)}
    check = _(
        "To check this page: have the patient open the case in Careferry and save the answer again. "
        "Careferry shows an answer only while its signature holds, and the fingerprint must be the same."
    )
    digest = content_digest(printed.answer.content)
    fingerprint = _("Fingerprint (SHA-256) %(digest)s") % {
        "digest": " ".join(textwrap.wrap(digest, FINGERPRINT_GROUP)),
    }
    proof = _("Digital signature %(signature)s, key %(key)s") % {
        "signature": row.signature,
        "key": row.signature_key_id,
    }
    return [Spacer(1, 14), words(signed), *(words(text, Style.QUIET) for text in (check, fingerprint, proof))]
