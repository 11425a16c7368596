"""Reads the secret of a webhook as Standard Webhooks write it: `whsec_` and the key in base64."""

import base64
from pathlib import Path

from suture.secret_files import UnfitSecretFile, check_secret_file

SHORTEST = 24
"""Bytes of a key."""

_PREFIX = "whsec_"


def webhook_secret(file: Path) -> bytes:
    """The key in the file; `UnfitSecretFile` where it is no fit place for one, or holds none."""
    check_secret_file(file)
    text = file.read_text(encoding="ascii", errors="replace").strip().removeprefix(_PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        key = b""
    if len(key) < SHORTEST:
        raise UnfitSecretFile(f"expected {file} to hold {_PREFIX} and at least {SHORTEST} bytes in base64")
    return key
