"""Faults: every refusal has a status, a stable code, and words that say what happened, what is kept, what to do."""

from collections.abc import Callable
from typing import ClassVar

from server.contract.problem import FieldProblem, Problem

PROBLEM_TYPE_BASE = "https://careferry.example/problems/"


class Fault(Exception):
    """A refusal that is told to the person; subclasses state a fact in their name (`CaseAlreadyClaimed`)."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "fault"
    title: ClassVar[str] = "Something went wrong"
    kept: ClassVar[str] = ""
    next_step: ClassVar[str] = ""
    retry_after_s: ClassVar[int] = 0
    """When it is worth asking again, unless `headers` say; 0 where it is not a matter of time."""
    headers: dict[str, str]

    def __init__(
        self,
        detail: str = "",
        *,
        fields: tuple[FieldProblem, ...] = (),
        headers: dict[str, str] | None = None,
        inside: str = "",
        **values: object,
    ):
        """`detail` is a text of the catalogue; `values` fill its `{names}` after it has been translated.

        So is each message of `fields`; a field without one has the detail. `inside` (ids, causes) is for the log and
        the operator's command line: no page and no program is told it.
        """
        self.detail = detail
        self.values = values
        self.inside = inside
        super().__init__(inside or self.told() or self.title)
        self.fields = fields
        again = {"Retry-After": str(self.retry_after_s)} if self.retry_after_s else {}
        self.headers = again | (headers or {})

    def told(self, translate: Callable[[str], str] = str) -> str:
        """The detail in the reader's words, its values filled in; empty if there is none."""
        words = translate(self.detail) if self.detail else ""
        return words.format_map(self.values) if self.values else words

    def told_fields(self, translate: Callable[[str], str] = str) -> tuple[FieldProblem, ...]:
        """What is wrong with which field, in the reader's words."""
        told = self.told(translate)
        return tuple(
            FieldProblem(path=each.path, message=translate(each.message) if each.message else told)
            for each in self.fields
        )

    def problem(self, request_id: str = "", translate: Callable[[str], str] = str) -> Problem:
        return Problem(
            type=PROBLEM_TYPE_BASE + self.code,
            title=translate(self.title),
            status=self.status,
            code=self.code,
            detail=self.told(translate),
            kept=translate(self.kept) if self.kept else "",
            next_step=translate(self.next_step) if self.next_step else "",
            request_id=request_id,
            fields=tuple(
                FieldProblem(path=_wire_name(each.path), message=each.message) for each in self.told_fields(translate)
            ),
        )


def _wire_name(path: str) -> str:
    """Names are camelCase on the wire."""
    first, *rest = path.split("_")
    return first + "".join(word.capitalize() for word in rest)


class BadInput(Fault):
    status = 400
    code = "bad-input"
    title = "The request could not be understood"
    kept = "Nothing was changed."
    next_step = "Correct what is named and send it again."


class InvalidForm(Fault):
    status = 422
    code = "invalid-form"
    title = "Some answers need another look"
    kept = "Everything you typed is still there."
    next_step = "Correct the marked fields and send again."


class SignInRequired(Fault):
    status = 401
    code = "sign-in-required"
    title = "Please sign in"
    kept = "Nothing was changed."
    next_step = "Sign in and try again."


class Forbidden(Fault):
    status = 403
    code = "forbidden"
    title = "Your role does not allow this"
    kept = "Nothing was changed."
    next_step = "Ask an administrator if you think it should."


class NotFound(Fault):
    """Also what is answered for everything that exists but is not the actor's to see."""

    status = 404
    code = "not-found"
    title = "There is nothing here"
    kept = "Nothing was changed."
    next_step = "Check the address, or start again from your first page."


class Conflict(Fault):
    status = 409
    code = "conflict"
    title = "Someone else was first"
    kept = "What was there before is unchanged."
    next_step = "Reload to see how it stands now."


class KeyReused(Conflict):
    code = "key-reused"
    title = "The same key was used before with different content"
    kept = "The first content is kept unchanged."
    next_step = "Send the new content under a new key."


class Expired(Fault):
    status = 410
    code = "expired"
    title = "This has expired"
    kept = "Nothing was changed."
    next_step = "Ask for a new one."


class TooLarge(Fault):
    status = 413
    code = "too-large"
    title = "This is larger than can be accepted"
    kept = "Nothing of it was kept."
    next_step = "Send something smaller."


class TooManyRequests(Fault):
    status = 429
    code = "too-many-requests"
    title = "Too many attempts"
    retry_after_s = 60
    kept = "Nothing was changed."
    next_step = "Wait a little and try again."


class Unavailable(Fault):
    """The platform cannot keep what was sent right now (disk full, database locked): nothing is acknowledged."""

    status = 503
    code = "unavailable"
    title = "The service cannot do this right now"
    retry_after_s = 5
    kept = "Nothing was accepted; what you have on your side is still yours."
    next_step = "Try again in a little while."


class StorageFull(Unavailable):
    status = 507
    code = "storage-full"
    title = "The server has no room left"
    retry_after_s = 60
