"""Unsafe goods: a finding never hides the use; it tells people, and holds the charge alone."""

from canonical.documents.work_item import Cause
from suture.demo.uses import Answer, Nothing, Use, posts

WRITTEN_OFF = "past its date: not charged"

SAFETY = (
    Use(
        number="U-201",
        says="a bone screw past its date is implanted",
        trouble="the use posts, safety is told, the charge is held; a person writes it off",
        at="NORTH OR-1",
        case=25,
        item=4721,
        lot="L4721X",
        disposition="implanted",
        end=posts(1, charge=Nothing(WRITTEN_OFF)),
        answers={Cause.safety: Answer(options=("--correct", f"no_charge_reason={WRITTEN_OFF}"))},
    ),
    Use(
        number="U-202",
        says="a suture anchor of a recalled lot is implanted",
        trouble="the use posts, safety is told, the charge is held until released",
        at="NORTH OR-1",
        case=25,
        item=4701,
        lot="L4701R",
        disposition="implanted",
        end=posts(1),
    ),
    Use(
        number="U-203",
        says="a suture anchor of a quarantined lot is implanted",
        trouble="the use posts, safety is told, the charge is held until released",
        at="NORTH OR-2",
        case=29,
        item=4733,
        lot="L4733Q",
        disposition="implanted",
        end=posts(1),
    ),
    Use(
        number="U-204",
        says="a guide wire, its lot misread as L4702Z",
        trouble="an unknown lot; corrected by a person: taken back and posted again in all three",
        at="NORTH OR-2",
        case=29,
        item=4702,
        lot="L4702Z",
        end=posts(1),
        answers={Cause.safety: Answer(options=("--correct", "lot=L4702B"))},
    ),
    Use(
        number="U-205",
        says="eighty stapler reloads where the books have fewer",
        trouble="more than on hand: posts as a discrepancy, and the shelf is counted",
        at="NORTH OR-1",
        case=31,
        item=4706,
        lot="L4706B",
        quantity=80,
        end=posts(80),
    ),
    Use(
        number="U-206",
        says="a stimulator is implanted, its serial not scanned",
        trouble="tracked by serial and none told: the charge is held until it is",
        at="NORTH OR-1",
        case=31,
        item=4724,
        disposition="implanted",
        end=posts(1),
        answers={Cause.safety: Answer(options=("--correct", "serial=SN4724001"))},
    ),
)
