"""Answers refusals that ask for proof: people are led to the page that takes it, programs get the problem."""

from typing import Any

from litestar import Response

from server.core.faults import Fault, SignInRequired
from server.identity.faults import SecondFactorRequired
from server.identity.pages.telling import lead_to_proof
from server.web.connection import PageRequest
from server.web.fault_answers import answer_fault


def answer_with_proof(request: PageRequest, fault: Fault) -> Response[Any]:
    return lead_to_proof(request, fault) or answer_fault(request, fault)


EXCEPTION_HANDLERS = {SignInRequired: answer_with_proof, SecondFactorRequired: answer_with_proof}
"""For the application, beside its handler of every other fault."""
