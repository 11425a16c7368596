"""What needs people: missing codes and accounts, unknown items, refused charges and costs, acts that were told twice."""

from datetime import date

from canonical.documents.work_item import Cause
from suture.demo.morning import EXPENSED
from suture.demo.safety import SAFETY
from suture.demo.uses import Answer, Fault, Nothing, Use, posts

NOT_EFFECTIVE = "not chargeable before 2027"

MASTER_DATA = (
    Use(
        number="U-211",
        says="two pairs of sterile gloves",
        trouble='item 4711 has no charge code: never taken for "no charge"',
        at="NORTH OR-1",
        case=33,
        item=4711,
        quantity=2,
        end=posts(2),
        answers={Cause.no_charge_code: Answer(options=("--retry",), first="add-code-4711")},
    ),
    Use(
        number="U-212",
        says="a skin marker",
        trouble="its charge code is effective from 2027 only: a person says why there is no charge",
        at="NORTH OR-1",
        case=33,
        item=4719,
        end=posts(1, charge=Nothing(NOT_EFFECTIVE)),
        answers={Cause.no_charge_code: Answer(options=("--correct", f"no_charge_reason={NOT_EFFECTIVE}"))},
    ),
    Use(
        number="U-213",
        says="two drape packs that nobody has in the master yet",
        trouble="an unknown item waits in suspense, and goes on by itself once approved",
        at="NORTH OR-2",
        case=35,
        item=4739,
        quantity=2,
        end=posts(2, units=4),
    ),
    Use(
        number="U-214",
        says="a skin marker, its item number mistyped as 9999",
        trouble="an item that will never be approved: corrected by a person",
        at="NORTH OR-2",
        case=35,
        item=9999,
        end=posts(1, units=2, item=4703),
        answers={Cause.unknown_item: Answer(options=("--correct", "item=4703"))},
    ),
    Use(
        number="U-215",
        says="trauma: gloves from the cart, the patient not registered",
        trouble="no account yet: stock moves now, the charge waits for the account",
        at="NORTH ED-CART",
        case=9,
        item=4727,
        quantity=2,
        account=False,
        end=posts(2, units=4, cost=EXPENSED),
    ),
    Use(
        number="U-216",
        says="trauma: a pacemaker for the same patient",
        trouble="no account yet: stock and cost post now, the charge waits",
        at="NORTH OR-1",
        case=9,
        item=4736,
        serial="SN4736001",
        disposition="implanted",
        account=False,
        end=posts(1),
    ),
    Use(
        number="U-217",
        says="a guide wire used in October, told in November",
        trouble="October is closed: the journal posts in the first open period",
        at="NORTH OR-1",
        case=47,
        item=4734,
        lot="L4734B",
        on=date(2026, 10, 30),
        end=posts(1, postings=(date(2026, 11, 1),)),
    ),
)

CHARGES = (
    Use(
        number="U-221",
        says="a trocar for a patient whose account is final billed",
        trouble="the charge is rejected in the batch; entered by hand as a late charge",
        at="NORTH OR-1",
        case=13,
        item=4714,
        lot="L4714A",
        end=posts(1, charge=Nothing("LATE-0013", by_hand=True)),
        answers={Cause.charge_rejected: Answer(options=("--accept", "LATE-0013"))},
    ),
    Use(
        number="U-222",
        says="a stimulator for a patient whose account is closed",
        trouble="the charge is rejected in the batch; the account is opened again",
        at="NORTH OR-2",
        case=37,
        item=4708,
        serial="SN4708007",
        disposition="implanted",
        end=posts(1),
        answers={Cause.charge_rejected: Answer(options=("--retry",), first="reopen-account-37")},
    ),
    Use(
        number="U-223",
        says="coronary stents, two of one lot",
        trouble="an auditor rejects the charge in the batch, then lets it pass",
        at="NORTH CATH",
        case=41,
        item=4709,
        lot="L4709B",
        quantity=2,
        disposition="implanted",
        end=posts(2),
    ),
)

