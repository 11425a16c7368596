"""Corrections: uses that did not happen as recorded. All three ledgers are taken back by reference and done again."""

from datetime import date

from canonical.documents.work_item import Cause
from suture.demo.uses import Answer, Correction, Fault, Use, another_patient, nothing, posts

NOT_USED = nothing("not used")

CORRECTED = (
    Use(
        number="U-401",
        says="a pacemaker is implanted",
        trouble="wrong patient: moved to another case and account",
        at="NORTH OR-1",
        case=3,
        item=4736,
        serial="SN4736002",
        disposition="implanted",
        end=posts(1, case=5),
        correction=Correction(kind="wrongPatient", replacement=another_patient(5)),
    ),
    Use(
        number="U-402",
        says="a bone screw is implanted",
        trouble="wrong item: it was a suture anchor of another lot",
        at="NORTH OR-1",
        case=7,
        item=4737,
        lot="L4737A",
        disposition="implanted",
        end=posts(1, item=4733),
        correction=Correction(kind="wrongItem", replacement={"sku": "SKU-4733", "lot": "L4733A"}),
    ),
    Use(
        number="U-403",
        says="two haemostatic matrices",
        trouble="not used after all: nothing stands in the end",
        at="NORTH OR-2",
        case=11,
        item=4726,
        lot="L4726B",
        quantity=2,
        end=NOT_USED,
        correction=Correction(kind="notUsed"),
    ),
    Use(
        number="U-404",
        says="a bill-only trocar from the cabinet",
        trouble="not used after all: the cabinet's own movement is taken back too",
        at="SOUTH CABINET-9",
        case=14,
        item=4730,
        lot="L4730A",
        end=NOT_USED,
        correction=Correction(kind="notUsed"),
    ),
    Use(
        number="U-405",
        says="a hernia mesh is implanted",
        trouble="wrong patient, and no system answers when it is to take back",
        at="NORTH OR-2",
        case=15,
        item=4729,
        lot="L4729A",
        disposition="implanted",
        end=posts(1, case=17),
        correction=Correction(
            kind="wrongPatient",
            replacement=another_patient(17),
            faults=(
                Fault(step="stock", kind="cut"),
                Fault(step="charge", kind="cut"),
                Fault(step="cost", kind="500"),
            ),
        ),
    ),
    Use(
        number="U-406",
        says="a hip stem is implanted",
        trouble="wrong patient, told after the final bill: credit and rebill",
        at="NORTH OR-1",
        case=49,
        item=4712,
        serial="SN4712001",
        disposition="implanted",
        end=posts(1, case=19),
        correction=Correction(kind="wrongPatient", replacement=another_patient(19)),
        answers={Cause.credit_and_rebill: Answer(options=("--acknowledge",))},
    ),
)
"""Corrected once they are posted."""

BILLED = "U-406"
"""Its account is final billed before the correction comes."""

EARLY = Use(
    number="U-407",
    says="a guide wire",
    trouble="the correction (wrong patient) comes before the use itself",
    at="NORTH OR-2",
    case=21,
    item=4702,
    lot="L4702B",
    end=posts(1, case=23),
    correction=Correction(kind="wrongPatient", replacement=another_patient(23)),
)

OCTOBER = date(2026, 10, 30)
CLOSED_SINCE = Use(
    number="U-409",
    says="a guide wire, posted in October",
    trouble="not used after all, told when October is closed: reversed in the first open period",
    at="NORTH OR-1",
    case=29,
    item=4734,
    lot="L4734B",
    on=OCTOBER,
    end=nothing("not used", postings=(OCTOBER, date(2026, 11, 1))),
    correction=Correction(kind="notUsed"),
)
"""Posted before the period is closed."""

PAID = Use(
    number="U-410",
    says="a trocar that the supplier brought",
    trouble="not used after all, told when its supplier has been paid (C-405)",
    at="NORTH OR-2",
    case=7,
    item=4730,
    lot="L4730A",
    end=NOT_USED,
    correction=Correction(kind="notUsed"),
)
"""Its correction comes from the purchase that it has become."""

AMENDED = Use(
    number="U-408",
    says="one guide wire",
    trouble="told again as two in a newer version",
    at="NORTH OR-2",
    case=25,
    item=4718,
    lot="L4718A",
    end=posts(2),
)
AMENDED_QUANTITY = 2
