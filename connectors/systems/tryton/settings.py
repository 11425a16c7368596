"""What a Tryton is configured with: where it answers, which database and login, and whose goods leave where."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from connectors.protocols.rest import RestClient

CODE = r"^[^\s%]{1,64}$"
Code = Annotated[str, Field(pattern=CODE)]


class LedgerSettings(BaseModel):
    """Where costs are booked, by the codes of the journal and of the accounts, all in the company of the login.

    `expense` takes the cost of every use; where it is not named, the expense account of the item's category does. A cost
    centre that `cost_centres` does not name has its own name as the code of its analytic account. `expensed` lists, by
    facility, the places whose goods were expensed when they were issued. `posts_with_movement` says that Tryton itself
    books what leaves stock, as its modules `account_stock_...` do.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    journal: Code
    stock: Code
    received_not_invoiced: Code
    expense: Code | None = None
    cost_centres: Mapping[str, Code] = {}
    expensed: Mapping[str, frozenset[str]] = {}
    posts_with_movement: bool = False

    def cost_centre(self, name: str) -> str:
        """The code of the analytic account of a cost centre."""
        return self.cost_centres.get(name, name)

    def is_expensed(self, facility: str, location: str) -> bool:
        """Whether the goods at a place are expensed already."""
        return location in self.expensed.get(facility, ())


class TrytonSettings(BaseModel):
    """`warehouses` name the warehouse of a facility by its code; one that is not named has the facility's own name.

    `used` is the code of the party, a department, that goods are shipped to when they are used; its customer location is
    where they end. `supplier` is the code of the party that goods came from where a document names none. `service` and
    `freight` are the codes of the products, of type service, as which an order line buys these. `ledger` is needed where it
    is the finance system. `accounts` are the codes of the accounts of what an invoice asks money for beside goods, by kind
    (`freight`, `fuel`, `restocking`, `tax`, `service`, `other`), of price differences (`variance`), of what is withheld
    (`short-paid`, without which nothing is short paid) and of goods that were used before they were ordered (`bill-only`,
    best the ledger's `received_not_invoiced`); Tryton's own account of expenses takes the rest. `timeout` is for
    writes, `reads_within` for what changes nothing, the login included.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str = Field(pattern=r"^https?://")
    database: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,63}$")
    login: str = Field(min_length=1)
    password_file: Path
    timeout: timedelta = Field(default=timedelta(seconds=20), gt=timedelta(0))
    reads_within: timedelta = Field(default=timedelta(seconds=20), gt=timedelta(0))
    in_flight: timedelta = Field(default=timedelta(seconds=60), ge=timedelta(0))
    max_connections: int = Field(default=8, ge=1, le=100)
    warehouses: Mapping[str, str] = {}
    used: str = "USED/{facility}/{location}"
    supplier: str = Field(default="100", pattern=CODE)
    ledger: LedgerSettings | None = None
    service: str = Field(default="SERVICE", pattern=CODE)
    freight: str = Field(default="FREIGHT", pattern=CODE)
    accounts: Mapping[str, str] = {}

    def warehouse_of(self, facility: str) -> str:
        """The code of a facility's warehouse."""
        return self.warehouses.get(facility, facility)

    def facility_of(self, warehouse: str) -> str:
        """The facility of a warehouse by its code."""
        return next((facility for facility, code in self.warehouses.items() if code == warehouse), warehouse)

    def bought_as(self, kind: str) -> str:
        """The code of the product as which a service, or freight, is bought."""
        return self.freight if kind == "freight" else self.service

    def department_of(self, facility: str, location: str) -> str:
        """The code of the party to which goods used at a place go."""
        return self.used.format(facility=facility, location=location)

    def client(self, system: str, *, outgoing: Callable[[], Mapping[str, str]]) -> RestClient:
        """The system's door; who calls is told by the session, which the login opens."""
        return RestClient(
            system=system,
            base_url=f"{self.base_url.rstrip('/')}/{self.database}/",
            outgoing=outgoing,
            timeout=self.timeout,
            max_connections=self.max_connections,
        )
