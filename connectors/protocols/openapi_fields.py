"""An OpenAPI document as a flat list: each field that is taken or answered, by its place, with its type."""

from collections.abc import Iterator, Mapping
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
LIMITS = ("format", "maxLength", "pattern", "maximum", "minimum")
"""What narrows a type, and is drift where it changes."""


def fields_of(document: Mapping[str, Any], *, without: tuple[str, ...] = ()) -> dict[str, str]:
    """`POST /orders takes lines[].quantity` -> `number, required`; the operation itself is `POST /orders`."""
    flat = _Flat(document)
    return dict(sorted(each for path in document["paths"] if not path.startswith(without) for each in flat.path(path)))


class _Flat:
    """Resolves references within one document; what refers to itself is named and not followed again."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def path(self, path: str) -> Iterator[tuple[str, str]]:
        shared = self._document["paths"][path]
        for method in METHODS:
            if (operation := shared.get(method)) is None:
                continue
            name = f"{method.upper()} {path}"
            yield name, "operation"
            for given in (*shared.get("parameters", ()), *operation.get("parameters", ())):
                parameter = self._resolved(given)
                place = f"{name} takes {parameter['in']} {parameter['name']}"
                yield from self._walk(parameter.get("schema", {}), place, required=parameter.get("required", False))
            body = self._resolved(operation.get("requestBody", {}))
            for schema in _contents(body):
                yield from self._walk(schema, f"{name} takes ", required=body.get("required", False))
            for status, given in operation.get("responses", {}).items():
                if status.startswith("2"):
                    for schema in _contents(self._resolved(given)):
                        yield from self._walk(schema, f"{name} answers {status} ")

    def _walk(
        self, schema: Any, place: str, *, required: bool = False, seen: tuple[str, ...] = ()
    ) -> Iterator[tuple[str, str]]:
        if not isinstance(schema, Mapping):
            return
        if not place.endswith(" "):
            yield place, self._type(schema) + (", required" if required else "")
        reference = schema.get("$ref")
        if reference is not None:
            if reference in seen:
                return
            seen = (*seen, reference)
            schema = self._resolved(schema)
        for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
            for name, kind in self._walk(one, place, seen=seen):
                if name != place:
                    yield name, kind
        takes = " takes " in place
        for name, field in schema.get("properties", {}).items():
            dot = "" if place.endswith(" ") else "."
            needed = takes and name in schema.get("required", ())
            yield from self._walk(field, f"{place}{dot}{name}", required=needed, seen=seen)
        for inside, mark in ((schema.get("items"), "[]"), (schema.get("additionalProperties"), "{}")):
            for name, kind in self._walk(inside, f"{place.rstrip(' ')}{mark}", seen=seen):
                if name != f"{place.rstrip(' ')}{mark}":
                    yield name, kind

    def _type(self, schema: Mapping[str, Any]) -> str:
        """In a few words; an object is only named, for its fields follow."""
        schema = self._resolved(schema)
        several = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        if several:
            return " or ".join(dict.fromkeys(self._type(one) for one in several))
        if schema.get("allOf"):
            return " and ".join(dict.fromkeys(self._type(one) for one in schema["allOf"]))
        values = [schema["const"]] if "const" in schema else schema.get("enum")
        if values:
            return "one of " + ", ".join(sorted(map(str, values)))
        if schema.get("type") == "array":
            items = schema.get("items")
            return f"list of {self._type(items)}" if isinstance(items, Mapping) else "list"
        named = schema.get("type", "anything")
        words = " or ".join(named) if isinstance(named, list) else str(named)
        return " ".join([words, *(f"{limit} {schema[limit]}" for limit in LIMITS if limit in schema)])

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = schema.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return schema
        found: Any = self._document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        return self._resolved(found)


def _contents(holder: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for media in holder.get("content", {}).values():
        yield media.get("schema", {})
