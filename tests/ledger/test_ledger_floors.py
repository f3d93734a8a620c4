"""Within the ledger too the arrows point one way, those inside functions included."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import portability.ledger

FOLDER = Path(portability.ledger.__file__).parent
PACKAGE = "portability.ledger"


def imported(path: Path) -> set[str]:
    """Names of the modules of the ledger that a module imports, wherever it does so."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == PACKAGE:
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE + "."):
            found.add(str(node.module).removeprefix(PACKAGE + "."))
    return found


def test_no_module_imports_itself_by_a_detour() -> None:
    modules = {path.stem: path for path in FOLDER.glob("*.py") if path.stem != "__init__"}
    arrows = {name: imported(path) & modules.keys() for name, path in modules.items()}
    assert arrows["scan"] >= {"parts", "entries"}
    assert arrows["parts"] >= {"entries"}
    order = [*TopologicalSorter(arrows).static_order()]  # raises CycleError
    assert len(order) == len(modules)
    assert order.index("entries") < order.index("parts") < order.index("scan")
