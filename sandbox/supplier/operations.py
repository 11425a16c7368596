"""Names every operation of the API once: its method, path, scope, and where its log key is found.

Operation names (for faults, barriers and the request log): place_order change_order request_replacement request_return;
withdraw_, find_ and read_ with order, change, replacement, return; list_acknowledgements list_partners.
"""

import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Operation:
    name: str
    method: str
    path: str
    scope: str
    keys: tuple[str, ...] = ()

    def matches(self, method: str, path: str) -> bool:
        return method == self.method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", self.path), path) is not None

    def key(self, *, path: str, query: str, body: bytes) -> str | None:
        """The business id of a request that carries no key: from its query, its body, else its path."""
        found = [value for name, value in parse_qsl(query) if name in self.keys]
        if not found and body:
            found = _from_json(body, self.keys)
        if not found and "{" in self.path:
            found = [path.split("/")[self.path.split("/").index(re.findall(r"\{\w+\}", self.path)[0])]]
        return ",".join(found).encode("utf-8", "replace").decode() if found else None


def _from_json(body: bytes, names: tuple[str, ...]) -> list[str]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return []
    if not isinstance(document, dict):
        return []
    return [str(document[name]) for name in names if isinstance(document.get(name), str)][:1]


NOUNS = {"orders": "order", "order-changes": "change", "replacements": "replacement", "returns": "return"}
VERBS = {
    "orders": "place_order",
    "order-changes": "change_order",
    "replacements": "request_replacement",
    "returns": "request_return",
}


def _of(kind: str) -> tuple[Operation, ...]:
    noun, path = NOUNS[kind], f"/x1/{kind}"
    return (
        Operation(VERBS[kind], "POST", path, "trade", ("number",)),
        Operation(f"withdraw_{noun}", "POST", path + "/{ref}/withdrawal", "trade"),
        Operation(f"find_{noun}", "GET", path, "inquire", ("key", "number")),
        Operation(f"read_{noun}", "GET", path + "/{ref}", "inquire"),
    )


OPERATIONS = (
    *(operation for kind in NOUNS for operation in _of(kind)),
    Operation("list_acknowledgements", "GET", "/x1/acknowledgements", "inquire", ("number",)),
    Operation("list_partners", "GET", "/x1/partners", "inquire"),
)


def find_operation(method: str, path: str) -> Operation | None:
    return next((each for each in OPERATIONS if each.matches(method, path)), None)
