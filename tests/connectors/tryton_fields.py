"""What the connector has named to Tryton while its tests ran: every model, with the paths of its fields."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

OWN = {"id", "rec_name", "create_uid", "create_date", "write_date", "write_uid", "_timestamp"}
"""Every model has them."""


class Named:
    """Collected call by call."""

    def __init__(self) -> None:
        self.paths: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, operation: str, params: Sequence[Any]) -> None:
        """What one call names."""
        model, _, verb = operation.rpartition(".")
        match verb, params:
            case "search_read", [domain, _, _, _, fields, *_]:
                self._keep(model, [*fields, *_of_domain(domain)])
            case "create", [[*rows]] if not model.startswith("wizard."):
                self._keep(model, [path for row in rows for path in _of_values(row)])
            case "write", [_, values]:
                self._keep(model, _of_values(values))
            case "on_change", [values, names]:
                self._keep(model, [*_of_values(values), *names])

    def beyond(self, table: Mapping[str, str]) -> dict[str, str]:
        """What was named and is not in the table, in the form of the table."""
        left = {model: paths - set(table.get(model, "").split()) for model, paths in self.paths.items()}
        return {model: " ".join(sorted(paths)) for model, paths in sorted(left.items()) if paths}

    def _keep(self, model: str, paths: Sequence[str] | Iterator[str]) -> None:
        whole = {path for path in (_without_own(path) for path in paths) if path}
        self.paths[model] |= whole


def _without_own(path: str) -> str:
    parts = path.split(".")
    while parts and parts[-1] in OWN:
        parts.pop()
    return ".".join(parts)


def _of_values(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        yield name
        for step in value if isinstance(value, list) else ():
            match step:
                case ["create", [*rows]]:
                    yield from (f"{name}.{path}" for row in rows for path in _of_values(row))
                case ["write", _, dict(changed)]:
                    yield from (f"{name}.{path}" for path in _of_values(changed))


def _of_domain(domain: Sequence[Any]) -> Iterator[str]:
    for clause in domain:
        match clause:
            case [str(name), str(), _, str()]:
                # The field of whatever a reference leads to.
                yield name.partition(".")[0]
            case [str(name), str(), _] if name not in ("OR", "AND"):
                yield name
            case [*clauses]:
                yield from _of_domain(clauses)
