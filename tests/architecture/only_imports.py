"""A contract for import-linter that names what a package may import, so that whatever comes later is refused too."""

import sys
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OnlyImports(Contract):
    """`package` imports itself, the standard library less `refused`, and `allowed`.

    An allowed module stands for all that lies under it. Modules in `exempt` may use the whole standard library.
    """

    package = fields.StringField()
    allowed = fields.ListField(subfield=fields.StringField())
    refused = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    exempt = fields.ListField(subfield=fields.StringField(), required=False, default=[])

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        package = str(self.package)
        within = {package} | graph.find_descendants(package)
        links = [
            f"{importer} imports {imported}"
            for importer in sorted(within)
            for imported in sorted(graph.find_modules_directly_imported_by(importer) - within)
            if not self._is_allowed(importer, imported)
        ]
        return ContractCheck(kept=not links, metadata={"links": links})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for link in check.metadata["links"]:
            output.print_error(link)

    def _is_allowed(self, importer: str, imported: str) -> bool:
        if imported in sys.stdlib_module_names:
            return imported not in self._names(self.refused) or _is_under(importer, self._names(self.exempt))
        return _is_under(imported, self._names(self.allowed))

    @staticmethod
    def _names(listed: object) -> list[str]:
        """import-linter's fields have no static type of their own."""
        return cast("list[str]", listed)


def _is_under(module: str, packages: list[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)
