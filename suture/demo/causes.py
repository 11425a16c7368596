"""Why people are asked during the day, and the use or purchase that shows it; the day is whole once each was asked."""

from collections.abc import Mapping

from canonical.documents.work_item import Cause

OF_USES: Mapping[Cause, str] = {
    Cause.unknown_item: "U-213",
    Cause.no_charge_code: "U-211",
    Cause.possible_duplicate: "U-232",
    Cause.conflicting_content: "U-246",
    Cause.safety: "U-201",
    Cause.count_stock: "U-205",
    Cause.not_found_in_time: "U-244",
    Cause.refused: "U-311",
    Cause.exhausted: "U-313",
    Cause.charge_rejected: "U-221",
    Cause.credit_and_rebill: "U-406",
    Cause.left_behind: "U-245",
}

OF_PURCHASES: Mapping[Cause, str] = {
    Cause.approval: "N-304",
    Cause.no_par_level: "N-319",
    Cause.unlikely_quantity: "N-320",
    Cause.over_budget: "N-316",
    Cause.not_ordered: "N-317",
    Cause.not_acknowledged: "N-311",
    Cause.cases_at_risk: "N-311",
    Cause.date_pending: "N-318",
    Cause.back_order: "N-309",
    Cause.substitution: "N-310",
    Cause.no_other_source: "N-308",
    Cause.not_on_order: "N-308",
    Cause.no_order: "B-108",
    Cause.no_order_line: "B-106",
    Cause.over_delivered: "B-103",
    Cause.refused_goods: "B-105",
    Cause.not_chargeable: "B-118",
    Cause.goods_overdue: "B-102",
    Cause.already_invoiced: "B-116",
    Cause.not_received: "B-117",
    Cause.not_authorised: "B-113",
    Cause.credit_overdue: "B-112",
    Cause.not_invoiced: "B-115",
    Cause.price_hold: "B-202",
    Cause.quantity_hold: "B-201",
    Cause.unit_hold: "B-205",
    Cause.invoice_hold: "B-207",
    Cause.usage_differs: "C-401",
    Cause.no_usage_sheet: "C-402",
    Cause.use_not_reported: "C-404",
}

SHOWN: Mapping[Cause, str] = {**OF_USES, **OF_PURCHASES}
