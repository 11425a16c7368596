"""What the demo shows of purchasing: every purchase, and the ledgers of its orders side by side."""

from collections.abc import Sequence
from decimal import Decimal

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from suture.demo.purchasing.ledgers import TradeComparison
from suture.demo.purchasing.standing import PurchaseStanding
from suture.demo.report import COLOURS, WIDTH, played
from suture.settings import Settings


def purchases(console: Console, standings: Sequence[PurchaseStanding], settings: Settings) -> None:
    """Each purchase: what happened and what went wrong, its state, its correlation id, its link in the Web UI."""
    console.print(Rule(f"[bold]{len(standings)} purchases", align="left", style="dim"), width=WIDTH)
    for standing in standings:
        purchase, run = standing.purchase, standing.run
        played(console, purchase.number, purchase.says, purchase.trouble, _state(standing), run, settings)
    console.print()


def trade_ledgers(console: Console, comparison: TradeComparison) -> None:
    """The ledgers of purchasing, as the systems tell them."""
    title = "[bold]the ledgers of purchasing, read from the systems"
    console.print(Rule(title, align="left", style="dim"), width=WIDTH)
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("")
    table.add_column("order", width=26, overflow="fold")
    for name in ("ordered", "received", "shelf", "billed", "paid, USD", "committed", "accrued"):
        table.add_column(name, justify="right")
    table.add_column("")
    for line in comparison.lines:
        order = "" if line.order == line.purchase.number else line.order
        table.add_row(
            Text(line.purchase.number, style="bold"),
            order,
            *(_number(each) for each in (line.ordered, line.received, line.shelved, line.invoiced)),
            *(_money(each) for each in (line.paid, line.committed, line.accrued)),
            Text(line.verdict, style=COLOURS[line.verdict]),
        )
    console.print(table, width=WIDTH)
    for line in comparison.lines:
        for words in line.wrong:
            console.print(f"[bold red]{line.purchase.number} differs:[/] {escape(words)}", width=WIDTH)
    for orphan in comparison.orphans:
        console.print(f"[bold red]orphan:[/] {escape(orphan)} belongs to no purchase of the day", width=WIDTH)
    counted = {verdict: sum(line.verdict == verdict for line in comparison.lines) for verdict in COLOURS}
    told = ", ".join(f"{number} {verdict}" for verdict, number in counted.items() if number)
    console.print(f"{told}; {len(comparison.orphans)} documents without a purchase", width=WIDTH)
    console.print()


def _state(standing: PurchaseStanding) -> RenderableType:
    run = standing.run
    if run is None:
        return Text("never started", style="bold red")
    if standing.closed:
        return Text(run.outcome, style=COLOURS["closed"])
    if standing.quiet:
        causes = sorted({str(listed.item.cause) for listed in standing.items})
        return Text("waits for a person: " + ", ".join(causes), style=COLOURS["waits"])
    return Text(run.stage, style=COLOURS["under way"])


def _number(quantity: Decimal) -> str:
    return f"{quantity.normalize() + 0:f}"


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}" if amount else "0"
