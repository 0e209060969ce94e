"""The answer's content, as drafted and as signed."""

from enum import StrEnum
from typing import Annotated

import msgspec

from server.cases.service import Annotation

Words = Annotated[str, msgspec.Meta(max_length=8000)]


class Certainty(StrEnum):
    """How sure the specialist is of a diagnosis; uncertain means visibly uncertain."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """An ICD-10-CM code from the installed edition, with its title as it stood when signed."""

    code: str
    title: str
    certainty: Certainty


class AnswerContent(msgspec.Struct, frozen=True, kw_only=True):
    """What the specialist says. `plan` and `safety_net` are for the patient, in plain words."""

    findings: Words = ""
    diagnoses: tuple[Diagnosis, ...] = ()
    plan: Words = ""
    follow_up: Words = ""
    safety_net: Words = ""
    amendment_reason: Words = ""
    annotations: tuple[Annotation, ...] = ()
    """What stood on the photographs when it was signed; drafts have none."""


class TemplateWords(msgspec.Struct, frozen=True, kw_only=True):
    """A template as it is written: each of its words is added to the answer's field of the same name."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    is_shared: bool = False
    findings: Words = ""
    plan: Words = ""
    safety_net: Words = ""
    follow_up: Words = ""


class SignedStatement(msgspec.Struct, frozen=True, kw_only=True):
    """The canonical statement under an answer's signature (Ed25519 over its JSON with sorted keys)."""

    schema: str
    case_id: str
    version: int
    author_id: str
    content_sha256: str
    signed_at: str
