"""What the demo shows in the end: every transaction, the ledgers side by side, and what waits for a person."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from canonical.errors import Audience
from canonical.memory import RunProjection
from suture.cli.links import web_ui
from suture.demo.books import Posted
from suture.demo.ledgers import Comparison, Line
from suture.demo.mending import MENDS
from suture.demo.resolve import Order
from suture.demo.shell import export
from suture.demo.standing import Standing
from suture.demo.uses import Nothing
from suture.settings import Settings
from suture.up.folder import Home

WIDTH = 100
COLUMNS = (5, 63, 28)
INDENT = " " * 7
COLOURS = {"ok": "green", "closed": "green", "waits": "yellow", "under way": "cyan", "differs": "bold red"}


def transactions(console: Console, standings: Sequence[Standing], settings: Settings) -> None:
    """Each use: what happened and what went wrong, its state, its correlation id, its link in the Web UI."""
    console.print(Rule(f"[bold]{len(standings)} transactions", align="left", style="dim"), width=WIDTH)
    for standing in standings:
        use, run = standing.use, standing.run
        played(console, use.number, use.says, use.trouble, _state(standing), run, settings)
    console.print()


def played(
    console: Console,
    number: str,
    says: str,
    trouble: str,
    state: RenderableType,
    run: RunProjection | None,
    settings: Settings,
) -> None:
    """One use or purchase: what happened and its state, what went wrong and its correlation id, its link."""
    rows = Table.grid(padding=(0, 2))
    for width in COLUMNS:
        rows.add_column(width=width, overflow="fold")
    rows.add_row(Text(number, style="bold"), says, state)
    rows.add_row("", Text(trouble, style="yellow"), Text(run.correlation_id if run else "-", style="dim"))
    console.print(rows, width=WIDTH)
    link = Text(web_ui(settings, run.workflow_id), style="dim") if run else Text("no event was accepted", "red")
    console.print(Text(INDENT) + link, soft_wrap=True)


def ledgers(console: Console, comparison: Comparison) -> None:
    """The three ledgers, as the systems tell them."""
    console.print(Rule("[bold]the three ledgers, read from the systems", align="left", style="dim"), width=WIDTH)
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False, padding=(0, 2, 0, 0))
    table.add_column("use")
    table.add_column("item")
    for name in ("used", "stock moved", "charged, units = USD", "expensed, units = USD"):
        table.add_column(name, justify="right")
    table.add_column("")
    for line in comparison.lines:
        table.add_row(*_cells(line))
    console.print(table, width=WIDTH)
    for line in comparison.lines:
        for words in line.wrong:
            console.print(f"[bold red]{line.use.number} differs:[/] {escape(words)}", width=WIDTH)
    for orphan in comparison.orphans:
        console.print(f"[bold red]orphan:[/] {escape(orphan)} belongs to no use of the day", width=WIDTH)
    counted = {verdict: sum(line.verdict == verdict for line in comparison.lines) for verdict in COLOURS}
    told = ", ".join(f"{number} {verdict}" for verdict, number in counted.items() if number)
    strays = f"{len(comparison.orphans)} documents without a use"
    closes = "the trial balance closes" if comparison.closes else "[bold red]the trial balance does not close[/]"
    console.print(f"{told}; {strays}; {closes}", width=WIDTH)
    console.print()


def open_items(console: Console, orders: Sequence[Order], *, home: Home) -> None:
    """What waits for a person, each with the command that resolves it."""
    if not orders:
        console.print("nothing waits for a person")
        return
    title = "1 work item waits" if len(orders) == 1 else f"{len(orders)} work items wait"
    console.print(Rule(f"[bold]{title} for a person", align="left", style="dim"), width=WIDTH)
    console.print(Text(f"in another terminal, first: {export(home)}"), soft_wrap=True)
    for owner, theirs in groupby(sorted(orders, key=_queue), key=lambda order: order.listed.item.owner):
        console.print(Text(str(owner), style="bold"))
        for order in theirs:
            _open_item(console, order)
    console.print()


def _queue(order: Order) -> tuple[bool, str]:
    """By owner, those who look after safety first; within a queue as they are due."""
    owner = order.listed.item.owner
    return owner is not Audience.safety, owner


def _open_item(console: Console, order: Order) -> None:
    item = order.listed.item
    safety = Text("SAFETY ", style="bold red") if item.safety else Text("")
    console.print(Padding(safety + Text(item.question), (0, 0, 0, 2)), width=WIDTH)
    if order.first:
        console.print(Text(f"    first, {MENDS[order.first].words}:", style="dim"), soft_wrap=True)
    for line in order.lines:
        console.print(Text(folded(f"    {line}"), style="cyan"), soft_wrap=True)


def folded(command: str) -> str:
    """A command that is wider than the page goes on in a second line, as a shell takes it."""
    head, option, rest = command.partition(" --")
    return f"{head} \\\n      --{rest}" if option and len(command) > WIDTH else command


def _state(standing: Standing) -> RenderableType:
    run = standing.run
    if run is None:
        return Text("never started", style="bold red")
    if standing.closed:
        again = f", run {run.ordinal}" if run.ordinal > 1 else ""
        return Text(f"{run.outcome}{again}", style=COLOURS["closed"])
    if standing.quiet:
        causes = sorted({str(listed.item.cause) for listed in standing.items})
        return Text("waits for a person: " + ", ".join(causes), style=COLOURS["waits"])
    return Text(run.stage, style=COLOURS["under way"])


def _cells(line: Line) -> tuple[RenderableType, ...]:
    use = line.use
    item = use.end.item or use.item
    return (
        Text(use.number, style="bold"),
        str(item),
        _number(use.end.stock),
        _number(line.stock.quantity),
        _money(line.charge, use.end.charge, waits=line.verdict == "waits"),
        _money(line.cost, use.end.cost, waits=line.verdict == "waits"),
        Text(line.verdict, style=COLOURS[line.verdict]),
    )


def _money(posted: Posted, expected: Decimal | Nothing, *, waits: bool) -> RenderableType:
    if posted.quantity or posted.amount:
        return f"{_number(posted.quantity)} = {posted.amount:,.2f}"
    if waits:
        return Text("waits", style=COLOURS["waits"])
    if isinstance(expected, Nothing):
        return Text(f"by hand, {expected.words}" if expected.by_hand else expected.words, style="dim")
    return "0"


def _number(quantity: Decimal) -> str:
    return f"{quantity.normalize() + 0:f}"
