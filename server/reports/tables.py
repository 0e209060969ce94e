"""Draft and answer rows, sealed under the patient's vault, and templates, which are about no patient."""

from piccolo.columns import UUID, Boolean, Bytea, Integer, Text, Timestamptz, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from server.core.db.columns import Owned, Retention
from server.core.db.constraints import one_of


class AnswerDraft(Owned, Table, tablename="answer_draft"):
    """What a reader has typed so far for one case; one draft a reader and case, saved as typed."""

    retention = Retention.CLINICAL

    case_id = UUID(default=None, null=False, index=True)
    patient_id = UUID(default=None, null=False)
    vault_id = UUID(default=None, null=False)
    author_id = UUID(default=None, null=False)
    sealed = Bytea(default=b"")
    saved_at = Timestamptz(default=None, null=False)
    revision = Integer(default=1)

    one_draft = Unique([case_id, author_id])


class AnswerVersion(Owned, Table, tablename="answer_version"):
    """One signed version of the answer. Rows are only added; a voided one was never released to anyone."""

    retention = Retention.CLINICAL

    case_id = UUID(default=None, null=False, index=True)
    patient_id = UUID(default=None, null=False)
    vault_id = UUID(default=None, null=False)
    request_id = UUID(default=None, null=True)
    version = Integer()
    kind = Varchar(length=9)
    author_id = UUID(default=None, null=False)
    sealed = Bytea(default=b"")
    content_sha256 = Bytea(default=b"")
    """SHA-256 of the content, sealed: what the signature covers, and erased with the vault."""
    signature = Varchar(length=120, default="")
    signature_key_id = Varchar(length=80, default="")
    signed_at = Timestamptz(default=None, null=False)
    second_factor_at = Timestamptz(default=None, null=False)
    seconds_to_sign = Integer(default=None, null=True)
    """From claiming the case to signing, which is shown back to the reader; empty for amendments."""
    release_at = Timestamptz(default=None, null=False)
    released_at = Timestamptz(default=None, null=True)
    voided_at = Timestamptz(default=None, null=True)
    first_read_at = Timestamptz(default=None, null=True)
    form_key = Varchar(length=64, default=None, null=True)

    answer_kind = one_of("kind", ["answer", "amendment"])
    one_version = Unique([case_id, version])


class AnswerTemplate(Owned, Table, tablename="answer_template"):
    """Words that a specialist begins answers with; about nobody, so not sealed."""

    retention = Retention.CONFIGURATION

    author_id = UUID(default=None, null=False, index=True)
    is_shared = Boolean(default=False)
    """Whether the author's colleagues use it too."""
    name = Varchar(length=80)
    findings = Text(default="")
    plan = Text(default="")
    safety_net = Text(default="")
    follow_up = Text(default="")
    revision = Integer(default=1)
    changed_at = Timestamptz(default=None, null=False)
    form_key = Varchar(length=64, default=None, null=True)

    template_once = Unique([author_id, form_key])
