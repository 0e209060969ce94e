"""Reads the fields and files of a submitted HTML form."""

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl

from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType

from server.core.faults import BadInput
from server.web.connection import PageRequest

MOST_FIELDS = 1000


@dataclass(frozen=True)
class FormData:
    """Repeated names keep their order."""

    texts: dict[str, list[str]]
    files: dict[str, list[UploadFile]]

    def text(self, name: str) -> str:
        """The first value, empty if the field was not sent."""
        return next(iter(self.texts.get(name, ())), "")


async def read_form_data(request: PageRequest) -> FormData:
    """The form in the body; a body of another type is an empty form. Raises BadInput if it cannot be read.

    Litestar's own reader of urlencoded bodies is not used: it keeps the last 1,024 bodies in a cache, and
    these hold passwords and clinical answers.
    """
    if request.content_type[0] == RequestEncodingType.URL_ENCODED:
        return _read_urlencoded(await request.body())
    data = FormData({}, {})
    for name, value in (await request.form()).multi_items():
        _place(data, name, value)
    return data


def _read_urlencoded(body: bytes) -> FormData:
    data = FormData({}, {})
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:
        raise BadInput("The encoding of the form is broken.") from error
    for name, value in pairs:
        _place(data, name, value)
    return data


def _place(data: FormData, name: str, value: Any) -> None:
    if isinstance(value, UploadFile):
        data.files.setdefault(name, []).append(value)
    else:
        data.texts.setdefault(name, []).append(cast("str", value))
