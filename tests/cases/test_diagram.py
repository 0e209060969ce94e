"""The diagram of the life of a case says what the state table says."""

from pathlib import Path

from server.cases.diagram import draw

PAGE = Path(__file__).parents[2] / "docs" / "case-life.md"


def test_the_committed_diagram_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == draw()
