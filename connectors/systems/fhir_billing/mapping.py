"""Between FHIR's resources and our documents: pure, and the only place that knows both vocabularies."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from canonical.documents.charge import AccountStanding, CaseStatus, Charge
from canonical.effect import Found
from connectors.protocols.fhir_json import Resource, dropped
from connectors.systems.fhir_billing.codes import (
    CASE_STATUSES,
    CHARGE_STATUSES,
    HCPCS,
    MODIFIER,
    PATIENT_CLASSES,
    REBILL,
    REVENUE,
    TASK,
    UNDO_KEY,
    WIRE_KEY,
)
from connectors.systems.fhir_billing.settings import FhirBillingSettings

ISSUED = ("issued", "balanced")
"""Statuses of an Invoice that the payer has, or has paid."""

TAKEN_BACK = ("entered-in-error", "not-billable", "aborted")
"""Statuses of a ChargeItem that charges nobody: the use did not happen so, it is not charged, or it was stopped."""

_TELLING = ("account", "occurrenceDateTime", "quantity", "priceOverride")
_TASK_OVER = frozenset({"rejected", "cancelled", "failed", "entered-in-error"})


class Unreadable(Exception):
    """A resource without what every one must have here; names the element, never the value."""


def charge_item(
    charge: Charge, own: FhirBillingSettings, *, account: Resource, encounter: Resource, wire_key: str
) -> Resource:
    """A charge as a ChargeItem; what was used is a contained Device where it has a lot or a serial."""
    item = {"coding": [{"system": own.item_system, "code": charge.item}]}
    codings = [{"system": own.master_system, "version": charge.master_version, "code": charge.code}]
    codings += [{"system": HCPCS, "code": charge.hcpcs}] if charge.hcpcs else []
    codings += [{"system": REVENUE, "code": charge.revenue_code}] if charge.revenue_code else []
    resource: dict[str, Any] = {
        "resourceType": "ChargeItem",
        "identifier": [{"system": WIRE_KEY, "value": wire_key}],
        "status": "billable",
        "code": {"coding": codings},
        "subject": _subject(account, encounter),
        "context": {"reference": reference_to(encounter)},
        "account": [{"reference": reference_to(account)}],
        "occurrenceDateTime": charge.service_date.isoformat(),
        "enteredDate": charge.posting_date.isoformat(),
        "quantity": {"value": charge.units},
        "priceOverride": {"value": charge.amount.amount, "currency": charge.amount.currency},
        "overrideReason": f"price by {charge.basis}",
    }
    if charge.modifiers:
        resource["extension"] = [{"url": MODIFIER, "valueCode": each} for each in charge.modifiers]
    if charge.lot or charge.serial:
        device = {"resourceType": "Device", "id": "used", "identifier": _identifiers(own.item_system, charge.item)}
        device |= {"lotNumber": charge.lot} if charge.lot else {}
        device |= {"serialNumber": charge.serial} if charge.serial else {}
        resource |= {"contained": [device], "productReference": {"reference": "#used"}}
    else:
        resource["productCodeableConcept"] = item
    return resource


def differing(sent: Resource, held: Resource) -> tuple[str, ...]:
    """The elements by which a ChargeItem under our key is another charge: what billing adds or moves on is its own affair."""
    telling = {name: sent[name] for name in _TELLING}
    return dropped({"resourceType": "ChargeItem"} | telling, held)


def voided(charge: Resource, *, undo_key: str, no_charge_reason: str) -> Resource:
    """A ChargeItem as one that should never have been, or is no charge for a reason; it carries the key of the undo."""
    identifiers = [*charge.get("identifier", []), {"system": UNDO_KEY, "value": undo_key}]
    if not no_charge_reason:
        return {**charge, "status": "entered-in-error", "identifier": identifiers}
    notes = [*charge.get("note", []), {"text": no_charge_reason}]
    return {**charge, "status": "not-billable", "identifier": identifiers, "note": notes}


def rebill_task(charge: Resource, *, undo_key: str, about: Iterable[Resource]) -> Resource:
    """What asks revenue integrity for a credit and a new bill; `about` is what has billed the charge, and its answers."""
    inputs = [
        {"type": {"text": each["resourceType"]}, "valueReference": {"reference": reference_to(each)}} for each in about
    ]
    return {
        "resourceType": "Task",
        "identifier": [{"system": UNDO_KEY, "value": undo_key}],
        "status": "requested",
        "intent": "order",
        "code": {"coding": [{"system": TASK, "code": REBILL}]},
        "focus": {"reference": reference_to(charge)},
        **({"input": inputs} if inputs else {}),
    }


def is_rebill(task: Resource) -> bool:
    """Whether a Task asks for a credit and a new bill, and was not turned down."""
    codes = {coding.get("code") for coding in task.get("code", {}).get("coding", []) if coding.get("system") == TASK}
    return REBILL in codes and task.get("status") not in _TASK_OVER


def found_of(charge: Resource, *, tasks: Iterable[Resource], invoices: Iterable[Resource]) -> Found | None:
    """A ChargeItem as a look-up answers it; none for one that carries no key of ours. `Unreadable` where it breaks R4."""
    key = identifier(charge, WIRE_KEY)
    if key is None:
        return None
    mine, status = reference_to(charge), charge.get("status")
    if status not in CHARGE_STATUSES:
        raise Unreadable("ChargeItem.status")
    credited = any(is_rebill(task) and task.get("focus", {}).get("reference") == mine for task in tasks)
    return Found(
        reference=str(charge["id"]),
        wire_key=key,
        live=status not in TAKEN_BACK and not credited,
        billed=status == "billed" or mine in lines_of(invoices),
        quantity=_decimal(charge.get("quantity"), "ChargeItem.quantity.value"),
        amount=_decimal(charge.get("priceOverride"), "ChargeItem.priceOverride.value"),
        posting_date=_day(charge.get("enteredDate"), "ChargeItem.enteredDate"),
    )


def lines_of(invoices: Iterable[Resource]) -> frozenset[str]:
    """The ChargeItems that stand on invoices which were issued."""
    issued = [invoice for invoice in invoices if invoice.get("status") in ISSUED]
    lines = [line for invoice in issued for line in invoice.get("lineItem", [])]
    return frozenset(line.get("chargeItemReference", {}).get("reference", "") for line in lines)


def standing_of(
    encounter: Resource | None,
    account: Resource | None,
    *,
    coverage: Resource | None,
    billed: bool,
    payers: Mapping[str, str],
) -> AccountStanding:
    """How the account and the case stand; the account itself goes beside it, in clear."""
    encounter = encounter or {}
    status = CASE_STATUSES.get(str(encounter.get("status")))
    if account is None:
        return AccountStanding(case_status=CaseStatus(status) if status else None)
    code = next(iter(codes(coverage.get("type")) if coverage else ()), "")
    return AccountStanding(
        case_status=CaseStatus(status) if status else None,
        patient_class=PATIENT_CLASSES.get(str(encounter.get("class", {}).get("code")), ""),
        payer=payers.get(code, code.lower()),
        billed=billed,
    )


def accounts_of(resource: Resource | None) -> tuple[str, ...]:
    """The ids of the accounts that an Encounter or a ChargeItem is charged to."""
    given = (resource or {}).get("account", [])
    return tuple(id for each in given if (id := id_in(each.get("reference"), "Account")))


def coverage_of(account: Resource | None) -> str | None:
    """The id of the Coverage that pays first."""
    given = sorted((account or {}).get("coverage", []), key=lambda each: int(each.get("priority", 2**31)))
    ids = [id_in(each.get("coverage", {}).get("reference"), "Coverage") for each in given]
    return next((id for id in ids if id), None)


def codes(concept: Any, system: str | None = None) -> tuple[str, ...]:
    """The codes of a CodeableConcept, of one code system or of all."""
    given = concept.get("coding", []) if isinstance(concept, Mapping) else []
    wanted = [coding for coding in given if system is None or coding.get("system") == system]
    return tuple(str(coding["code"]) for coding in wanted if "code" in coding)


def identifier(resource: Resource, system: str) -> str | None:
    """The first value of an identifier of this system."""
    given: Sequence[Any] = resource.get("identifier", [])
    return next((str(each["value"]) for each in given if each.get("system") == system and "value" in each), None)


def reference_to(resource: Resource) -> str:
    """The relative reference of a resource."""
    return f"{resource['resourceType']}/{resource['id']}"


def id_in(reference: Any, kind: str) -> str | None:
    """The id in a relative reference to a resource of this kind."""
    if not isinstance(reference, str) or not reference.startswith(f"{kind}/"):
        return None
    return reference.removeprefix(f"{kind}/").partition("/")[0]


def _subject(account: Resource, encounter: Resource) -> Any:
    subject = next(iter(account.get("subject", [])), None) or encounter.get("subject")
    if not isinstance(subject, Mapping) or "reference" not in subject:
        raise Unreadable("Account.subject")
    return {"reference": subject["reference"]}


def _identifiers(system: str, value: str) -> list[dict[str, str]]:
    return [{"system": system, "value": value}]


def _decimal(quantity: Any, path: str) -> Decimal | None:
    value = quantity.get("value") if isinstance(quantity, Mapping) else None
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Unreadable(path)
    return Decimal(value)


def _day(moment: Any, path: str) -> date | None:
    if moment is None:
        return None
    try:
        return date.fromisoformat(str(moment)[:10])
    except ValueError:
        raise Unreadable(path) from None
