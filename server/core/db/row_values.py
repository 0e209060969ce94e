"""The values of a row to insert, put into the statement as they are.

Piccolo writes a template for each row, parses it again and asks of every value whether it is a column: for the rows
of one submission that takes longer than the database does.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from piccolo.columns import Column
from piccolo.querystring import Fragment, QueryString
from piccolo.utils.sql_values import convert_to_sql_value

_PLAIN = frozenset({str, int, bool, bytes, datetime, UUID, type(None)})
"""Types that both drivers take as they come; all others are Piccolo's to convert."""


class RowValues(QueryString):
    """`(?, ?, …)` with one value for each column."""

    def __init__(self, columns: Sequence[Column], values: Sequence[Any]) -> None:
        super().__init__("")
        self._values = [
            value if type(value) in _PLAIN else convert_to_sql_value(value, column)
            for column, value in zip(columns, values, strict=True)
        ]

    def bundle(
        self, start_index: int = 1, bundled: list[Fragment] | None = None, combined_args: list[Any] | None = None
    ) -> tuple[int, list[Fragment], list[Any]]:
        fragments = [] if bundled is None else bundled
        arguments = [] if combined_args is None else combined_args
        end = start_index + len(self._values)
        fragments += [Fragment("(" if index == start_index else ",", index) for index in range(start_index, end)]
        fragments.append(Fragment(")", no_arg=True))
        arguments += self._values
        return end, fragments, arguments
