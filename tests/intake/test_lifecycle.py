"""The life of an upload against an independently written list."""

import itertools

import pytest

from server.intake.lifecycle import FOLLOWING, UploadEvent, UploadState, following, sources_of

EXPECTED = {
    "receiving": {"complete": "complete", "refuse": "refused", "terminate": "terminated", "expire": "expired"},
    "complete": {"hold": "held", "terminate": "terminated", "expire": "expired"},
    "held": {"consume": "consumed"},
}


@pytest.mark.parametrize("state, event", list(itertools.product(UploadState, UploadEvent)))
def test_every_state_and_event(state: UploadState, event: UploadEvent) -> None:
    assert FOLLOWING.get((state, event)) == EXPECTED.get(state, {}).get(event)


@pytest.mark.parametrize("event", list(UploadEvent))
def test_an_event_leads_to_one_state(event: UploadEvent) -> None:
    assert {FOLLOWING[state, event] for state in sources_of(event)} == {following(event)}
