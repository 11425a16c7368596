"""What people type during the day, because what comes next depends on it: said before it is typed, with a token each."""

import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from suture.demo.shell import shown, typed
from suture.demo.telling import Say, Unplayable
from suture.up.folder import Home

OPERATOR = "ada"
"""Who may hand in documents of others, and cancel runs."""


class Typist:
    """Types commands of the engine's own, as the person whose token it takes."""

    def __init__(self, home: Home, say: Say) -> None:
        self._home = home
        self._say = say

    async def type(self, words: Sequence[str], *, by: str) -> None:
        """`Unplayable` where the command fails."""
        line = shlex.join(("suture", *words, "--token-file", shown(self._home.token_file(by))))
        self._say(line)
        ended = await typed(line, self._home)
        if ended.code != 0:
            raise Unplayable(f"{ended.line}: {ended.output}")

    def written(self, document: Mapping[str, object], *, name: str) -> Path:
        """A document as a file, to be handed in."""
        file = self._home.folder / f"{name}.json"
        file.write_text(json.dumps(document, indent=2), encoding="utf-8")
        return file
