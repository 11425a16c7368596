"""The uses of the day on real systems: at a mixed facility, at one on the sandbox, and at one on Tryton and the FHIR server."""

from canonical.documents.work_item import Cause
from suture.demo.corrections import NOT_USED
from suture.demo.labels import gs1
from suture.demo.morning import EXPENSED
from suture.demo.uses import Answer, Correction, Nothing, Use, another_patient, posts

STRAIGHT = (
    Use(
        number="U-501",
        says="two lengths of suction tubing, charged by the half",
        trouble="stock in the sandbox's inventory, charge on the FHIR server, cost in Tryton",
        at="NORTH OR-1",
        case=1,
        item=4727,
        quantity=2,
        end=posts(2, units=4),
    ),
    Use(
        number="U-502",
        says="a box of stapler reloads is scanned: ten each",
        at="NORTH OR-2",
        case=1,
        item=4722,
        barcode=gs1(4722, box=True, lot="L4722A"),
        end=posts(10),
    ),
    Use(
        number="U-503",
        says="two guide wires of one lot",
        at="NORTH OR-1",
        case=3,
        item=4734,
        lot="L4734A",
        quantity=2,
        end=posts(2),
    ),
    Use(
        number="U-504",
        says="a stimulator is implanted",
        at="NORTH OR-1",
        case=3,
        item=4708,
        serial="SN4708001",
        disposition="implanted",
        end=posts(1),
    ),
    Use(
        number="U-505",
        says="a guide wire from the emergency cart",
        trouble="a par cart is expensed at issue: Tryton books no cost",
        at="NORTH ED-CART",
        case=5,
        item=4718,
        lot="L4718A",
        end=posts(1, cost=EXPENSED),
    ),
    Use(
        number="U-506",
        says="a length of suction tubing",
        trouble="its webhook comes twice",
        at="NORTH OR-1",
        case=5,
        item=4727,
        webhook="repeat",
        end=posts(1, units=2),
    ),
    Use(
        number="U-507",
        says="a hip stem at the facility on the sandbox",
        trouble="all three ledgers are the sandbox's: the registry routes by facility",
        at="SOUTH OR-1",
        case=6,
        item=4712,
        serial="SN4712037",
        disposition="implanted",
        end=posts(1),
    ),
)

ASKED = (
    Use(
        number="U-511",
        says="two pairs of sterile gloves",
        trouble="the FHIR server has no charge code for 4711, until revenue integrity adds it",
        at="NORTH OR-1",
        case=7,
        item=4711,
        quantity=2,
        end=posts(2),
        answers={Cause.no_charge_code: Answer(options=("--retry",), first="add-code-in-fhir")},
    ),
    Use(
        number="U-512",
        says="a hernia mesh is implanted",
        trouble="Tryton has no price of it, until finance enters it",
        at="NORTH OR-2",
        case=7,
        item=4729,
        lot="L4729A",
        disposition="implanted",
        end=posts(1),
        answers={Cause.refused: Answer(options=("--retry",), first="price-in-tryton")},
    ),
)

AMENDED = Use(
    number="U-521",
    says="one guide wire",
    trouble="told again as two in a newer version",
    at="NORTH OR-2",
    case=11,
    item=4718,
    lot="L4718B",
    end=posts(2),
)
CORRECTED = (
    Use(
        number="U-522",
        says="two stapler reloads",
        trouble="not used after all: movement, ChargeItem and move are taken back",
        at="NORTH OR-1",
        case=11,
        item=4738,
        lot="L4738A",
        quantity=2,
        end=NOT_USED,
        correction=Correction(kind="notUsed"),
    ),
    Use(
        number="U-523",
        says="coronary stents, two of one lot",
        trouble="wrong patient: moved to another case and account",
        at="NORTH CATH",
        case=15,
        item=4709,
        lot="L4709B",
        quantity=2,
        disposition="implanted",
        end=posts(2, case=1),
        correction=Correction(kind="wrongPatient", replacement=another_patient(1)),
    ),
)
AGAIN = Use(
    number="U-524",
    says="the same stimulator, told by a second source",
    trouble="the same act under another number: held before anything posts, closed as duplicate",
    at="NORTH OR-1",
    case=3,
    item=4708,
    serial="SN4708001",
    disposition="implanted",
    end=posts(0, charge=Nothing("duplicate of U-504"), cost=Nothing("duplicate of U-504")),
    answers={Cause.possible_duplicate: Answer(options=("--correct", "duplicate_of=U-504"))},
)
AT_EAST = (
    Use(
        number="U-531",
        says="two guide wires at the facility without the sandbox",
        trouble="handed in as a file; stock and cost in Tryton, charge on the FHIR server",
        at="EAST OR-1",
        case=3,
        item=4734,
        lot="L4734E",
        quantity=2,
        end=posts(2),
    ),
    Use(
        number="U-532",
        says="a guide wire at the cath lab without the sandbox",
        trouble="not used after all: Tryton's shipment is answered by one that brings it back",
        at="EAST CATH",
        case=5,
        item=4718,
        lot="L4718E",
        end=NOT_USED,
        correction=Correction(kind="notUsed"),
    ),
)
TRYTON_DIES = Use(
    number="U-541",
    says="a guide wire",
    trouble="Tryton is killed while it books the cost, and started again",
    at="NORTH OR-1",
    case=15,
    item=4734,
    lot="L4734A",
    end=posts(1),
)
FHIR_DIES = Use(
    number="U-542",
    says="a stapler reload",
    trouble="the FHIR server is killed while it takes the charge, and started again",
    at="NORTH OR-2",
    case=15,
    item=4722,
    lot="L4722B",
    end=posts(1),
)
USES = (*STRAIGHT, *ASKED, AMENDED, *CORRECTED, AGAIN, *AT_EAST, TRYTON_DIES, FHIR_DIES)
