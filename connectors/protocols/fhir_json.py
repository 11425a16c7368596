"""FHIR's JSON: decimals keep every digit both ways, and what a server did not keep of a resource is named by its path."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

Resource = Mapping[str, Any]
"""A resource as it is on the wire: `resourceType`, and its elements; numbers with a point are Decimal."""

_SERVERS_OWN = frozenset({"id", "meta", "text"})


def encoded(resource: Resource) -> bytes:
    """The resource as JSON in UTF-8; a Decimal is written as the digits that it has, never through a float."""
    return _written(resource).encode()


def dropped(sent: Resource, stored: Resource) -> tuple[str, ...]:
    """The paths of what was sent and is not stored as it was: FHIR servers may ignore what they do not know.

    Numbers are compared by value: servers are known to strip trailing zeros. What the server adds is its own affair.
    """
    kind = str(sent.get("resourceType", "Resource"))
    kept = {name: value for name, value in sent.items() if name not in _SERVERS_OWN}
    return tuple(_lost(kept, stored, kind))


def _written(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(name)}:{_written(each)}" for name, each in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ",".join(map(_written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _lost(sent: Any, stored: Any, path: str) -> Iterator[str]:
    if isinstance(sent, Mapping) and isinstance(stored, Mapping):
        for name, value in sent.items():
            if name in stored:
                yield from _lost(value, stored[name], f"{path}.{name}")
            else:
                yield f"{path}.{name}"
    elif isinstance(sent, list) and isinstance(stored, list) and len(sent) == len(stored):
        for place, (mine, theirs) in enumerate(zip(sent, stored, strict=True)):
            yield from _lost(mine, theirs, f"{path}[{place}]")
    elif sent != stored:
        yield path
