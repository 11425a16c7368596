"""What is entered at the point of care and at the registration desk, patient and all."""

import sqlite3
from contextlib import closing
from typing import Any

from canonical.identity import wire_key, write_key
from suture.demo.uses import Use, posts
from tests.chaos.patients import Patient
from tests.support.observed import Observed

_TEMPLATE = Use(number="-", says="", at="NORTH OR-1", case=1, end=posts(1))


def told(number: str, patient: Patient, **changes: Any) -> dict[str, Any]:
    """A use as the point of care enters it, patient and all."""
    who = {"surgicalCaseNumber": patient.case, "encounterNumber": patient.account, "patient": patient.block}
    return _TEMPLATE.body(0) | who | {"useId": number, "actId": f"act-{number[:3]}"} | changes


async def admit(hospital: Observed, patient: Patient) -> None:
    """Billing has the case and opens an account for it, which it tells with both numbers in clear."""
    billing = hospital.house.home.folder / "systems" / "billing.db"
    with closing(sqlite3.connect(billing, timeout=10)) as registration, registration:
        times = ("11/20/2026 06:00:00", "11/20/2026 07:00:00", None, None)
        registration.execute(
            "INSERT INTO surg_case VALUES (?, NULL, 'NTH', 'open', ?, ?, ?, ?)", (patient.case, *times)
        )
    # Whatever stands in the name fields is what the system's texts quote.
    account = {"case_no": patient.case, "acct_no": patient.account, "pat_last": patient.last}
    await hospital.vendors.billing.control("accounts", account | {"pat_first": patient.described})


def key_of(hospital: Observed, number: str, step: str) -> str:
    """The key under which a system will see the first write of a step of a use."""
    return wire_key(write_key(hospital.name(number).workflow_id, step, 1))
