"""Whether a file may hold a secret: it is there, it can be read, and nobody else can read it."""

import os
import stat
from pathlib import Path


class UnfitSecretFile(Exception):
    """A secret file that is missing, unreadable, empty, or readable by others."""


def check_secret_file(path: Path) -> None:
    """Refuse a file that is no fit place for a secret; its content is never part of the error."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        # ValueError: a path with NUL in it.
        raise UnfitSecretFile(f"expected a secret file at {path}, there is none") from None
    if not stat.S_ISREG(status.st_mode):
        raise UnfitSecretFile(f"expected a secret file at {path}, that is no file")
    if not os.access(path, os.R_OK):
        raise UnfitSecretFile(f"expected {path} to be readable by the user that runs this")
    # A file of another owner (a mounted secret belongs to root) can reach us through its group only.
    shared = stat.S_IRWXO | stat.S_IWGRP | (stat.S_IRGRP if status.st_uid == os.geteuid() else 0)
    if status.st_mode & shared:
        raise UnfitSecretFile(f"expected {path} to be readable by its owner only; run: chmod 600 {path}")
    if status.st_size == 0:
        raise UnfitSecretFile(f"expected a secret in {path}, it is empty")
