"""The answer as a page to keep: what to do first, then what was found, who signed it and which version it is."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from reportlab.platypus import Spacer

from server.reports.schemas import AnswerContent, Certainty
from server.reports.service import OpenedAnswer
from server.reports.typesetting import Style, can_print, typeset, words
from server.web.catalogue import N_
from server.web.reader import Reader

CERTAINTY = {
    Certainty.CERTAIN: N_("Certain"),
    Certainty.LIKELY: N_("Likely"),
    Certainty.POSSIBLE: N_("Possible"),
}


class PrintedAnswer(Struct, frozen=True, kw_only=True):
    """One version of the answer with the names that stand on it."""

    answer: OpenedAnswer
    patient_name: str
    author_name: str
    organisation_name: str
    submitted_at: datetime
    newer_version: int | None
    """The latest version, where the printed one is not it."""


def print_answer(printed: PrintedAnswer, reader: Reader) -> bytes:
    """The PDF in the reader's language; its metadata name neither the patient nor what is inside."""
    return typeset(
        lambda: [*_head(printed, reader), *_body(printed.answer.content, reader), *_foot(printed, reader)],
        title=reader.text(N_("Answer")),
        language=reader.language,
        foot=lambda number, pages: reader.text(N_("Page %(number)s of %(pages)s")) % {"number": number, "pages": pages},
    )


def _head(printed: PrintedAnswer, reader: Reader) -> list[Any]:
    _, row = reader.text, printed.answer.row
    sent = _("Case sent %(at)s") % {"at": reader.at_text(printed.submitted_at)}
    parts = [
        words(printed.organisation_name, Style.QUIET),
        words(_("The specialist’s answer"), Style.TITLE),
        words(_("For %(name)s") % {"name": printed.patient_name}),
        words(f"{sent} · {_('Version %(number)s') % {'number': row.version}}", Style.QUIET),
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
        notices.append(_("Some letters cannot be printed here. Read the answer on its page in Careferry."))
    return notices


def _texts(printed: PrintedAnswer) -> list[str]:
    content = printed.answer.content
    written = [content.findings, content.plan, content.follow_up, content.safety_net, content.amendment_reason]
    return [*written, printed.patient_name, printed.author_name, printed.organisation_name]


def _body(content: AnswerContent, reader: Reader) -> list[Any]:
    _ = reader.text
    parts = [
        *_section(_("What to do"), content.plan),
        *_section(_("When to get help sooner"), content.safety_net),
        *_section(_("Follow-up"), content.follow_up),
        words(_("Diagnosis"), Style.HEADING),
    ]
    named = [f"{each.title} ({each.code}): {_(CERTAINTY[each.certainty])}" for each in content.diagnoses]
    return [*parts, *(words(each) for each in named), *_section(_("Findings"), content.findings)]


def _section(heading: str, text: str) -> list[Any]:
    return [words(heading, Style.HEADING), words(text)] if text.strip() else []


def _foot(printed: PrintedAnswer, reader: Reader) -> list[Any]:
    _, row = reader.text, printed.answer.row
    signed = _("Signed by %(name)s, %(at)s") % {"name": printed.author_name, "at": reader.at_text(row.signed_at)}
    proof = _("Digital signature %(signature)s, key %(key)s") % {
        "signature": row.signature,
        "key": row.signature_key_id,
    }
    return [Spacer(1, 14), words(signed), words(proof, Style.QUIET)]
