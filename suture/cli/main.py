"""The `suture` command."""

import os
import sys

from suture.cli.app import app


def main() -> None:
    """Run one command, and leave without tearing the interpreter down where Temporal's threads might touch it then."""
    try:
        app()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    if "temporalio" in sys.modules:
        from suture.temporal.client import exit_clean

        exit_clean(code)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    sys.exit(code)


if __name__ == "__main__":
    main()
