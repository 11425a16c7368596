"""Of which fields the documents are made that the connector reads and writes, as the Tryton in use defines them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.fields import MODULES, NAMED


async def schema_of(client: TrytonClient) -> Mapping[str, str]:
    """Each field that the connector names, by model, with its type; and each module that it needs, with its state."""
    told: dict[str, str] = {}
    asked: dict[str, set[str]] = {model: set(paths.split()) for model, paths in NAMED.items()}
    while asked:
        follows: defaultdict[str, set[str]] = defaultdict(set)
        for model, paths in sorted(asked.items()):
            known = await client.fields(model, sorted({path.partition(".")[0] for path in paths}))
            for name, field in known.items():
                told[f"{model}.{name}"] = _type(field)
            for first, rest in (path.split(".", 1) for path in paths if "." in path):
                if relation := known.get(first, {}).get("relation"):
                    follows[relation].add(rest)
        asked = {model: new for model, paths in follows.items() if (new := _unknown(told, model, paths))}
    modules = await client.rows("ir.module", [["name", "in", list(MODULES)]], ["name", "state"])
    return told | {f"module {row['name']}": row["state"] for row in modules}


def _unknown(told: Mapping[str, str], model: str, paths: Iterable[str]) -> set[str]:
    return {path for path in paths if "." in path or f"{model}.{path}" not in told}


def _type(field: Row) -> str:
    """In Tryton's words: `many2one of product.uom, required`."""
    of: Any = field.get("relation")
    return f"{field['type']}{f' of {of}' if of else ''}{', required' if field.get('required') else ''}"
