"""A webhook is translated by the names that its system's own table gives, whatever the vendor calls things elsewhere."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from canonical.inbound import InvalidEvent
from canonical.ports import SystemKind
from connectors.systems.sandbox_billing.connector import SYSTEM as BILLING
from connectors.systems.sandbox_erp.connector import SYSTEM as ERP
from connectors.systems.sandbox_inventory.connector import SYSTEM as INVENTORY
from connectors.systems.sandbox_supplier.connector import SYSTEM as SUPPLIER
from tests.connectors.bodies import ACCOUNT_OPENED, ACKNOWLEDGED, CROSSED, PAR_CROSSED, PURCHASE_ORDER
from tests.connectors.hearing import hear

SYSTEMS: dict[str, tuple[SystemKind, dict[str, Any], dict[str, Any], str]] = {
    "erp": (
        ERP,
        {
            "plants": {"WEST": {"plant": "7000", "company_code": "US07"}},
            "storage_locations": {"THEATRE": "T3"},
            "cost_centres": {"RADIOLOGY": "7000999900"},
        },
        PURCHASE_ORDER,
        "CONTENT.HEADER.PLANT",
    ),
    "inventory": (INVENTORY, {"campuses": {"WEST": "westWing"}}, PAR_CROSSED, "data.facility"),
    "billing": (BILLING, {"hospitals": {"WEST": "WST"}}, ACCOUNT_OPENED, "data.hosp_cd"),
    "supplier": (SUPPLIER, {"partners": {"555": "weber"}, "accounts": {"WEST": "9"}}, ACKNOWLEDGED, "document.partner"),
}


def translated(system: str, *, named: bool = True) -> Any:
    kind, names, body, _ = SYSTEMS[system]
    return hear(kind, body, **(names if named else {}))


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_facility_of_an_event_is_the_one_that_the_systems_own_table_names(system: str) -> None:
    assert translated(system).facility == "WEST"
    with pytest.raises(InvalidEvent) as invalid:
        translated(system, named=False)
    assert invalid.value.field == SYSTEMS[system][3]


def test_an_order_of_the_erp_has_the_locations_and_cost_centres_of_the_table() -> None:
    (line,) = translated("erp").data["lines"]
    assert (line["location"], line["cost_centre"]) == ("THEATRE", "RADIOLOGY")


def test_a_paper_of_the_desk_is_the_suppliers_that_the_table_names() -> None:
    assert translated("supplier").data["supplier"] == "555"


def test_a_campus_that_the_table_names_otherwise_is_known_by_that_name_alone() -> None:
    kind, _, body, field = SYSTEMS["inventory"]
    body = {**body, "data": {**CROSSED, "facility": "northCampus"}}
    assert hear(kind, body).facility == "NORTH"
    with pytest.raises(InvalidEvent) as invalid:
        hear(kind, body, campuses={"NORTH": "hill"})
    assert invalid.value.field == field


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    "wrong", [{"surprise": 1}, {"base_url": "ftp://x"}, {"timeout": "soon"}, {"timeout": "PT0S"}, {"token_file": 7}]
)
def test_a_systems_own_table_is_refused_where_it_says_what_is_not_known(system: str, wrong: dict[str, Any]) -> None:
    kind, names, _, _ = SYSTEMS[system]
    table = {"base_url": "http://127.0.0.1:9", "token_file": "token", **names}
    assert kind.settings.model_validate_json(json.dumps(table), strict=True)
    with pytest.raises(ValidationError):
        kind.settings.model_validate_json(json.dumps(table | wrong), strict=True)
