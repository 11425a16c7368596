"""The operations of the billing interface: their names, addresses, scopes, and the key that tells one from its repeat.

lookup_account   GET  /accounts/lookup        key: acct_no or case_no
lookup_code      GET  /cdm/lookup             key: supply_ref or gtin
post_charge      POST /charges                key: charge_id of the body
find_charges     GET  /charges                key: charge_id (joined by commas), void_id, credit_id or acct_no
get_charge       GET  /charges/{charge_id}    key: charge_id
void_charge      POST /charges/{charge_id}/void     key: void_id of the body
credit_charge    POST /charges/{charge_id}/credits  key: credit_id of the body
get_status       GET  /status                 no key
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qs

_KEY_LIMIT = 400


@dataclass(frozen=True)
class Operation:
    """One operation: how to recognise it, which scope it asks for, where its key stands."""

    name: str
    method: str
    path: re.Pattern[str]
    scope: str | None
    body_key: str | None = None
    query_keys: tuple[str, ...] = ()


OPERATIONS = (
    Operation("lookup_account", "GET", re.compile(r"/accounts/lookup"), "acct.read", query_keys=("acct_no", "case_no")),
    Operation("lookup_code", "GET", re.compile(r"/cdm/lookup"), "cdm.read", query_keys=("supply_ref", "gtin")),
    Operation("post_charge", "POST", re.compile(r"/charges"), "chg.write", body_key="charge_id"),
    Operation(
        "find_charges",
        "GET",
        re.compile(r"/charges"),
        "chg.read",
        query_keys=("charge_id", "void_id", "credit_id", "acct_no"),
    ),
    Operation("get_charge", "GET", re.compile(r"/charges/(?P<key>[^/]+)"), "chg.read"),
    Operation("void_charge", "POST", re.compile(r"/charges/[^/]+/void"), "chg.write", body_key="void_id"),
    Operation("credit_charge", "POST", re.compile(r"/charges/[^/]+/credits"), "chg.write", body_key="credit_id"),
    Operation("get_status", "GET", re.compile(r"/status"), None),
)
UNKNOWN = Operation("unknown", "", re.compile(r"$^"), None)
NAMES = frozenset(operation.name for operation in OPERATIONS)


def recognise(*, method: str, path: str) -> Operation:
    """The operation that an address names, or UNKNOWN."""
    for operation in OPERATIONS:
        if operation.method == method and operation.path.fullmatch(path):
            return operation
    return UNKNOWN


def key_of(operation: Operation, *, path: str, query: str, body: bytes) -> str:
    """The key of one request, empty when it carries none."""
    key = ""
    if operation.body_key is not None:
        key = _from_body(body, operation.body_key)
    elif operation.query_keys:
        asked = parse_qs(query)
        key = next((",".join(asked[name]) for name in operation.query_keys if name in asked), "")
    elif (match := operation.path.fullmatch(path)) is not None:
        key = match.groupdict().get("key") or ""
    return key[:_KEY_LIMIT].encode("utf-8", "replace").decode("utf-8")


def _from_body(body: bytes, name: str) -> str:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        # Not JSON: the request has no key; the refusal itself is the application's to word.
        return ""
    found = document.get(name) if isinstance(document, dict) else None
    return found if isinstance(found, str) else ""