TWICE = (
    Use(
        number="U-231",
        says="a hip stem is implanted",
        at="NORTH OR-2",
        case=41,
        item=4712,
        serial="SN4712007",
        disposition="implanted",
        end=posts(1),
    ),
    Use(
        number="U-233",
        says="a stapler reload",
        at="NORTH OR-1",
        case=43,
        item=4722,
        lot="L4722B",
        end=posts(1),
    ),
    Use(
        number="U-235",
        says="a drape pack",
        trouble="its webhook comes twice",
        at="NORTH OR-1",
        case=47,
        item=4707,
        webhook="repeat",
        end=posts(1),
    ),
    Use(
        number="U-236",
        says="suction tubing",
        trouble="its webhook comes late, after others",
        at="NORTH OR-1",
        case=47,
        item=4731,
        webhook="delay",
        end=posts(1),
    ),
)

AGAIN = (
    Use(
        number="U-232",
        says="the same hip stem, told by a second source",
        trouble="the same act under another number: held before anything posts, closed as duplicate",
        at="NORTH OR-2",
        case=41,
        item=4712,
        serial="SN4712007",
        disposition="implanted",
        end=posts(0, charge=Nothing("duplicate of U-231"), cost=Nothing("duplicate of U-231")),
        answers={Cause.possible_duplicate: Answer(options=("--correct", "duplicate_of=U-231"))},
    ),
    Use(
        number="U-234",
        says="a second reload of the same lot in the same case",
        trouble="looks like a duplicate and is none: a person lets it post",
        at="NORTH OR-1",
        case=43,
        item=4722,
        lot="L4722B",
        end=posts(1),
    ),
)
"""Told once the first of each is posted: which of two comes first is otherwise nobody's promise."""

PEOPLE = (*SAFETY, *MASTER_DATA, *CHARGES, *TWICE)
"""In the order in which they happen."""

CABINET = Use(
    number="U-241",
    says="a cochlear implant from the cabinet",
    trouble="the cabinet says that it has booked, and has not yet: found later, never repeated",
    at="NORTH CABINET-9",
    case=43,
    item=4732,
    serial="SN4732031",
    disposition="implanted",
    end=posts(1),
)
"""Told while the cabinet's own bookings are held up."""

LOST = Use(
    number="U-244",
    says="haemostatic matrix from the cabinet",
    trouble="the cabinet says that it has booked, and never has: not found in time, booked by hand",
    at="NORTH CABINET-9",
    case=53,
    item=4726,
    lot="L4726B",
    end=posts(1),
    answers={Cause.not_found_in_time: Answer(options=("--accept", "SHELF-0244"), first="book-use-244")},
)
"""Told while the cabinet's own bookings are held up for good."""

CANCELLED = Use(
    number="U-245",
    says="three lengths of suction tubing",
    trouble="the ERP refuses the cost; cancelled by the operator on call, and taken up again by a second run",
    at="NORTH OR-1",
    case=55,
    item=4731,
    quantity=3,
    end=posts(3),
    faults=(Fault(step="cost", kind="refuse"),),
    answers={Cause.left_behind: Answer(options=("--retry",))},
)
RETOLD = Use(
    number="U-246",
    says="a drape pack",
    trouble="told again as five under the same version: the first report counts, a person is told",
    at="NORTH OR-1",
    case=57,
    item=4723,
    end=posts(1),
    answers={Cause.conflicting_content: Answer(options=("--acknowledge",))},
)
GARBLED = Use(
    number="U-247",
    says="two drape packs",
    trouble="its event comes again under the same id with another body: refused (409), a person is told",
    at="NORTH OR-2",
    case=59,
    item=4723,
    quantity=2,
    end=posts(2),
)
REFUSED_BY_AUDITOR = "U-223"
ABANDONED = Use(
    number="U-242",
    says="two lengths of suction tubing",
    trouble="the ERP refuses the cost; abandoned, and taken up again by a second run",
    at="NORTH OR-2",
    case=51,
    item=4731,
    quantity=2,
    end=posts(2),
    faults=(Fault(step="cost", kind="refuse"),),
    answers={
        Cause.refused: Answer(options=("--abandon", "--reason", "to be looked at tomorrow")),
        Cause.left_behind: Answer(options=("--retry",)),
    },
)
BY_HAND = Use(
    number="U-243",
    says="a drape pack",
    trouble="the ERP refuses the cost; finance posts it by hand",
    at="NORTH OR-2",
    case=51,
    item=4723,
    end=posts(1, cost=Nothing("JV-2291", by_hand=True)),
    faults=(Fault(step="cost", kind="refuse"),),
    answers={Cause.refused: Answer(options=("--accept", "JV-2291"))},
)
