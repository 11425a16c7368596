"""What the vendors' webhooks say where nothing is wrong with them; each names a facility that its table calls WEST."""

from typing import Any

ORDER: dict[str, Any] = {
    "HEADER": {
        "PO_NUMBER": "4500000001",
        "EXT_NO": "PO-1",
        "REVISION": 1,
        "STAT": "ACTV",
        "CREATED": "20261120090000",
        "CHANGED": "20261120090000",
        "PLANT": "7000",
        "VENDOR": "0000100003",
        "DOC_TYPE": "NB",
        "DOC_DATE": "20261120",
        "CURRENCY": "USD",
        "FREIGHT": "PPD",
        "TAX_EXEMPT": "X",
        "SHIP_TO": "",
        "RUSH_REF": "",
    },
    "ITEMS": [
        dict.fromkeys(("NUMERATOR", "NET_PRICE", "PRICE_UNIT", "ORDERPR_FACTOR", "QUANTITY"), "1")
        | dict.fromkeys(("VEND_MAT", "SHORT_TEXT", "CONTRACT", "DELIV_DATE", "DELIV_COMPL"), "")
        | {"PO_ITEM": "00001", "ITEM_CAT": "G", "PO_UNIT": "EA", "ORDERPR_UN": "EA", "IV_BASED_ON": "GR"}
        | {"CLOSE_TOL": "0", "CANC_QTY": "0", "MATERIAL": "4711", "STGE_LOC": "T3", "COST_CTR": "7000999900"}
    ],
}
CROSSED: dict[str, Any] = {
    "facility": "westWing",
    "location": "OR-1",
    "sku": "SKU-4711",
    "foundBy": "mov_1",
    "crossedAt": "2026-11-20T10:00:00+00:00",
}
PAPER: dict[str, Any] = {
    "paper": "W-1",
    "partner": "weber",
    "account": "9",
    "issued-at": "2026-11-24T10:00:00+00:00",
    "buyer-order": "PO-1",
    "revision": 1,
    "currency": "USD",
    "lines": [],
}
PURCHASE_ORDER = {
    "EVENT_ID": "EVT1",
    "EVENT_TYPE": "purchase_order.created",
    "EVENT_STAMP": "20261120090000",
    "CONTENT": ORDER,
}
PAR_CROSSED = {"eventId": "e", "eventType": "par.crossed", "emittedAt": "2026-11-20T10:00:00+00:00", "data": CROSSED}
ACCOUNT_OPENED = {
    "evt_id": "EV-1",
    "evt_typ": "acct.opened",
    "evt_tm": "11/22/2026 10:00:00",
    "data": {"hosp_cd": "WST", "case_no": "C-2026-0001", "acct_no": "A100001"},
}
ACKNOWLEDGED = {"id": "EV-1", "event": "order.acknowledged", "sent-at": "2026-11-24T10:00:00+00:00", "document": PAPER}
