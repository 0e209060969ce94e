"""ICD-10-CM: complete codes are found by code and by words."""

from server.reports import service as reports


def test_codes_are_found_by_their_beginning() -> None:
    assert [found.code for found in reports.search("l20.8")] == ["L20.81", "L20.82", "L20.83", "L20.84", "L20.89"]


def test_codes_are_found_by_every_word_of_their_title_shortest_first() -> None:
    found = reports.search("Dermatitis  atopic")
    assert [len(each.title) for each in found] == sorted(len(each.title) for each in found)
    assert "Other atopic dermatitis" in {each.title for each in found}
    assert all("atopic" in each.title.casefold() and "dermatitis" in each.title.casefold() for each in found)


def test_categories_that_need_a_further_digit_are_not_offered() -> None:
    assert "L20" not in {found.code for found in reports.search("L20")}


def test_nothing_is_found_for_nothing() -> None:
    assert reports.search("  ") == []
    assert reports.search("zzzz qqqq") == []


def test_a_title_belongs_to_its_code() -> None:
    assert reports.title_of("L20.9") == "Atopic dermatitis, unspecified"
    assert reports.title_of("X00.00000") == ""
