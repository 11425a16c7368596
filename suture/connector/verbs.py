"""The verbs of the ports as source, read from `canonical/ports.py`: what a new connector has to offer is never copied."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from canonical import ports

LIMIT = 120
"""The length of a line, as everywhere here."""


@dataclass(frozen=True)
class Verb:
    """A verb's signature and docstring as the port has them, and the names that the signature uses."""

    name: str
    source: str
    names: frozenset[str]


class Ports:
    """The module's source: each port with its verbs, and where each name of a signature comes from."""

    def __init__(self) -> None:
        source = inspect.getsource(ports)
        self._lines = source.splitlines()
        tree = ast.parse(source)
        self._classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
        self._origins = dict.fromkeys(self._classes, ports.__name__)
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                self._origins |= {name.name: node.module for name in node.names}

    def verbs(self, port: str) -> Iterator[Verb]:
        """Its own and those that it inherits, but for what every system offers alike."""
        node = self._classes[port]
        for base in node.bases:
            name = base.value if isinstance(base, ast.Subscript) else base
            if isinstance(name, ast.Name) and name.id in self._classes and name.id != "System":
                yield from self.verbs(name.id)
        for verb in node.body:
            if isinstance(verb, ast.AsyncFunctionDef | ast.FunctionDef):
                lines = self._lines[verb.lineno - 1 : verb.end_lineno]
                yield Verb(verb.name, "\n".join(lines), frozenset(self._named(verb)))

    def imports(self, names: frozenset[str]) -> dict[str, set[str]]:
        """The modules that these names come from."""
        found: dict[str, set[str]] = {}
        for name in names:
            if name in self._origins:
                found.setdefault(self._origins[name], set()).add(name)
        return found

    def _named(self, verb: ast.AsyncFunctionDef | ast.FunctionDef) -> Iterator[str]:
        every = (*verb.args.args, *verb.args.kwonlyargs)
        annotations = [each for each in (*(one.annotation for one in every), verb.returns) if each is not None]
        while annotations:
            for node in ast.walk(annotations.pop()):
                if isinstance(node, ast.Name):
                    yield node.id
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    annotations.append(ast.parse(node.value, mode="eval").body)


def import_lines(modules: Mapping[str, set[str]]) -> str:
    """Import statements as the formatter would leave them: the standard library first, then pydantic, then ours."""
    groups: dict[int, list[str]] = {}
    for module in sorted(modules):
        # Constants stand before classes, and these before functions.
        names = sorted(modules[module], key=lambda name: (not name.isupper(), name[:1].islower(), name))
        line = f"from {module} import {', '.join(names)}"
        if len(line) > LIMIT:
            line = "\n".join([f"from {module} import (", *(f"    {name}," for name in names), ")"])
        groups.setdefault(_OURS.get(module.partition(".")[0], 0), []).append(line)
    return "\n\n".join("\n".join(groups[group]) for group in sorted(groups))


_OURS = {"pydantic": 1, "canonical": 2, "connectors": 2, "suture": 2, "tests": 2}
