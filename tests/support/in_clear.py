"""Starts a process of the engine with codec and tokeniser switched off: only so can a scan prove that it sees.

`python -m tests.support.in_clear gateway|worker|cli ...`. Nothing but the tests can reach this.
"""

import sys
from importlib import import_module
from re import fullmatch
from typing import Any, Literal
from unittest.mock import patch

from pydantic import SecretStr
from temporalio.plugin import SimplePlugin

from canonical.memory import TokenKind
from suture.store.vault import Tokenised, Vault
from suture.temporal.plugin import suture_plugin

Program = Literal["gateway", "worker", "cli"]
PROGRAMS: dict[str, tuple[str, str]] = {
    # Where the program takes its plugin from, and where it begins.
    "gateway": ("suture.gateway.serve", "suture.gateway.serve"),
    "worker": ("worker", "worker"),
    "cli": ("suture.cli.session", "suture.cli.main"),
}
_TOKEN_LENGTH = 26
_sealing_token = Vault.token


def clear_token(vault: Vault, kind: TokenKind, value: str) -> Tokenised:
    """A token in which the number itself stands: numbers must be of a token's letters and digits, as the plants are."""
    if fullmatch(f"[A-Z2-7]{{1,{_TOKEN_LENGTH}}}", value) is None:
        return _sealing_token(vault, kind, value)
    return Tokenised(token=f"{kind}_{value:A<{_TOKEN_LENGTH}}", kind=kind, value=SecretStr(value))


def clear_plugin(*_: Any, **__: Any) -> SimplePlugin:
    """The plugin without a keyring."""
    return suture_plugin(None)


def main() -> None:
    """Run the program named first, in clear."""
    takes, begins = PROGRAMS[sys.argv.pop(1)]
    with patch.object(import_module(takes), "suture_plugin", clear_plugin), patch.object(Vault, "token", clear_token):
        import_module(begins).main()


if __name__ == "__main__":
    main()
