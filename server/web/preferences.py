"""Reads the weighted lists of Accept-Language and Accept-Encoding headers."""


def preferred(header: str) -> list[str]:
    """The values, the dearest first; what is weighted 0 is refused (RFC 9110, 12.4.2)."""
    weighted = [(_weight(parameter), value.strip()) for value, _, parameter in _items(header)]
    accepted = [(weight, value) for weight, value in weighted if weight > 0 and value]
    return [value for _, value in sorted(accepted, key=lambda pair: -pair[0])]


def _items(header: str) -> list[tuple[str, str, str]]:
    return [item.partition(";") for item in header.split(",")]


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
