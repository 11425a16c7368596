"""Why people are asked during the day on real systems, and the use or purchase that shows it."""

from collections.abc import Mapping

from canonical.documents.work_item import Cause

SHOWN: Mapping[Cause, str] = {
    Cause.no_charge_code: "U-511",
    Cause.refused: "U-512",
    Cause.possible_duplicate: "U-524",
    Cause.approval: "N-502",
    Cause.back_order: "N-503",
    Cause.price_hold: "B-504",
    Cause.goods_overdue: "B-505",
}
