"""The verbs on answers; other slices call these and nothing else of this slice."""

from server.reports.annotation_words import KIND, told_of
from server.reports.overlay import Overlay, Shape, overlays_of
from server.reports.schemas import AnswerContent, Certainty, Diagnosis, TemplateWords
from server.reports.service.codes import IcdCode, UnknownDiagnosis, search, title_of
from server.reports.service.drafts import Draft, read_draft, save_draft
from server.reports.service.reading import OpenedAnswer, answers_of, median_seconds_to_sign, read_answer
from server.reports.service.releasing import release_answer, void_answer
from server.reports.service.signing import AnswerIncomplete, amend_answer, sign_answer
from server.reports.service.statements import content_digest
from server.reports.service.templates import (
    begin_with,
    change_template,
    delete_template,
    templates_of,
    write_template,
)

__all__ = [
    "KIND",
    "AnswerContent",
    "AnswerIncomplete",
    "Certainty",
    "Diagnosis",
    "Draft",
    "IcdCode",
    "OpenedAnswer",
    "Overlay",
    "Shape",
    "TemplateWords",
    "UnknownDiagnosis",
    "amend_answer",
    "answers_of",
    "begin_with",
    "change_template",
    "content_digest",
    "delete_template",
    "median_seconds_to_sign",
    "overlays_of",
    "read_answer",
    "read_draft",
    "release_answer",
    "save_draft",
    "search",
    "sign_answer",
    "templates_of",
    "title_of",
    "told_of",
    "void_answer",
    "write_template",
]
