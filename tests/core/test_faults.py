"""What a refusal tells programs, field by field, and what it tells nobody outside."""

from server.contract.problem import FieldProblem
from server.core.faults import InvalidForm
from server.core.vault import Tampered


def test_a_field_is_named_as_on_the_wire_with_its_message_translated() -> None:
    fault = InvalidForm(fields=(FieldProblem(path="safety_net", message="Fill this in."),))

    assert fault.problem(translate=str.upper).fields == (FieldProblem(path="safetyNet", message="FILL THIS IN."),)


def test_a_field_without_a_message_has_the_detail() -> None:
    fault = InvalidForm("{code} is unknown.", code="X1", fields=(FieldProblem(path="diagnoses.0", message=""),))

    assert fault.problem().fields == (FieldProblem(path="diagnoses.0", message="X1 is unknown."),)


def test_what_went_on_inside_is_for_the_log_and_the_command_line_alone() -> None:
    fault = Tampered(inside="organisation key 7 does not open")

    assert str(fault) == "organisation key 7 does not open"
    assert fault.problem().detail == ""
