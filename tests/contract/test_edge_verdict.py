"""A device's verdict on the wire: flaws with their scores, and the bare names of apps from before."""

import msgspec
import pytest

from server.contract.case import MAX_FLAWS, EdgeFlaw, EdgeVerdict

SCORED = {"name": "defocus", "score": 212, "threshold": 300}


def read(**told: object) -> EdgeVerdict:
    return msgspec.json.decode(msgspec.json.encode({"checked": True, "version": "2", **told}), type=EdgeVerdict)


def test_a_flaw_comes_with_its_score() -> None:
    verdict = read(flaws=[SCORED], keptBecause="It is the best I can do")

    assert verdict.flaws == (EdgeFlaw(name="defocus", score=212, threshold=300),)
    assert verdict.flaw_names == ("defocus",)


def test_a_phone_that_kept_an_older_app_still_sends_names() -> None:
    assert read(flaws=["sharpness", "too_dark"]).flaw_names == ("sharpness", "too_dark")


@pytest.mark.parametrize(
    "flaws", [["x"] * (MAX_FLAWS + 1), [{**SCORED, "score": 2**31}], [{"name": "defocus"}], ["x" * 201]]
)
def test_what_is_no_verdict_is_refused(flaws: list[object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        read(flaws=flaws)
