"""The `suture` command."""

import sys

from suture.cli.app import app


def main() -> None:
    """Run one command. Where Temporal's client was used, the interpreter is left without being torn down."""
    try:
        app()
    except SystemExit as ended:
        if "temporalio" not in sys.modules:
            raise
        from suture.temporal.client import exit_clean

        exit_clean(ended.code if isinstance(ended.code, int) else 1)


if __name__ == "__main__":
    main()
