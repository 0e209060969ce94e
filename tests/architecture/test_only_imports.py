"""The contract by which a package's imports are named one by one."""

import pytest
from grimp import ImportGraph

from tests.architecture.only_imports import OnlyImports


def _broken(graph: ImportGraph, **options: object) -> list[str]:
    contract = OnlyImports(
        name="sample",
        session_options={"root_packages": ["house"]},
        contract_options={"package": "house.kitchen", "allowed": ["oven"], **options},
    )
    return contract.check(graph, verbose=False).metadata["links"]


def _graph(importer: str, imported: str) -> ImportGraph:
    graph = ImportGraph()
    graph.add_module("house")
    graph.add_module("house.kitchen")
    graph.add_import(importer=importer, imported=imported)
    return graph


@pytest.mark.parametrize("imported", ["oven", "oven.door", "house.kitchen.sink", "datetime"])
def test_what_is_named_is_kept(imported: str) -> None:
    assert _broken(_graph("house.kitchen.stove", imported)) == []


@pytest.mark.parametrize("imported", ["ovenware", "house.cellar", "house"])
def test_what_is_not_named_is_broken(imported: str) -> None:
    assert _broken(_graph("house.kitchen.stove", imported)) == [f"house.kitchen.stove imports {imported}"]


def test_part_of_the_standard_library_can_be_refused() -> None:
    assert _broken(_graph("house.kitchen", "socket"), refused=["socket"]) == ["house.kitchen imports socket"]


@pytest.mark.parametrize("imported, broken", [("socket", False), ("house.cellar", True)])
def test_exempt_module_may_use_that_part_and_nothing_more(imported: str, broken: bool) -> None:
    links = _broken(_graph("house.kitchen.hatch", imported), refused=["socket"], exempt=["house.kitchen.hatch"])
    assert bool(links) is broken


def test_imports_of_others_are_not_judged() -> None:
    assert _broken(_graph("house.cellar", "house.attic")) == []
