"""The `suture` command as a shell runs it, on a small hospital of its own: configuration, keys, store, tokens."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from typer.testing import CliRunner

from suture.cli.app import app
from suture.configuration import read
from suture.keys import load, make_keys
from suture.settings import Settings
from suture.store.migrate import migrate
from suture.store.store import Store
from tests.support.hospital import write_hospital

ROOT = Path(__file__).parents[2]
PEOPLE = {
    "olga": ("operator", "integration", "reader"),
    "sam": ("supply-chain", "safety"),
    "sue": ("supply-chain",),
    "finn": ("finance",),
}
NOWHERE = "127.0.0.1:1"
"""Nobody listens there."""
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its output as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class CommandLine:
    """One hospital's folder; each person's token lies in a file of their own."""

    folder: Path
    settings: Settings

    def store(self) -> Store:
        """The hospital's store, open."""
        return Store.open(self.settings.store.url, load(self.settings.keys.file))

    def token(self, who: str) -> str:
        """The option that presents somebody's token."""
        return f"--token-file={self.folder / f'{who}.token'}"

    def command(self, *words: str) -> list[str]:
        """The command line, whatever the shell's PATH is."""
        return [sys.executable, "-m", "suture.cli.main", *words]

    def environ(self, **more: str) -> dict[str, str]:
        """The environment of a shell in which nothing but the configuration is set."""
        dropped = ("SUTURE_", "FORCE_COLOR")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        return {**kept, "SUTURE_CONFIG": str(self.settings.file), "PYTHONPATH": str(ROOT), **more}

    def invoke(self, *words: str) -> Ended:
        """Run it in this process, without a shell's exit: quicker. One at a time, because it takes our stdout."""
        with _ONE_AT_A_TIME:
            result = CliRunner().invoke(app, ["--config", str(self.settings.file), *words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Ended(result.exit_code, result.stdout, result.stderr)

    def run(self, *words: str, **environ: str) -> Ended:
        """Run it to its end, as a shell does."""
        ended = subprocess.run(
            self.command(*words), env=self.environ(**environ), capture_output=True, text=True, timeout=60, check=False
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def document(self, name: str, content: dict[str, Any]) -> str:
        """Write a document; answers its path."""
        file = self.folder / name
        file.write_text(json.dumps(content))
        return str(file)


def command_line(folder: Path, *, temporal: str = NOWHERE, change: tuple[str, str] = ("", "")) -> CommandLine:
    """Make a hospital in this folder, its store migrated."""
    file = write_hospital(folder, change=change)
    tables = [
        f'[temporal]\naddress = "{temporal}"\nui_url = "http://{NOWHERE}"\n',
        "[gateway]\nport = 1\n",
        "[codec]\nport = 1\n",
    ]
    for who, roles in PEOPLE.items():
        secret = f"token of {who}"
        token = folder / f"{who}.token"
        token.touch(mode=0o600)
        token.write_text(f"{secret}\n")
        digest = sha256(secret.encode()).hexdigest()
        tables.append(f'[people.{who}]\nname = "{who}"\ntoken_sha256 = "{digest}"\nroles = {json.dumps(roles)}\n')
    file.write_text("\n".join([file.read_text(), *tables]))
    settings = read(file)
    make_keys(settings.keys.file)
    migrate(settings.store.url)
    return CommandLine(folder, settings)


def usage(number: str, **changes: Any) -> dict[str, Any]:
    """A use as a person writes it down: account and case numbers in clear."""
    document = {
        "facility": "NORTH",
        "number": number,
        "occurred": "2026-11-02T15:00:00Z",
        "act": f"act-{number}",
        "surgical_case": f"CASE {number}",
        "account": f"ACCOUNT {number}",
        "location": "OR-1",
        "performing_cost_centre": "4100",
        "charged_cost_centre": "4100",
        "item": "4702",
        "lot": "L1",
        "quantity": "2",
        "unit": "each",
        "disposition": "consumed",
    }
    return {name: value for name, value in (document | changes).items() if value is not None}
