"""import-linter's contract for the rooms of the house; only `lint-imports` loads this module."""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

KERNEL = "fitflow"


class HouseContract(Contract):
    """Two rules for each single import, wherever it stands.

    - An app of the public schema (below `fitflow`, or a folder named `shared`) never imports an app that exists
      once per studio.
    - The core of an app never imports an edge, its own or another's. A module is edge by its name; what is neither
      edge nor wiring is core.
    """

    edge = fields.ListField(subfield=fields.StringField())
    wiring = fields.ListField(subfield=fields.StringField())
    allowed = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at every import of the graph."""
        faults = []
        for importer in sorted(graph.modules):
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                if fault := self.fault(importer, imported):
                    lines = [
                        detail["line_number"]
                        for detail in graph.get_import_details(importer=importer, imported=imported)
                    ]
                    faults.append(f"{importer} (l. {', '.join(map(str, lines))}) -> {imported}: {fault}")
        return ContractCheck(kept=not faults, metadata={"faults": faults})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import that breaks a rule."""
        faults: list[Any] = check.metadata["faults"]
        for fault in faults:
            output.print_error(fault)

    def fault(self, importer: str, imported: str) -> str:
        """Return what is wrong with one import, or nothing."""
        if self._kind(importer) == "wiring" or self._is_package(imported):
            return ""
        if self._is_public(importer) and not self._is_public(imported):
            return "an app of the public schema imports an app of a studio"
        if f"{importer} -> {imported}" in (self.allowed or []):  # type: ignore[operator]
            return ""
        if self._kind(importer) == "core" and self._kind(imported) == "edge":
            return "core imports edge"
        return ""

    def _kind(self, module: str) -> str:
        parts = module.split(".")[1:]
        if any(part in self.wiring for part in parts):  # type: ignore[operator]
            return "wiring"
        if parts[:1] == ["core"]:
            # The base classes of edges (API, widgets) are part of the kernel, and edge themselves.
            parts = parts[1:]
        return "edge" if any(part in self.edge for part in parts) else "core"  # type: ignore[operator]

    @staticmethod
    def _is_public(module: str) -> bool:
        parts = module.split(".")
        return parts[0] == KERNEL or "shared" in parts[1:2]

    @staticmethod
    def _is_package(module: str) -> bool:
        return "." not in module
