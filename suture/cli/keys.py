"""`suture keys`: make, rotate and list the keys that seal what the engine keeps. No key itself is ever shown."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from suture.cli.options import AsJson

if TYPE_CHECKING:
    from suture.keys import Keyring

keys = typer.Typer(help="The keys that seal histories and the store.", no_args_is_help=True)

KeyFile = Annotated[
    Path | None, typer.Option("--file", help="The key file; else the one that the configuration names.")
]


@keys.command()
def make(context: typer.Context, file: KeyFile = None, as_json: AsJson = False) -> None:
    """Write a new key file.

    Only its owner can read it. Back it up: what it seals cannot be opened without it.
    """
    from suture.keys import make_keys

    _tell(make_keys(_file(context, file)), as_json, "made; back this file up, away from what it seals")


@keys.command()
def rotate(context: typer.Context, file: KeyFile = None, as_json: AsJson = False) -> None:
    """Add a key and make it current; each time one more.

    The older ones still open what they sealed. Audited, unless --file names another key file.
    """
    from suture import keys as file_of_keys
    from suture.cli.auditing import audit
    from suture.cli.session import configured, run

    rotated = file_of_keys.rotate(_file(context, file))
    if file is None:
        run(audit(configured(context), action="keys-rotate", subject=f"key {rotated.current}"))
    _tell(rotated, as_json, "rotated; restart gateway and worker, back this file up")


@keys.command(name="list")
def list_keys(context: typer.Context, file: KeyFile = None, as_json: AsJson = False) -> None:
    """List the keys: ids and ages, none itself."""
    from suture.cli.session import configured, keyring_of
    from suture.keys import load

    _tell(load(file.absolute()) if file is not None else keyring_of(configured(context)), as_json, "")


def _file(context: typer.Context, file: Path | None) -> Path:
    from suture.cli.session import configured

    return file.absolute() if file is not None else configured(context).keys.file


def _tell(keyring: "Keyring", as_json: bool, news: str) -> None:
    from suture.cli import output

    rows = [{"id": key.id, "made": key.made, "current": key.id == keyring.current} for key in keyring.sealing]
    if as_json:
        output.emit(rows)
        return
    if news:
        output.say(news)
    output.table(("KEY", "MADE", "CURRENT"), [tuple(row.values()) for row in rows])
