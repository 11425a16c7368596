"""What people in other departments do during the day, each in the system that is theirs."""

from suture.demo.corrections import BILLED
from suture.demo.day import BY_NUMBER
from suture.demo.uses import account_number, case_number
from suture.demo.vendors import Vendors

TRAUMA = 9
OPEN_CASES = (2, 4)
NEW_ITEM = 4739


class People:
    """The departments, by what they do."""

    def __init__(self, vendors: Vendors) -> None:
        self._vendors = vendors

    async def close_october(self) -> None:
        """Finance closed October for the books of NORTH."""
        period = {"COMP_CODE": "US01", "FISC_YEAR": "2026", "FIS_PERIOD": "010", "STAT": "CLSD"}
        await self._vendors.erp.control("periods", period)

    async def doubt(self, number: str) -> None:
        """Billing's auditor rejects the charge of a use in the batch, once."""
        key = BY_NUMBER[number].wire_key("charge")
        await self._vendors.billing.control("batch/rejections", {"key_contains": key, "count": 1})

    async def hold_up_the_cabinet(self) -> None:
        """The cabinet tells of movements that it has not booked yet."""
        await self._vendors.inventory.control("cabinet", {"books": False})

    async def let_the_cabinet_catch_up(self) -> None:
        """The cabinet books what it told of."""
        await self._vendors.inventory.control("cabinet", {"books": True})

    async def register_the_trauma_patient(self) -> None:
        """Admission opens the account."""
        account = {"case_no": case_number(TRAUMA), "acct_no": account_number(TRAUMA)}
        await self._vendors.billing.control("accounts", account)

    async def close_the_cases(self) -> None:
        """The operating rooms of SOUTH close their cases."""
        for case in OPEN_CASES:
            await self._vendors.billing.control(f"cases/{case_number(case)}", {"status": "closed"})

    async def approve_the_new_item(self) -> None:
        """Item master approves 4739 in all three systems, inventory last: its event is what wakes the use."""
        await self._vendors.erp.control("materials", {"number": NEW_ITEM})
        code = {"supply_ref": f"S{NEW_ITEM}", "cdm_code": f"27{NEW_ITEM:06d}", "price": 14_500, "unit_factor": "2"}
        await self._vendors.billing.control("cdm", code)
        await self._vendors.inventory.control("approve", {"sku": f"SKU-{NEW_ITEM}"})

    async def bill(self, number: str = BILLED) -> None:
        """Patient accounting final bills the account of a use."""
        account = account_number(BY_NUMBER[number].case)
        await self._vendors.billing.control(f"accounts/{account}/bill", {})
