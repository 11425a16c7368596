"""The parts of one running ERP, put together once."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from sandbox.erp.barriers import Barriers
from sandbox.erp.clock import Clock
from sandbox.erp.database import Database
from sandbox.erp.faults import Faults
from sandbox.erp.late import Late
from sandbox.erp.limits import Limits
from sandbox.erp.request_keys import RequestKeys
from sandbox.erp.request_log import RequestLog
from sandbox.erp.schema import SCHEMA
from sandbox.erp.seed import seed
from sandbox.erp.sender import Sender
from sandbox.erp.tokens import Tokens
from sandbox.erp.traces import Traces


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line says."""

    host: str
    port: int
    database: Path
    seed: int
    scale: int
    tokens_file: Path
    hooks_url: str | None = None
    hook_secret_file: Path | None = None
    hook_events: frozenset[str] = frozenset()
    otlp_endpoint: str | None = None


class System:
    """The ERP without its HTTP side."""

    def __init__(self, options: Options) -> None:
        self.database = Database(options.database)
        if self.database.row("SELECT 1 FROM sqlite_master WHERE name = 'SETTING'") is None:
            _found(self.database, options)
        self.clock = Clock(self.database)
        self.keys = RequestKeys(self.database, self.clock)
        self.log = RequestLog(self.database)
        self.tokens = Tokens.read(options.tokens_file)
        self.limits = Limits()
        self.faults = Faults()
        self.barriers = Barriers()
        self.late = Late()
        self.traces = Traces(options.otlp_endpoint)
        self.sender: Sender | None = None
        if options.hooks_url and options.hook_secret_file:
            secret = options.hook_secret_file.read_text().strip()
            self.sender = Sender(self.database, url=options.hooks_url, secret=secret, only=options.hook_events)

    def wake_sender(self) -> None:
        """Something may have been queued for sending."""
        if self.sender is not None:
            self.sender.wake()


def _found(database: Database, options: Options) -> None:
    """Create the tables and the hospital in one transaction: a process killed here leaves an empty file."""
    with database.transaction() as change:
        for statement in SCHEMA.split(";"):
            if statement.strip():
                change.execute(statement)
        change.execute("INSERT INTO SETTING VALUES ('INSTALLATION', ?)", (secrets.token_hex(3).upper(),))
        seed(change, number=options.seed, scale=options.scale)
