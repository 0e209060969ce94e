"""What an answer's signature covers, and whether it holds."""

import hashlib
from datetime import UTC

import msgspec

from server.core.keys.signing import verify_signature
from server.core.platform import platform
from server.core.vault import Tampered
from server.reports.schemas import AnswerContent, SignedStatement
from server.reports.tables import AnswerVersion

ANSWER_SCHEMA = "careferry.answer/1"


def content_digest(content: AnswerContent) -> str:
    """SHA-256 of the content as JSON with sorted keys.

    Answers from before there were annotations were signed without the field, so where there are none it is left out.
    """
    fields = msgspec.to_builtins(content)
    if not content.annotations:
        del fields["annotations"]
    return hashlib.sha256(msgspec.json.encode(fields, order="sorted")).hexdigest()


def signed_statement(answer: AnswerVersion, content_sha256: str) -> bytes:
    """The exact bytes under the answer's signature."""
    statement = SignedStatement(
        schema=ANSWER_SCHEMA,
        case_id=str(answer.case_id),
        version=answer.version,
        author_id=str(answer.author_id),
        content_sha256=content_sha256,
        signed_at=answer.signed_at.astimezone(UTC).isoformat(),
    )
    return msgspec.json.encode(statement, order="sorted")


def check_signature(answer: AnswerVersion, content: AnswerContent) -> None:
    """Raise Tampered unless one of this installation's keys signed this content, version, author and instant."""
    statement = signed_statement(answer, content_digest(content))
    public = {key.key_id: key.public_key for key in platform().keys.receipts.public()}
    signer = public.get(answer.signature_key_id)
    if signer is None or not verify_signature(signer, answer.signature, statement):
        raise Tampered(inside=f"the signature of answer {answer.id} does not hold")
