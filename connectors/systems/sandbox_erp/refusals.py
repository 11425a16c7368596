"""The vendor's refusals: what each message means, and who must act on it."""

from canonical.errors import Audience, BusinessRefusal, Failure, PeriodClosed, Rejected, Uncertain
from connectors.protocols.answer import Answer

REFUSING = (400, 404, 409, 413, 422)
NO_MATERIAL, NO_VALUATION, NO_LOCATION = ("M3", "305"), ("M3", "351"), ("M7", "001")
NO_DOCUMENT, REVERSED_ALREADY = ("F5", "397"), ("F5", "361")
NO_ORDER = ("06", "025")
KEY_WITH_OTHER_BODY, KEY_AT_WORK = ("IK", "001"), ("IK", "002")

_MEANINGS: dict[tuple[str, str], tuple[type[Rejected], str, Audience]] = {
    ("F5", "201"): (PeriodClosed, "the period of the posting date is closed", Audience.finance),
    ("F5", "202"): (PeriodClosed, "the ERP has no period for the posting date", Audience.finance),
    ("F5", "165"): (BusinessRefusal, "the ERP does not know the company code", Audience.integration),
    ("F5", "507"): (BusinessRefusal, "the ERP does not know the account", Audience.finance),
    ("F5", "702"): (BusinessRefusal, "the journal does not balance", Audience.integration),
    ("F5", "714"): (BusinessRefusal, "the ERP takes no amount of zero here", Audience.finance),
    ("F5", "808"): (BusinessRefusal, "the currency is not that of the company code", Audience.finance),
    ("F5", "362"): (BusinessRefusal, "the journal to reverse is itself a reversal", Audience.integration),
    ("KI", "235"): (BusinessRefusal, "the account needs a cost centre", Audience.finance),
    ("KI", "265"): (BusinessRefusal, "the ERP does not know the cost centre for this facility", Audience.finance),
    ("M7", "021"): (BusinessRefusal, "the unit is not the base unit of the item in the ERP", Audience.item_master),
    NO_MATERIAL: (BusinessRefusal, "the ERP does not know the item", Audience.item_master),
    NO_VALUATION: (BusinessRefusal, "the ERP has no valuation of the item at the facility", Audience.item_master),
    NO_LOCATION: (BusinessRefusal, "the ERP does not know the location", Audience.supply_chain),
    NO_DOCUMENT: (BusinessRefusal, "the document to reverse is not there", Audience.finance),
    NO_ORDER: (BusinessRefusal, "the ERP does not know the purchase order", Audience.buyer),
    ("06", "026"): (BusinessRefusal, "the purchase order has no such line", Audience.buyer),
    ("06", "027"): (BusinessRefusal, "the purchase order or its line is cancelled", Audience.buyer),
    ("06", "028"): (BusinessRefusal, "the purchase order was received or invoiced", Audience.buyer),
    ("06", "029"): (BusinessRefusal, "the purchase order is cancelled", Audience.buyer),
    ("06", "030"): (BusinessRefusal, "the ERP has a purchase order under this number already", Audience.buyer),
    ("06", "031"): (BusinessRefusal, "the purchase order is at another revision", Audience.buyer),
    ("06", "032"): (BusinessRefusal, "the purchase order was changed again", Audience.buyer),
    ("06", "033"): (BusinessRefusal, "a line number occurs twice", Audience.integration),
    ("06", "034"): (BusinessRefusal, "more was received or invoiced than the change leaves", Audience.buyer),
    ("06", "321"): (BusinessRefusal, "the ERP does not know the supplier", Audience.supply_chain),
    ("M7", "002"): (BusinessRefusal, "the ERP does not know the plant", Audience.integration),
    ("M7", "022"): (BusinessRefusal, "more goes back than came", Audience.receiving),
    ("M7", "023"): (BusinessRefusal, "the goods were invoiced, credited or sent back since", Audience.receiving),
    ("M8", "402"): (BusinessRefusal, "the voucher is posted", Audience.payables),
    ("M8", "403"): (BusinessRefusal, "the voucher is not a parked invoice of the supplier", Audience.payables),
    ("M8", "404"): (BusinessRefusal, "a debit memo stands for what was short paid", Audience.payables),
    ("M8", "405"): (BusinessRefusal, "goods of the invoice went back or were credited since", Audience.payables),
    ("M8", "406"): (BusinessRefusal, "the purchase order is with another supplier", Audience.payables),
    ("M8", "462"): (BusinessRefusal, "the supplier's invoice number was posted already", Audience.payables),
    ("BP", "603"): (BusinessRefusal, "the budget does not cover the amount", Audience.finance),
    ("BP", "604"): (BusinessRefusal, "the reservation was taken over by a purchase order", Audience.buyer),
    ("BP", "605"): (BusinessRefusal, "the reservation is not open", Audience.buyer),
    ("00", "058"): (BusinessRefusal, "the ERP finds the call malformed", Audience.integration),
}


def message(answer: Answer) -> tuple[str, str]:
    """Message class and number of the vendor's first message; empty where there is none."""
    match answer.body:
        case {"RETURN": [{"ID": str(identifier), "NUMBER": str(number)}, *_]}:
            return identifier, number
        case _:
            return "", ""


def reversing_document(answer: Answer) -> str | None:
    """The document that `REVERSED_ALREADY` names as the first reversal."""
    match answer.body:
        case {"RETURN": [{"MESSAGE_V2": str(document)}, *_]} if document:
            return document
        case _:
            return None


def refusal(answer: Answer) -> Failure:
    """The leaf for a refusal: by the vendor's message where it is one of its own, else by the status alone."""
    said = message(answer)
    if said == KEY_AT_WORK:
        return answer.failure(Uncertain, "an earlier request with the same key is still at work")
    if said == KEY_WITH_OTHER_BODY:
        # Not a refusal of the journal: something was posted under this key, in another form, and a look-up finds it.
        return answer.failure(Uncertain, "an earlier request with the same key was applied with another content")
    if said in _MEANINGS:
        kind, summary, audience = _MEANINGS[said]
        return answer.refused(summary, audience=audience, kind=kind)
    if answer.status == 422:
        return answer.refused("a rule of the ERP refuses the posting", audience=Audience.finance)
    return answer.as_failure()
