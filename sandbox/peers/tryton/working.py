"""Long set-up work of a peer: run while saying that it goes on, done by one process at a time, its reason told."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from time import monotonic

_SAY_SECONDS = 15.0


class CannotBeHad(Exception):
    """The peer cannot be installed or started; the message says why, and what to do."""


def say(line: str) -> None:
    """Where it does not mix with a command's output."""
    print(line, file=sys.stderr, flush=True)


def run(argv: Sequence[object], *, what: str, env: Mapping[str, str] | None = None) -> None:
    """Run a program to its end; `CannotBeHad` with its last line where it fails."""
    say(f"{what} ...")
    start = monotonic()
    words = [str(word) for word in argv]
    try:
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
    except OSError as error:
        raise CannotBeHad(f"{what}: {words[0]} is no program that can be run ({error.strerror})") from None
    while True:
        try:
            printed, _ = process.communicate(timeout=_SAY_SECONDS)
            break
        except subprocess.TimeoutExpired:
            say(f"{what}: {monotonic() - start:.0f} s so far")
    if process.returncode != 0:
        lines = printed.decode(errors="replace").strip().splitlines() or [f"exit code {process.returncode}"]
        raise CannotBeHad(f"{what} failed: {lines[-1]}")
    say(f"{what}: done in {monotonic() - start:.0f} s")


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold a lock file; it is given up with the process, however that ends."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("ab") as file:
        flock(file, LOCK_EX)
        yield
