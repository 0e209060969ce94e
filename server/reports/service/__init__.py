"""The verbs on answers; other slices call these and nothing else of this slice."""

from server.reports.annotation_words import KIND, told_of
from server.reports.overlay import Overlay, Shape, overlays_of
from server.reports.schemas import AnswerContent, Certainty, Diagnosis
from server.reports.service.codes import IcdCode, UnknownDiagnosis, search, title_of
from server.reports.service.drafts import Draft, read_draft, save_draft
from server.reports.service.reading import OpenedAnswer, answers_of, median_seconds_to_sign, read_answer
from server.reports.service.releasing import release_answer, void_answer
from server.reports.service.signing import AnswerIncomplete, amend_answer, sign_answer
from server.reports.service.statements import content_digest

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
    "UnknownDiagnosis",
    "amend_answer",
    "answers_of",
    "content_digest",
    "median_seconds_to_sign",
    "overlays_of",
    "read_answer",
    "read_draft",
    "release_answer",
    "save_draft",
    "search",
    "sign_answer",
    "title_of",
    "told_of",
    "void_answer",
]
