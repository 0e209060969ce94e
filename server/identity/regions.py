"""Places as ISO 3166 codes: a country (`ES`) or one of its subdivisions (`ES-CN`, `US-CA`)."""

from typing import Annotated

import msgspec

from server.web.catalogue import N_

Region = Annotated[
    str,
    msgspec.Meta(
        pattern="^[A-Z]{2}(-[A-Z0-9]{1,3})?$",
        description="ISO 3166-1 or 3166-2",
        extra={"message": N_("Write a country or region code, such as ES or US-CA.")},
    ),
]


def covering(place: str) -> list[str]:
    """The regions whose licence holds in a place: itself, and the country it is in."""
    country = place.partition("-")[0]
    return list(dict.fromkeys((place, country)))
