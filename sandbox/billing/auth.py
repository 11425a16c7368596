"""Bearer tokens and the scopes they carry: acct.read, cdm.read, chg.read, chg.write, control."""

from __future__ import annotations

import json
from pathlib import Path

from sandbox.billing.errors import VendorError


class Tokens:
    """The tokens that callers may present, read once from the tokens file."""

    def __init__(self, path: Path) -> None:
        held = json.loads(path.read_text(encoding="utf-8"))
        self._scopes: dict[str, frozenset[str]] = {token: frozenset(scopes) for token, scopes in held.items()}

    def admit(self, authorization: str | None, *, scope: str | None) -> str:
        """The token of a caller that holds the scope (None: any known token), or a refusal."""
        kind, _, token = (authorization or "").partition(" ")
        scopes = self._scopes.get(token.strip()) if kind.lower() == "bearer" else None
        if scopes is None:
            raise VendorError(status=401, code="B401", text="Access token is missing or unknown")
        if scope is not None and scope not in scopes:
            raise VendorError(status=403, code="B403", text=f"Access token lacks scope {scope}")
        return token.strip()
