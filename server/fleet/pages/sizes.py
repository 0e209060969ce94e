"""Numbers of bytes as people read them, in the reader's notation."""

from collections.abc import Callable

from babel.numbers import format_decimal

from server.web.reader import Reader

GB, MB, KB = 1_000_000_000, 1_000_000, 1_000


def size_words(reader: Reader) -> Callable[[int], str]:
    """`3.4 GB`, `210 MB`, `12 kB`."""
    locale = reader.language.replace("-", "_")

    def words(size_bytes: int) -> str:
        if size_bytes >= GB:
            return f"{format_decimal(size_bytes / GB, '#,##0.0', locale=locale)} GB"
        unit, name = (MB, "MB") if size_bytes >= MB else (KB, "kB")
        return f"{format_decimal(size_bytes // unit, '#,##0', locale=locale)} {name}"

    return words
