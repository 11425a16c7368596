"""The group that all commands hang from: every error ends in one line on stderr and an exit code with a meaning."""

import json
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

from typer.core import TyperGroup
from typer.exceptions import Abort, TyperException

from suture.cli.failures import Ending, Failed, one_line, told

ORDER = (
    "up",
    "demo",
    "start",
    "signal",
    "show",
    "list",
    "work",
    "approvals",
    "cancel",
    "doctor",
    "connector",
    "keys",
    "store",
)
INTERRUPTED = 130
"""What a shell answers for a command that Ctrl-C ended."""


class Root(TyperGroup):
    """Commands in the order in which an operator meets them; never a traceback, unless SUTURE_DEBUG asks for it."""

    def list_commands(self, ctx: Any) -> list[str]:
        """In order; typer itself would put groups after commands."""
        return sorted(super().list_commands(ctx), key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> NoReturn:
        """Run one command and exit."""
        words = sys.argv[1:] if args is None else args
        as_json = "--json" in words
        try:
            code = super().main(args, prog_name or "suture", complete_var, standalone_mode=False, **extra)
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read our output has gone (`| head`): there is nobody left to tell, and flushing would fail again.
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115
            sys.exit(Ending.refused)
        except TyperException as misuse:
            sys.exit(_end(_misuse(misuse, named(self, words), as_json=as_json), as_json=as_json))
        except Abort:
            sys.exit(INTERRUPTED)
        except Exception as error:
            if os.environ.get("SUTURE_DEBUG", "").strip():
                traceback.print_exception(error)
            sys.exit(_end(told(error), as_json=as_json))
        if code == INTERRUPTED:
            interrupted = Failed("interrupted", do="what was sent stays sent; safe to repeat")
            sys.exit(_end(interrupted, as_json=as_json, code=INTERRUPTED))
        sys.exit(code if isinstance(code, int) else Ending.ok)


def _end(failed: Failed, *, as_json: bool, code: int | None = None) -> int:
    """Say how it failed, in one line either way; answers the exit code."""
    code = failed.ending if code is None else code
    line = f"suture: {failed.line}"
    if as_json:
        line = json.dumps({"error": one_line(failed.what), "do": one_line(failed.do), "exit": code}, ensure_ascii=False)
    print(line, file=sys.stderr, flush=True)
    return code


def named(root: TyperGroup, words: Sequence[str]) -> str:
    """The command that the words name, as far as they do: what an option lacks is told without it."""
    path, here = ["suture"], root
    for word in words:
        below = getattr(here, "commands", {}).get(word)
        if below is not None:
            path, here = [*path, word], below
    return " ".join(path)


def _misuse(misuse: TyperException, command: str, *, as_json: bool) -> Failed:
    """A command line that does not parse; a bare group shows its help before that is said."""
    context = getattr(misuse, "ctx", None)
    if context is not None and misuse.message == context.get_help():
        if not as_json:
            print(misuse.message, file=sys.stderr)
        return Failed("a command is missing", ending=Ending.usage)
    words = misuse.format_message().rstrip(".").replace("Input should be", "expected")
    return Failed(words, do=f"see: {command} --help", ending=Ending.usage)
