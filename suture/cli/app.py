"""All commands by name. Each is its signature only: what it does is imported when it runs, so that help is quick."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from suture.cli.approvals import approvals
from suture.cli.cancel import cancel
from suture.cli.connector import connector
from suture.cli.doctor import doctor
from suture.cli.keys import keys
from suture.cli.listing import list_runs
from suture.cli.root import Root
from suture.cli.show import show
from suture.cli.signal import signal
from suture.cli.start import start
from suture.cli.store import store
from suture.cli.work import work

EPILOG = """\b
Exit codes:
  0 done
  1 refused or failed
  2 the command line, a file or the configuration is wrong
  3 not found
  4 something does not answer
  5 `list --stuck --fail` found something; or the run that `work resolve`
    asks fails in its own code
  6 `connector check` found that the system's fields have changed
  130 interrupted

\b
All commands are safe to repeat; `keys rotate` adds a key each time. Errors
are one line on stderr: what, where, what to do; with --json it is an object
of error, do and exit. SUTURE_DEBUG=1 adds the traceback.

\b
At night: suture doctor; suture list --stuck; suture work list;
suture show TRANSACTION."""

app = typer.Typer(
    name="suture",
    cls=Root,
    help="Keep a hospital's ERP, billing and inventory in step.",
    epilog=EPILOG,
    no_args_is_help=True,
    # Rich's help takes longer to import than all the rest.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"suture {version('suture')}")
        raise typer.Exit


@app.callback()
def root(
    config: Annotated[
        Path | None, typer.Option(help="The configuration; else SUTURE_CONFIG, else ./hospital.toml.")
    ] = None,
    show_version: Annotated[
        bool, typer.Option("--version", help="Tell the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options before the command hold for all of them."""


@app.command()
def up(folder: Annotated[Path, typer.Option(help="Where its files are; made at the first start.")] = Path()) -> None:
    """Run the engine on this machine until Ctrl-C."""
    from suture.cli.up import up as keep_up

    keep_up(folder)


@app.command()
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Resolve the work items too, then stop; 0 if all agrees.")
    ] = False,
    real: Annotated[
        bool, typer.Option("--real", help="On Tryton and a HAPI FHIR server, which it installs, beside the sandbox.")
    ] = False,
) -> None:
    """Play a hospital day against a sandbox."""
    from suture.cli.demo import demo as play

    play(once=once, real=real)


app.add_typer(start, name="start")
app.command()(signal)
app.command()(show)
app.command(name="list")(list_runs)
app.add_typer(work, name="work")
app.add_typer(approvals, name="approvals")
app.command()(cancel)
app.command()(doctor)
app.add_typer(connector, name="connector")
app.add_typer(keys, name="keys")
app.add_typer(store, name="store")
