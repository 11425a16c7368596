"""Every operation of the ERP: its stable name, where it is called, and the right that it takes."""

import re
from dataclasses import dataclass
from functools import cached_property

DISPLAY_FI = "FI_DISP"
POST_FI = "FI_POST"
DISPLAY_MM = "MM_DISP"
CONTROL = "control"


@dataclass(frozen=True)
class Operation:
    """One operation; `right` is empty where any known token will do."""

    name: str
    method: str
    path: str
    right: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The path template as a pattern."""
        return re.compile(re.sub(r"\{[A-Z_]+\}", r"[^/]+", self.path))


_BOOKS = {
    "purchase_order": "/mm/purchase_orders",
    "order_change": "/mm/order_changes",
    "goods_receipt": "/mm/goods_receipts",
    "goods_return": "/mm/goods_returns",
    "voucher": "/fi/vouchers",
    "payable": "/fi/payables",
    "debit_memo": "/fi/debit_memos",
    "reservation": "/fi/reservations",
}


def _of_book(noun: str, path: str) -> tuple[Operation, ...]:
    return (
        Operation(f"post_{noun}", "POST", path, POST_FI),
        Operation(f"reverse_{noun}", "POST", f"{path}/{{DOC_NO}}/reversal", POST_FI),
        Operation(f"find_{noun}s", "GET", path, DISPLAY_FI),
        Operation(f"read_{noun}", "GET", f"{path}/{{DOC_NO}}", DISPLAY_FI),
    )


OPERATIONS = (
    Operation("post_journal", "POST", "/fi/journals", POST_FI),
    Operation("reverse_journal", "POST", "/fi/journals/{DOC_NO}/reversal", POST_FI),
    Operation("find_journals", "GET", "/fi/journals", DISPLAY_FI),
    Operation("read_journal", "GET", "/fi/journals/{DOC_NO}", DISPLAY_FI),
    Operation("trial_balance", "GET", "/fi/trial_balance", DISPLAY_FI),
    Operation("list_periods", "GET", "/fi/periods", DISPLAY_FI),
    Operation("list_accounts", "GET", "/fi/gl_accounts", DISPLAY_FI),
    Operation("list_cost_centers", "GET", "/fi/cost_centers", DISPLAY_FI),
    Operation("find_materials", "GET", "/mm/materials", DISPLAY_MM),
    Operation("read_material", "GET", "/mm/materials/{MATERIAL}", DISPLAY_MM),
    Operation("read_valuation", "GET", "/mm/valuation", DISPLAY_MM),
    Operation("list_vendors", "GET", "/mm/vendors", DISPLAY_MM),
    Operation("list_plants", "GET", "/mm/plants", DISPLAY_MM),
    Operation("list_storage_locations", "GET", "/mm/storage_locations", DISPLAY_MM),
    *(operation for noun, path in _BOOKS.items() for operation in _of_book(noun, path)),
    Operation("read_order_status", "GET", "/mm/order_status", DISPLAY_MM),
    Operation("list_commitments", "GET", "/mm/commitments", DISPLAY_FI),
    Operation("list_received_not_invoiced", "GET", "/mm/received_not_invoiced", DISPLAY_FI),
    Operation("list_contracts", "GET", "/mm/contracts", DISPLAY_MM),
    Operation("read_budget", "GET", "/fi/budgets", DISPLAY_FI),
    Operation("system_info", "GET", "/sys/info", ""),
)


def operation_of(method: str, path: str) -> Operation | None:
    """The operation that a request asks for, if there is one."""
    for operation in OPERATIONS:
        if operation.method == method and operation.pattern.fullmatch(path):
            return operation
    return None
