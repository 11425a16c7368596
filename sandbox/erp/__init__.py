"""The hospital's ERP: general ledger, cost centres, materials with their valuation, suppliers, purchasing, payables.

Run as `python -m sandbox.erp --port N --database FILE --seed N --scale N --tokens-file FILE [--hooks-url URL
--hook-secret-file FILE] [--hook-events TYPE,TYPE] [--otlp-endpoint URL] [--host ADDRESS]`.

Names are upper-case, dates YYYYMMDD, amounts text with two decimals, quantities text with three; a material has 18
digits; plant 1000 (company code US01) is the north campus, 2000 (US02) the south. Errors are a RETURN table.

Operations, with the right that each takes:

    post_journal            POST /fi/journals                    FI_POST
    reverse_journal         POST /fi/journals/{DOC_NO}/reversal  FI_POST
    find_journals           GET  /fi/journals                    FI_DISP   REF_DOC_NO (repeated), or by posting date
    read_journal            GET  /fi/journals/{DOC_NO}           FI_DISP
    trial_balance           GET  /fi/trial_balance               FI_DISP
    list_periods            GET  /fi/periods                     FI_DISP
    list_accounts           GET  /fi/gl_accounts                 FI_DISP
    list_cost_centers       GET  /fi/cost_centers                FI_DISP
    find_materials          GET  /mm/materials                   MM_DISP   by GTIN, or page by page
    read_material           GET  /mm/materials/{MATERIAL}        MM_DISP
    read_valuation          GET  /mm/valuation                   MM_DISP   MATERIAL, PLANT, STGE_LOC
    list_vendors            GET  /mm/vendors                     MM_DISP
    list_plants             GET  /mm/plants                      MM_DISP
    list_storage_locations  GET  /mm/storage_locations           MM_DISP
    system_info             GET  /sys/info                       any known token

Purchasing and payables keep eight kinds of document, all served in one way (`books.py`). Of a receipt, for example:

    post_goods_receipt      POST /mm/goods_receipts                    FI_POST
    reverse_goods_receipt   POST /mm/goods_receipts/{DOC_NO}/reversal  FI_POST   asked again, it answers the same
    find_goods_receipts     GET  /mm/goods_receipts                    FI_DISP   REF_DOC_NO (repeated)
    read_goods_receipt      GET  /mm/goods_receipts/{DOC_NO}           FI_DISP

So also /mm/purchase_orders, /mm/order_changes, /mm/goods_returns, /fi/vouchers, /fi/payables, /fi/debit_memos and
/fi/reservations. Read besides:

    read_order_status           GET /mm/order_status           MM_DISP   PO_REF: an order as it now counts
    list_commitments            GET /mm/commitments            FI_DISP   COMP_CODE or PO_REF, with their history
    list_received_not_invoiced  GET /mm/received_not_invoiced  FI_DISP   COMP_CODE
    list_contracts              GET /mm/contracts              MM_DISP   MATERIAL
    read_budget                 GET /fi/budgets                FI_DISP   COST_CTR, DATE

All writes take the header `X-Request-Key`. Within the life of a key (24 hours) the same key with the same body answers
the first answer again with `X-Replayed: true`; with another body it is refused (IK 001); while the first request is
still at work a second one is told to come back (IK 002, 409, Retry-After). Only successes are kept. An expired key
posts again. REF_DOC_NO is not unique: it can be searched, and that is all.

Control endpoints (right `control`) beside those that all systems of the sandbox have: `POST /_control/periods`,
`POST /_control/idempotency`, `POST /_control/materials`, `POST /_control/budgets`, `GET /_control/hooks`. Events sent:
journal.posted, journal.reversed, period.opened, period.closed, material.approved, purchase_order.created,
purchase_order.changed.
"""
