"""Who may do what: bearer tokens and their rights, from the tokens file."""

import json
from pathlib import Path

from sandbox.erp.answers import Refusal


class Tokens:
    """The tokens that this installation knows, read once."""

    def __init__(self, rights: dict[str, frozenset[str]]) -> None:
        self._rights = rights

    @classmethod
    def read(cls, path: Path) -> "Tokens":
        """The tokens file: `{"<token>": ["<right>", ...]}`."""
        return cls({token: frozenset(rights) for token, rights in json.loads(path.read_text()).items()})

    def require(self, token: str, right: str) -> None:
        """Refuse an unknown token, or one without the right."""
        if token not in self._rights:
            raise Refusal(401, "S#", "011", "Logon failed: token is missing or unknown")
        if right and right not in self._rights[token]:
            raise Refusal(403, "S#", "077", f"No authorization for {right}", v1=right)
