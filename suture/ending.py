"""How a process that serves ends: what kept it from serving is one line on stderr, never a traceback."""

import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from suture.keys import KeysError, SealBroken
from suture.problems import ConfigurationError
from suture.secret_files import UnfitSecretFile
from suture.store.errors import StoreError
from suture.telemetry.runtime import EndpointTaken
from suture.temporal.client import TemporalUnreachable

WRONG = 2
"""The exit code where the configuration, or what it names, does not let a process serve."""

DEFECT = 1
KNOWN = (ConfigurationError, EndpointTaken, KeysError, SealBroken, StoreError, TemporalUnreachable, UnfitSecretFile)
"""Their words are ours, and say what to do."""


def ended(service: str, serve: Callable[[], int], *, known: tuple[type[Exception], ...] = ()) -> int:
    """Serve, and answer the exit code; `known` are the service's own errors that say what to do."""
    try:
        return serve()
    except Exception as error:
        code, words = _told(error, (*KNOWN, *known))
    print(f"{service}: {words}", file=sys.stderr, flush=True)
    return code


def _told(error: Exception, known: tuple[type[Exception], ...]) -> tuple[int, str]:
    if isinstance(error, ExceptionGroup):
        return _told(error.exceptions[0], known)
    if isinstance(error, known):
        return WRONG, str(error)
    if isinstance(error, OSError) and error.strerror:
        return WRONG, ": ".join(filter(None, (str(error.filename or ""), error.strerror)))
    # Its text may quote a value; its place does not.
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{'/'.join(Path(place.filename).parts[-2:])}:{place.lineno}"
    return DEFECT, f"a fault of suture itself: {type(error).__name__} at {where}"
