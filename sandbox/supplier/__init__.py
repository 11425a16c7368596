"""The suppliers' order desk: an exchange at which eight suppliers take orders, answer them, ship and invoice.

Run as `python -m sandbox.supplier --port N --database FILE --seed N --scale N --tokens-file FILE --hooks-url URL
--hook-secret-file FILE [--otlp-endpoint URL] [--host ADDRESS]`.

Names are written with hyphens, quantities and prices are text, units are those of the trade's code list (EA, BX, CA). A
supplier is a partner by its maker's name (alpen, braunfels, ...), and knows the number that the buyer's books have for
it; an account is where the buyer wants goods sent to. Errors are problem documents.

Operations, with the right that each takes:

    place_order            POST /x1/orders                           trade
    change_order           POST /x1/order-changes                    trade
    request_replacement    POST /x1/replacements                     trade
    request_return         POST /x1/returns                          trade
    withdraw_<any>         POST /x1/<any>/{ref}/withdrawal           trade     an order is cancelled by it
    find_<any>             GET  /x1/<any>                            inquire   key or number, repeated
    read_<any>             GET  /x1/<any>/{ref}                      inquire
    list_acknowledgements  GET  /x1/acknowledgements                 inquire   by the buyer's order number
    list_partners          GET  /x1/partners                         inquire

A message takes the header `Idempotency-Key`: for 24 hours the same key with the same content is answered with the
message as it now stands, and `Idempotent-Replay: true`; with another content it is refused. After that a message under
the same key is a second one. The key stays on the message, and messages are found by it for good.

What a partner does about a message is a plan (sandbox/supplier/plan.py), set by control before the message comes or
after it. Control endpoints (right `control`) beside those that all systems of the sandbox have: `POST /_control/plans`,
`POST /_control/advance`, `POST /_control/steps`, `POST /_control/pace`, `GET /_control/papers`, `POST /_control/keys`.
Events sent: order.acknowledged, shipment.sent, invoice.issued, return.authorised, usageSheet.sent.
"""
