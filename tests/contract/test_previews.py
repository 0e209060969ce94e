"""Previews on the wire: their ids by the vectors, their bounds, and parts of before there were any."""

import hashlib
import json
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from server.contract.case import PhotographPart
from server.contract.preview import PREVIEW_BYTES, Preview, PreviewStep, preview_id
from tests.support.clinics import photograph

VECTORS = json.loads(files("server.contract").joinpath("vectors/previews.json").read_text())["vectors"]
DIGEST = hashlib.sha256(b"a preview").hexdigest()


@pytest.mark.parametrize("vector", VECTORS)
def test_the_vectors_hold(vector: dict[str, Any]) -> None:
    found = preview_id(UUID(vector["partId"]), PreviewStep(vector["step"]))
    assert str(found) == vector["previewId"]
    assert (found.version, found.variant) == (8, "specified in RFC 4122")


def test_ids_of_one_photograph_and_of_another_are_apart() -> None:
    first, second = uuid4(), uuid4()
    found = {preview_id(part_id, step) for part_id in (first, second) for step in PreviewStep}
    assert len(found | {first, second}) == 6


def test_a_part_of_before_previews_and_a_phones_has_none() -> None:
    sent = json.loads(msgspec.json.encode(photograph(b"a photograph")))
    del sent["previews"]
    assert msgspec.convert(sent, PhotographPart).previews == ()


@pytest.mark.parametrize("step", PreviewStep)
def test_a_preview_is_no_larger_than_its_step(step: PreviewStep) -> None:
    wire = {"step": step, "sha256": DIGEST, "sizeBytes": PREVIEW_BYTES[step]}
    assert msgspec.convert(wire, Preview).size_bytes == PREVIEW_BYTES[step]
    with pytest.raises(msgspec.ValidationError, match="bytes for a preview"):
        msgspec.convert({**wire, "sizeBytes": PREVIEW_BYTES[step] + 1}, Preview)


def test_a_photograph_names_one_preview_of_each_step() -> None:
    small = {"step": "small", "sha256": DIGEST, "sizeBytes": 9}
    wire = json.loads(msgspec.json.encode(photograph(b"a photograph")))
    both = {**wire, "previews": [small, {**small, "step": "large"}]}
    assert [each.step for each in msgspec.convert(both, PhotographPart).previews] == list(PreviewStep)
    with pytest.raises(msgspec.ValidationError, match="one preview of each step"):
        msgspec.convert({**wire, "previews": [small, small]}, PhotographPart)
