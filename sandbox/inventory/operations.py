"""Names every operation of the API once: its method, path, scope, and where its log key is found.

Operation names (for faults, barriers and the request log):
search_items read_item approve_item · list_locations list_par_levels read_stock list_lots list_serials set_condition
list_recalls open_recall · lookup_use · book_movement search_movements read_movement · capture_use list_uses read_use
amend_use correct_use list_corrections · read_par_standing list_below_par list_surgical_cases ·
book_putaway search_putaway read_putaway reverse_putaway, and so for removal, transfer (which has arrive_transfer beside),
expected_delivery and ship_notice · capture_dock_receipt read_dock_receipt reverse_dock_receipt capture_supplier_return
read_supplier_return
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
        """The external reference or business id of a request: from its body, its query, else its path."""
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


def _documents(words: str, path: str) -> tuple[Operation, ...]:
    """What every kind of stock document offers."""
    return (
        Operation(f"book_{words}", "POST", path, "stock:write", ("externalRef",)),
        Operation(f"search_{words}", "GET", path, "stock:read", ("externalRef", "documentId", "orderNumber")),
        Operation(f"read_{words}", "GET", f"{path}/{{documentId}}", "stock:read"),
        Operation(f"reverse_{words}", "POST", f"{path}/{{documentId}}/reversal", "stock:write", ("externalRef",)),
    )


OPERATIONS = (
    Operation("search_items", "GET", "/v2/items", "catalog:read", ("sku", "gtin", "alias")),
    Operation("read_item", "GET", "/v2/items/{sku}", "catalog:read"),
    Operation("approve_item", "POST", "/v2/items/{sku}/approve", "catalog:approve"),
    Operation("list_locations", "GET", "/v2/locations", "stock:read", ("facility",)),
    Operation("list_par_levels", "GET", "/v2/parLevels", "stock:read", ("sku", "location")),
    Operation("read_stock", "GET", "/v2/stock", "stock:read", ("sku",)),
    Operation("list_lots", "GET", "/v2/lots", "stock:read", ("sku",)),
    Operation("list_serials", "GET", "/v2/serials", "stock:read", ("sku",)),
    Operation("set_condition", "PUT", "/v2/conditions", "stock:write", ("sku",)),
    Operation("list_recalls", "GET", "/v2/recalls", "stock:read", ("sku",)),
    Operation("open_recall", "POST", "/v2/recalls", "stock:write", ("sku",)),
    Operation("lookup_use", "GET", "/v2/lookups/use", "stock:read", ("sku", "gtin")),
    Operation("book_movement", "POST", "/v2/movements", "stock:write", ("externalRef",)),
    Operation("search_movements", "GET", "/v2/movements", "stock:read", ("externalRef", "movementId", "useId")),
    Operation("read_movement", "GET", "/v2/movements/{movementId}", "stock:read"),
    Operation("capture_use", "POST", "/v2/uses", "uses:write", ("useId",)),
    Operation("list_uses", "GET", "/v2/uses", "uses:read", ("useId", "actId")),
    Operation("read_use", "GET", "/v2/uses/{useId}", "uses:read"),
    Operation("amend_use", "PUT", "/v2/uses/{useId}", "uses:write"),
    Operation("correct_use", "POST", "/v2/uses/{useId}/corrections", "uses:write"),
    Operation("list_corrections", "GET", "/v2/uses/{useId}/corrections", "uses:read"),
    Operation("read_par_standing", "GET", "/v2/parStandings", "stock:read", ("sku",)),
    Operation("list_below_par", "GET", "/v2/parStandings/below", "stock:read", ("facility",)),
    Operation("list_surgical_cases", "GET", "/v2/surgicalCases", "stock:read", ("sku",)),
    *_documents("putaway", "/v2/putaways"),
    *_documents("removal", "/v2/removals"),
    *_documents("transfer", "/v2/transfers"),
    *_documents("expected_delivery", "/v2/expectedDeliveries"),
    *_documents("ship_notice", "/v2/shipNotices"),
    Operation("arrive_transfer", "POST", "/v2/transfers/{documentId}/arrival", "stock:write"),
    Operation("capture_dock_receipt", "POST", "/v2/dockReceipts", "stock:write", ("receiptNumber",)),
    Operation("read_dock_receipt", "GET", "/v2/dockReceipts/{receiptNumber}", "stock:read"),
    Operation("reverse_dock_receipt", "POST", "/v2/dockReceipts/{receiptNumber}/reversal", "stock:write"),
    Operation("capture_supplier_return", "POST", "/v2/supplierReturns", "stock:write", ("returnNumber",)),
    Operation("read_supplier_return", "GET", "/v2/supplierReturns/{returnNumber}", "stock:read"),
)


def find_operation(method: str, path: str) -> Operation | None:
    return next((each for each in OPERATIONS if each.matches(method, path)), None)
