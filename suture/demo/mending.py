"""What staff put right in a system of theirs before a work item is decided: `python -m suture.demo.mending NAME`."""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from suture.configuration import configured_file, read
from suture.demo.real.fhir import Fhir
from suture.demo.real.master import LATER_CODED, LATER_PRICED, coded
from suture.demo.real.tryton import Tryton
from suture.demo.uses import DAY, account_number
from suture.settings import Settings
from suture.trouble import CannotGoOn
from suture.up.folder import Home
from suture.up.peers import ADMINISTRATOR


@dataclass(frozen=True, kw_only=True)
class Mend:
    """One thing that staff do, in words, and as the call to their system: at its control desk, or by its API."""

    words: str
    system: str
    path: str
    body: Mapping[str, Any]

    @property
    def at_the_desk(self) -> bool:
        """Whether the call needs the credential of the control desk."""
        return self.path.startswith("/_control/")


@dataclass(frozen=True, kw_only=True)
class Coded:
    """A charge code that an item gets on the FHIR server."""

    words: str
    item: int
    cents: int

    async def do(self, settings: Settings, home: Home) -> None:
        """Add the row."""
        async with Fhir(settings, home) as fhir:
            await fhir.put(coded(self.item, code=f"27{self.item:06d}", cents=self.cents, factor="1", revenue="0272"))


@dataclass(frozen=True, kw_only=True)
class Priced:
    """A cost price that an item gets in Tryton."""

    words: str
    item: int
    price: Decimal

    async def do(self, settings: Settings, home: Home) -> None:
        """Enter it."""
        async with Tryton(settings, login=ADMINISTRATOR, password=ADMINISTRATOR) as tryton:
            product = await tryton.one("product.product", [["code", "=", str(self.item)]])
            await tryton.write("product.product", product["id"], {"cost_price": self.price})


MENDS: Mapping[str, Mend | Coded | Priced] = {
    "add-code-4711": Mend(
        words="revenue integrity adds a charge code for 4711 in billing",
        system="billing",
        path="/_control/cdm",
        body={"supply_ref": "S4711", "cdm_code": "27004711", "price": 2_900},
    ),
    "reopen-account-37": Mend(
        words="patient accounting opens the account of case 37 again in billing",
        system="billing",
        path=f"/_control/accounts/{account_number(37)}/status",
        body={"status": "open"},
    ),
    "book-use-244": Mend(
        words="supply chain books in inventory what the cabinet has not",
        system="inventory",
        path="/v2/movements",
        body={
            "type": "consumption",
            "externalRef": "SHELF-0244",
            "facility": "northCampus",
            "location": "CABINET-9",
            "sku": "SKU-4726",
            "lot": "L4726B",
            "qty": 1,
            "useId": "U-244",
            "serviceDate": DAY.isoformat(),
        },
    ),
    "add-code-in-fhir": Coded(
        words=f"revenue integrity adds a charge code for {LATER_CODED} on the FHIR server",
        item=LATER_CODED,
        cents=2_900,
    ),
    "price-in-tryton": Priced(
        words=f"finance enters the cost price of {LATER_PRICED} in Tryton", item=LATER_PRICED, price=Decimal("3289.51")
    ),
}


def command(name: str) -> str:
    """The mend as it is typed."""
    return f"python -m suture.demo.mending {name}"


def main(name: str) -> str:
    """Do it in the hospital that SUTURE_CONFIG names; answers in words what was wrong, or nothing."""
    mend = MENDS[name]
    settings = read(configured_file(os.environ))
    home = Home(settings.file.parent)
    if isinstance(mend, Mend):
        return _sent(mend, settings, home)
    try:
        asyncio.run(mend.do(settings, home))
    except CannotGoOn as failure:
        return str(failure)
    return ""


def _sent(mend: Mend, settings: Settings, home: Home) -> str:
    token_file = home.control_token(mend.system) if mend.at_the_desk else home.system_token(mend.system)
    url = f"{settings.systems[mend.system].settings['base_url']}{mend.path}"
    headers = {"authorization": f"Bearer {token_file.read_text().strip()}"}
    try:
        answer = httpx.post(url, json=dict(mend.body), headers=headers, trust_env=False, timeout=30)
    except httpx.TransportError as failure:
        return f"{mend.system} does not answer: {type(failure).__name__}"
    return f"{mend.system} answered {answer.status_code}: {answer.text[:400]}" if answer.is_error else ""


if __name__ == "__main__":
    if wrong := main(sys.argv[1]):
        sys.exit(wrong)
    print(f"done: {MENDS[sys.argv[1]].words}")
