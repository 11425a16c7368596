"""Finds, over the syntax tree, what replay would not forgive: clocks, chance, environment, files, network, threads."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

IMPURE = frozenset(
    "aiohttp asyncio.subprocess builtins concurrent ctypes fcntl getpass glob http httpx importlib io locale "
    "multiprocessing os pathlib platform psycopg queue random requests secrets select shutil signal socket sqlalchemy "
    "sqlite3 sqlmodel ssl subprocess sys tempfile threading time urllib.request uuid zoneinfo".split()
)
CLOCKS = frozenset(
    {"datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"}
)
BUILTINS = frozenset("open input print eval exec compile hash __import__ breakpoint globals".split())
UNORDERED = frozenset({"asyncio.wait", "asyncio.as_completed", "asyncio.to_thread", "asyncio.new_event_loop"})


@dataclass(frozen=True)
class Finding:
    """One impure place."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


def impurities(file: Path, *, name: str, import_time_only: bool = False) -> list[Finding]:
    """What is impure in a module. `import_time_only` spares function bodies: activities may act, signatures not."""
    tree = ast.parse(file.read_text(encoding="utf-8"), filename=name)
    aliases = _aliases(tree)
    found = []
    for node in _import_time(tree) if import_time_only else ast.walk(tree):
        # What an activity's module imports is the import rules' affair; here only what its signatures evaluate.
        modules = [] if import_time_only else _imported(node)
        found += [Finding(name, node.lineno, f"imports {module}") for module in modules if _impure(module)]  # type: ignore[attr-defined]
        if isinstance(node, ast.Name | ast.Attribute):
            dotted = _dotted(node, aliases)
            if dotted in CLOCKS or dotted in UNORDERED or (import_time_only and _impure(dotted)):
                found.append(Finding(name, node.lineno, f"uses {dotted}"))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BUILTINS:
            found.append(Finding(name, node.lineno, f"calls {node.func.id}()"))
    return sorted(set(found), key=lambda finding: (finding.line, finding.what))


def foreign_imports(file: Path, *, name: str, allowed: frozenset[str]) -> list[Finding]:
    """Imports of anything but these packages."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), filename=name)):
        for module in _imported(node):
            if module.partition(".")[0] not in allowed:
                found.append(Finding(name, node.lineno, f"imports {module}"))  # type: ignore[attr-defined]
    return found


def classes_that_are_no_workflow(file: Path, *, name: str) -> list[Finding]:
    """Classes in a flow file that are neither the flow nor its story: the sandbox builds them anew for every run."""
    tree = ast.parse(file.read_text(encoding="utf-8"), filename=name)
    from_kit = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("workflows.kit.")
        for alias in node.names
    }
    return [
        Finding(name, node.lineno, f"defines {node.name}")
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and not any("workflow.defn" in ast.unparse(d) for d in node.decorator_list)
        and not from_kit.intersection(map(ast.unparse, node.bases))
    ]


def _impure(dotted: str) -> bool:
    return any(dotted == module or dotted.startswith(f"{module}.") for module in IMPURE)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        # `from urllib import request` imports urllib.request.
        return [
            node.module,
            *(f"{node.module}.{alias.name}" for alias in node.names if node.module in ("urllib", "asyncio")),
        ]
    return []


def _aliases(tree: ast.Module) -> dict[str, str]:
    """What the names of a module stand for: `from datetime import datetime as dt` makes dt `datetime.datetime`."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {
                alias.asname or alias.name.partition(".")[0]: alias.name
                if alias.asname
                else alias.name.partition(".")[0]
                for alias in node.names
            }
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _dotted(node: ast.expr, aliases: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, aliases)}.{node.attr}"
    return aliases.get(node.id, node.id) if isinstance(node, ast.Name) else ""


def _import_time(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that are evaluated when a module is imported: not the bodies of its functions."""
    for child in ast.iter_child_nodes(node):
        yield child
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            for part in (*child.decorator_list, child.args, *filter(None, [child.returns])):
                yield from (part, *_import_time(part))
        elif isinstance(child, ast.Lambda):
            # A default factory runs in the workflow that makes the model.
            yield from ast.walk(child.body)
        else:
            yield from _import_time(child)
