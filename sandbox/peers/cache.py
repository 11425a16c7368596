"""Where what a peer is made of is kept, and how it is got: once, by one process at a time, whole or not at all."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

_SAY_EVERY = 15
_WITHIN = 1200


class PeerMissing(Exception):
    """A peer cannot be installed or started: what failed, and what to do, for people."""


def cache_folder() -> Path:
    """Outside any checkout, beside what the engine keeps there."""
    base = os.environ.get("XDG_CACHE_HOME", "").strip()
    return (Path(base) if base else Path.home() / ".cache") / "suture" / "peers"


def digest(*files: Path) -> str:
    """What a peer is made from, in short: another recipe is another folder."""
    return sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:12]


def kept(name: str, make: Callable[[Path], None]) -> Path:
    """The folder of this name, made first where it is not there."""
    folder = cache_folder() / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with alone(folder.with_name(f"{name}.lock")):
        if not folder.is_dir():
            with TemporaryDirectory(dir=folder.parent, prefix="making-") as new:
                make(Path(new) / name)
                os.replace(Path(new) / name, folder)
    return folder


def program(name: str, *, package: str) -> str:
    """A program on PATH; `PeerMissing` names Debian's package of it."""
    found = shutil.which(name)
    if found is None:
        raise PeerMissing(f"`{name}` is needed and is not on PATH (Debian: apt-get install {package})")
    return found


def run(argv: Sequence[str], *, what: str, cwd: Path, env: Mapping[str, str] | None = None) -> None:
    """Run a program to its end, saying that it goes on; `PeerMissing` with its last words where it fails."""
    say(f"{what} ...")
    began = said = time.monotonic()
    with (cwd / "output.log").open("w+") as output:
        process = subprocess.Popen(
            list(argv), cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            while process.poll() is None:
                time.sleep(0.2)
                now = time.monotonic()
                if now - began > _WITHIN:
                    raise PeerMissing(f"{what}: not done within {_WITHIN} s")
                if now - said >= _SAY_EVERY:
                    said = now
                    say(f"{what}: {now - began:.0f} s so far")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        output.seek(0)
        words = output.read().strip().splitlines()
    if process.returncode != 0:
        raise PeerMissing(f"{what} failed: " + " | ".join(words[-5:] or [f"exit code {process.returncode}"]))
    say(f"{what}: done in {time.monotonic() - began:.0f} s")


def say(line: str) -> None:
    """Say it where it does not mix with a command's output."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold a lock file; it is given up with the process, however that ends."""
    with lock.open("ab") as file:
        flock(file, LOCK_EX)
        yield
