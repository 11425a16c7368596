"""Installs Tryton into an environment of its own in the cache folder; what is there already is used."""

import shutil
import sys

from sandbox.peers.cache import alone, run
from sandbox.peers.tryton.place import MODULES, VERSION, environment, folder


def install() -> None:
    """Have Tryton installed; `PeerMissing` where it cannot be."""
    place = environment()
    # An environment knows its own path, so it is made in place, and whole only with this mark.
    whole = place / "whole"
    with alone(folder() / "install.lock"):
        if whole.exists():
            return
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        run([sys.executable, "-m", "venv", str(place)], what="environment for Tryton", cwd=place)
        packages = [f"trytond-{module.replace('_', '-')}=={VERSION}.*" for module in MODULES]
        kernel = [f"trytond[PostgreSQL]=={VERSION}.*", f"proteus=={VERSION}.*"]
        pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([*pip, *kernel, *packages], what=f"installing Tryton {VERSION}, once", cwd=place)
        whole.touch()
