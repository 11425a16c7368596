"""Bearer tokens with scopes, from the tokens file."""

import json
from pathlib import Path

from sandbox.supplier.errors import VendorError


class Tokens:
    def __init__(self, file: Path) -> None:
        self._scopes: dict[str, frozenset[str]] = {
            token: frozenset(scopes) for token, scopes in json.loads(file.read_text()).items()
        }

    def admit(self, authorization: str | None, *, scope: str | None) -> str:
        """The token, if it is known and holds the scope."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or token not in self._scopes:
            raise VendorError(401, "unauthorised", "a valid bearer token is needed")
        if scope is not None and scope not in self._scopes[token]:
            raise VendorError(403, "scope-missing", f"this token lacks {scope}")
        return token
