"""Installs Tryton into an environment of its own in the cache folder; what is there already is used."""

import shutil
import sys

from sandbox.peers.tryton.place import MODULES, VERSION, folder
from sandbox.peers.tryton.working import alone, run


def install() -> None:
    """Have Tryton installed; `CannotBeHad` where it cannot be."""
    place = folder() / "venv"
    whole = folder() / f"installed-{'-'.join(MODULES)}"[:200]
    with alone(folder() / "install.lock"):
        if whole.exists():
            return
        shutil.rmtree(place, ignore_errors=True)
        run([sys.executable, "-m", "venv", place], what="environment for Tryton")
        packages = [f"trytond-{module.replace('_', '-')}=={VERSION}.*" for module in MODULES]
        kernel = [f"trytond[PostgreSQL]=={VERSION}.*", f"proteus=={VERSION}.*"]
        pip = [place / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([*pip, *kernel, *packages], what=f"installing Tryton {VERSION}")
        whole.touch()
