"""Order book: how each order stands, and what invoices took of it; one transaction each, so nothing is taken twice."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select, update

from canonical.documents.invoice import NOTHING_PAID, Approval, Invoice, SeenInvoice, normalised
from canonical.documents.order_book import Allocation, LineStanding, OrderStanding
from suture.keys import Keyring
from suture.store.database import Database
from suture.store.order_book_places import places_of
from suture.store.order_book_statements import KNOWN, OF_A_FACILITY, REPLACE, RISE, TAKEN, by_facility
from suture.store.order_book_tables import ALLOCATIONS, ASKED, INVOICES, KNOWN_BY, ORDERS


class OrderBook:
    """`canonical.memory.OrderBook` in the store."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def tell(self, standing: OrderStanding) -> int:
        """Replace what is known of an order; the same again changes nothing."""
        facility, number, supplier = standing.facility, standing.order.number, standing.order.supplier
        bare = standing.model_copy(
            update={
                "version": 0,
                "lines": tuple(line.model_copy(update={"allocated": ()}) for line in standing.lines),
            }
        )
        clear = bare.model_dump_json().encode()
        place = _order_place(facility, number)
        here = {"at": facility, "number": number}

        def replace(connection: Connection) -> int:
            known = connection.execute(KNOWN, here).first()
            if known is None:
                new = {"facility": facility, "order_number": number, "supplier": supplier, "version": 1}
                connection.execute(ORDERS.insert().values(**new, standing=self._keyring.seal(clear, place)))
                return 1
            version: int = known.version
            if self._keyring.open(known.standing, place) == clear:
                return version
            sealed = self._keyring.seal(clear, place)
            now = {"supplier": supplier, "version": version + 1, "standing": sealed}
            connection.execute(REPLACE.values(**now), here)
            return version + 1

        return await self._database.write(replace)

    async def read(self, *, facility: str, orders: Sequence[str], supplier: str = "") -> tuple[OrderStanding, ...]:
        """The orders that are known, with everything that invoices took of them, in the order asked.

        With a supplier also those that another facility has placed with it, where the facility has none of the number
        and only one other has.
        """

        def look(connection: Connection) -> tuple[Sequence[Any], Sequence[Any]]:
            places = places_of(connection, orders)
            meant = by_facility((places.of(facility, order, supplier), order) for order in orders)
            found = [row for one in meant for row in connection.execute(OF_A_FACILITY, one).mappings()]
            return found, [row for one in meant for row in connection.execute(TAKEN, one).mappings()]

        found, allocated = await self._database.read(look)
        of_line: dict[tuple[str, int], list[Allocation]] = {}
        for row in allocated:
            of_line.setdefault((row["order_number"], row["order_line"]), []).append(_allocation(row))
        standings = {row["order_number"]: self._standing(row, of_line) for row in found}
        return tuple(standings[order] for order in dict.fromkeys(orders) if order in standings)

    async def present(self, business_key: str, invoice: Invoice) -> None:
        """An invoice asks to be paid; told again, the newer one counts."""
        row = {
            "business_key": business_key,
            "facility": invoice.facility,
            "supplier": invoice.supplier,
            "normalised": invoice.normalised,
            "type": invoice.type,
            "channel": invoice.channel,
            "currency": invoice.currency,
            "total": invoice.total,
            "invoiced_on": invoice.invoiced_on,
            "orders": invoice.orders,
            "corrects": normalised(invoice.corrects) if invoice.corrects else None,
            "open": True,
            "document": self._keyring.seal(invoice.model_dump_json().encode(), _invoice_place(business_key)),
        }

        def replace(connection: Connection) -> None:
            self._forget(connection, business_key)
            connection.execute(INVOICES.insert().values(**row))
            for order in invoice.orders:
                asked = {"facility": invoice.facility, "order_number": order, "business_key": business_key}
                connection.execute(ASKED.insert().values(**asked))

        await self._database.write(replace)

    async def presented(self, *, facility: str, supplier: str, orders: Sequence[str]) -> Mapping[str, Invoice]:
        """Every invoice that asks to be paid for one of these orders and took nothing yet, by business key.

        The orders are those that `read` finds: another facility's invoice may ask for them as well.
        """
        asking = (
            select(ASKED.c.facility, ASKED.c.order_number, *(INVOICES.c[name] for name in ("business_key", "document")))
            .join(INVOICES, INVOICES.c.business_key == ASKED.c.business_key)
            .where(ASKED.c.order_number.in_(orders), INVOICES.c.open)
            .where((ASKED.c.facility == facility) | (INVOICES.c.supplier == supplier))
        )

        def look(connection: Connection) -> Sequence[Any]:
            places = places_of(connection, orders)
            return [
                row
                for row in connection.execute(asking).all()
                if places.of(row.facility, row.order_number, supplier)
                == places.of(facility, row.order_number, supplier)
            ]

        rows = {row.business_key: row.document for row in await self._database.read(look)}
        return {key: self._invoice(key, document) for key, document in rows.items()}

    async def seen(
        self,
        *,
        facility: str,
        supplier: str,
        beside: Sequence[str] | None = None,
        orders: Sequence[str] = (),
    ) -> tuple[SeenInvoice, ...]:
        """Every invoice of a supplier that was ever presented and not withdrawn, or all that matter to some of them.

        `beside` are the business keys of those: what has their number, what one of them goes back to or that goes back to
        one of them, however far, and what asks for the same money on the same day. A supplier's invoices are a run's load
        for years; these are a few. Beside those of the facility, those of each that has placed one of the `orders`, and
        whatever asked to be paid for one of them.
        """
        query = select(*(INVOICES.c[name] for name in (*KNOWN_BY, "approval"))).where(INVOICES.c.supplier == supplier)

        def look(connection: Connection) -> Sequence[Any]:
            places = places_of(connection, orders)
            facilities = sorted({facility, *(places.of(facility, order, supplier) for order in orders)})
            asking = select(ASKED.c.business_key).where(ASKED.c.order_number.in_(orders))
            near = query.where(INVOICES.c.facility.in_(facilities))
            far = query.where(INVOICES.c.business_key.in_(asking), INVOICES.c.facility.not_in(facilities))

            def where(*conditions: ColumnElement[bool]) -> list[Any]:
                # One column, and one of near and far, at a time: SQLite takes several, joined by "or", for a reason to
                # read through them all.
                return [
                    row
                    for part in ((near, far) if orders else (near,))
                    for row in connection.execute(part.where(*conditions)).mappings()
                ]

            def known_by(column: ColumnElement[Any], wanted: Collection[Any]) -> list[Any]:
                return where(column.in_(sorted(wanted)))

            asked = known_by(INVOICES.c.business_key, beside or ())
            if not asked:
                return where()
            numbers, before = _numbers(asked), set[str]()
            joined: list[Any] = []
            while numbers != before:
                before = numbers
                joined = [*known_by(INVOICES.c.normalised, numbers), *known_by(INVOICES.c.corrects, numbers)]
                numbers = before | _numbers(joined)
            money = {(row["invoiced_on"], row["total"]) for row in asked}
            same_day = known_by(INVOICES.c.invoiced_on, {day for day, _ in money})
            return joined + [row for row in same_day if (row["invoiced_on"], row["total"]) in money]

        found = {row["business_key"]: row for row in await self._database.read(look)}
        return tuple(map(self._seen, sorted(found.values(), key=lambda row: (row["invoiced_on"], row["business_key"]))))

    async def allocate(
        self,
        business_key: str,
        *,
        facility: str,
        allocations: Sequence[Allocation],
        at_versions: Mapping[str, int],
        elsewhere: Mapping[str, str] | None = None,
        approval: Approval = NOTHING_PAID,
    ) -> bool:
        """Give what an invoice takes of its orders, all or nothing; asked again after it was given, that is the answer."""
        facility_of = dict.fromkeys(at_versions, facility) | dict(elsewhere or {})
        sealed = self._keyring.seal(approval.model_dump_json().encode(), _approval_place(business_key))
        wanted = [
            one.model_dump(exclude={"order", "invoice"})
            | {
                "invoice": business_key,
                "number": number,
                "facility": facility_of.get(one.order, facility),
                "order_number": one.order,
            }
            for number, one in enumerate(allocations, start=1)
        ]
        mine = ALLOCATIONS.c.invoice == business_key

        def give(connection: Connection) -> bool:
            taken = connection.execute(select(ALLOCATIONS).where(mine).order_by(ALLOCATIONS.c.number)).mappings().all()
            if wanted and [dict(row) for row in taken] == wanted:
                return True
            at = by_facility((facility_of[order], order) for order in at_versions)
            rows = [row for one in at for row in connection.execute(OF_A_FACILITY.with_for_update(), one).mappings()]
            if {row["order_number"]: row["version"] for row in rows} != dict(at_versions):
                return False
            connection.execute(delete(ALLOCATIONS).where(mine))
            if wanted:
                connection.execute(ALLOCATIONS.insert(), wanted)
            for one in at:
                connection.execute(RISE, one)
            mine_too = INVOICES.c.business_key == business_key
            connection.execute(update(INVOICES).where(mine_too).values(open=False, approval=sealed))
            return True

        return await self._database.write(give)

    async def withdraw(self, business_key: str) -> None:
        """The invoice asks no longer, and what it took is free again."""

        def take_away(connection: Connection) -> None:
            mine = ALLOCATIONS.c.invoice == business_key
            touched = select(ALLOCATIONS.c.facility, ALLOCATIONS.c.order_number).where(mine).distinct()
            for facility, order in connection.execute(touched).all():
                here = (ORDERS.c.facility == facility) & (ORDERS.c.order_number == order)
                connection.execute(update(ORDERS).where(here).values(version=ORDERS.c.version + 1))
            connection.execute(delete(ALLOCATIONS).where(mine))
            self._forget(connection, business_key)

        await self._database.write(take_away)

    def _forget(self, connection: Connection, business_key: str) -> None:
        connection.execute(delete(ASKED).where(ASKED.c.business_key == business_key))
        connection.execute(delete(INVOICES).where(INVOICES.c.business_key == business_key))

    def _standing(self, row: Any, of_line: Mapping[tuple[str, int], Sequence[Allocation]]) -> OrderStanding:
        place = _order_place(row["facility"], row["order_number"])
        told = OrderStanding.model_validate_json(self._keyring.open(row["standing"], place))

        def with_allocations(line: LineStanding) -> LineStanding:
            return line.model_copy(update={"allocated": tuple(of_line.get((row["order_number"], line.line.line), ()))})

        return told.model_copy(
            update={"version": row["version"], "lines": tuple(with_allocations(line) for line in told.lines)}
        )

    def _seen(self, row: Any) -> SeenInvoice:
        known = {name: row[name] for name in KNOWN_BY}
        if row["approval"] is None:
            return SeenInvoice.model_validate(known)
        clear = self._keyring.open(row["approval"], _approval_place(row["business_key"]))
        return SeenInvoice.model_validate(known | Approval.model_validate_json(clear).model_dump())

    def _invoice(self, business_key: str, sealed: bytes) -> Invoice:
        return Invoice.model_validate_json(self._keyring.open(sealed, _invoice_place(business_key)))


def _numbers(rows: Sequence[Any]) -> set[str]:
    """The numbers by which these invoices are known, and those that they go back to."""
    return {number for row in rows for number in (row["normalised"], row["corrects"]) if number is not None}


def _allocation(row: Any) -> Allocation:
    return Allocation(
        invoice=row["invoice"],
        invoice_line=row["invoice_line"],
        order=row["order_number"],
        order_line=row["order_line"],
        receipt=row["receipt"],
        receipt_line=row["receipt_line"],
        quantity=row["quantity"],
        amount=row["amount"],
    )


def _order_place(facility: str, order: str) -> bytes:
    return f"order:{facility}:{order}".encode()


def _approval_place(business_key: str) -> bytes:
    return f"approval:{business_key}".encode()


def _invoice_place(business_key: str) -> bytes:
    return f"invoice:{business_key}".encode()
