"""The vendor's refusals: what each code means, and who must act on it."""

from canonical.errors import Audience, Failure
from connectors.protocols.answer import Answer

REFUSING = (400, 404, 409, 422)

_MEANINGS: dict[str, tuple[str, Audience]] = {
    "unknownItem": ("the inventory system does not know the item", Audience.item_master),
    "unknownLocation": ("the inventory system does not know the location", Audience.supply_chain),
    "insufficientStock": ("there is not enough on hand", Audience.supply_chain),
    "unknownLot": ("the inventory system does not know the lot", Audience.supply_chain),
    "unknownSerial": ("the inventory system does not know the serial", Audience.supply_chain),
    "lotRequired": ("the item is tracked by lot, and no lot is named", Audience.supply_chain),
    "serialRequired": ("the item is tracked by serial, and no serial is named", Audience.supply_chain),
    "qtyOfSerialIsOne": ("a serial was used in another quantity than one", Audience.supply_chain),
    "lotExpired": ("the lot is past its date", Audience.supply_chain),
    "lotQuarantined": ("the lot is quarantined", Audience.supply_chain),
    "lotOnRecall": ("the lot is on recall", Audience.supply_chain),
    "refusedByRule": ("a rule of the inventory system refuses the booking", Audience.supply_chain),
    "ownerMismatch": ("the lot is known as another owner's", Audience.receiving),
    "expiryRequired": ("the lot is new, and its expiry is not told", Audience.receiving),
    "expiryMismatch": ("the lot is known with another expiry", Audience.receiving),
    "serialOnHand": ("the serial is on hand already", Audience.receiving),
    "goodsMovedOn": ("goods of it were used or moved since", Audience.supply_chain),
    "sameLocation": ("the goods are at the location already", Audience.supply_chain),
    "documentNotFound": ("the document to take back is not there", Audience.integration),
    "originalNotFound": ("the movement to take back is not there", Audience.integration),
    "validationFailed": ("the inventory system finds the call malformed", Audience.integration),
}


def refusal(answer: Answer) -> Failure:
    """The leaf for a refusal: by the vendor's code where it is one of its own, else by the status alone."""
    match answer.body:
        case {"error": {"code": str(code)}} if code in _MEANINGS:
            summary, audience = _MEANINGS[code]
            return answer.refused(summary, audience=audience)
        case _:
            return answer.as_failure()
