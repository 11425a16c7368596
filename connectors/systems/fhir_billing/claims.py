"""What became of a billed charge, from Invoice, Claim and ClaimResponse: pure, and unreadable elements named by path.

R4 joins no Claim to a ChargeItem. A line of a claim is the charge's where it names the charge's Encounter, carries one of
the charge's codes, and was serviced on its day.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from canonical.documents.claim import Adjudication, Bill, Claim, Invoiced, PayerAnswer
from connectors.protocols.fhir_json import Resource
from connectors.systems.fhir_billing.mapping import Unreadable, codes, reference_to

_VOID = ("entered-in-error", "draft", "cancelled")


def bill_of(charge: Resource, found: Iterable[Resource]) -> Bill:
    """The bill of a charge, from the invoices and claims that have it and the answers to these."""
    standing = [each for each in found if _text(each, "status") not in _VOID]
    invoices, claims, answers = (_of(standing, kind) for kind in ("Invoice", "Claim", "ClaimResponse"))
    return Bill(
        invoices=tuple(Invoiced(number=_number(each), status=each["status"]) for each in invoices),
        claims=tuple(
            Claim(
                number=_number(claim),
                status=claim["status"],
                answers=tuple(
                    _answer(each, lines_for(charge, claim))
                    for each in answers
                    if each.get("request", {}).get("reference") == reference_to(claim)
                ),
            )
            for claim in claims
        ),
    )


def lines_for(charge: Resource, claim: Resource) -> tuple[int, ...]:
    """The sequence numbers of the claim's lines that ask for the charge."""
    wanted = set(codes(charge.get("code")))
    case, day = charge.get("context", {}).get("reference"), str(charge.get("occurrenceDateTime"))[:10]
    lines = []
    for line in claim.get("item", []):
        cases = [each.get("reference") for each in line.get("encounter", [])]
        if case in cases and wanted & set(codes(line.get("productOrService"))) and _serviced(line, day):
            lines.append(line.get("sequence"))
    return tuple(lines)


def _serviced(line: Any, day: str) -> bool:
    period = line.get("servicedPeriod", {})
    first, last = line.get("servicedDate", period.get("start", day)), line.get("servicedDate", period.get("end", day))
    return str(first)[:10] <= day <= str(last)[:10]


def _answer(response: Resource, lines: tuple[int, ...]) -> PayerAnswer:
    mine = [
        (f"ClaimResponse.item[{place}]", item)
        for place, item in enumerate(response.get("item", []))
        if item.get("itemSequence") in lines
    ]
    adjudicated = tuple(
        _adjudication(each, f"{path}.adjudication[{place}]")
        for path, item in mine
        for place, each in enumerate(item.get("adjudication", []))
    )
    errors = [
        code
        for error in response.get("error", [])
        if error.get("itemSequence") in (None, *lines)
        for code in codes(error.get("code"))
    ]
    denials = [*(reason for each in adjudicated for reason in each.reasons), *errors]
    return PayerAnswer(
        outcome=_text(response, "outcome"),
        disposition=str(response.get("disposition", ""))[:2000],
        adjudicated=adjudicated,
        denials=tuple(dict.fromkeys(denials)),
    )


def _adjudication(given: Any, path: str) -> Adjudication:
    category = next(iter(codes(given.get("category"))), None)
    if category is None:
        raise Unreadable(f"{path}.category")
    amount = given.get("amount")
    if amount is None:
        return Adjudication(category=category, reasons=codes(given.get("reason")))
    value, currency = amount.get("value"), amount.get("currency")
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Unreadable(f"{path}.amount.value")
    if not (isinstance(currency, str) and len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise Unreadable(f"{path}.amount.currency")
    return Adjudication(category=category, amount=Decimal(value), currency=currency, reasons=codes(given.get("reason")))


def _of(resources: Iterable[Resource], kind: str) -> list[Resource]:
    return [each for each in resources if each["resourceType"] == kind]


def _number(resource: Resource) -> str:
    """The first identifier that people know it by, or its id."""
    given = [each.get("value") for each in resource.get("identifier", [])]
    return str(next((each for each in given if each), resource["id"]))


def _text(resource: Resource, name: str) -> str:
    value = resource.get(name)
    if not isinstance(value, str):
        raise Unreadable(f"{resource['resourceType']}.{name}")
    return value
