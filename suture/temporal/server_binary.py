"""Finds the Temporal server's program, or gets it: named, on PATH, in our cache, the SDK's download, built by Go.

`python -m suture.temporal.server_binary` prints where it is.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from suture.temporal.patience import Say, Waited, held, run_watched, to_stderr
from suture.trouble import CannotGoOn

VARIABLE = "SUTURE_TEMPORAL_BINARY"
GO_MODULE = "github.com/temporalio/cli/cmd/temporal@v1.5.1"
"""The newest version of the module that `go install` can build: later ones need a nested module nobody published."""

_FIRST_BYTES, _DOWNLOAD, _BUILD = 20, 600, 1800


class TemporalMissing(CannotGoOn):
    """There is no Temporal server to be had: what was tried, and what to install."""

    def __init__(self, tried: list[tuple[str, str]]) -> None:
        super().__init__(
            "no Temporal server was found; tried: " + ", ".join(f"{what} ({why})" for what, why in tried),
            do="install the `temporal` command (on PATH, or named in SUTURE_TEMPORAL_BINARY), or Go 1.25 or later to "
            "have it built, or name a running server in SUTURE_TEMPORAL_ADDRESS",
        )


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where what was downloaded or built is kept, outside any checkout."""
    base = environ.get("XDG_CACHE_HOME", "").strip()
    return (Path(base) if base else Path.home() / ".cache") / "suture"


async def find_binary(*, environ: Mapping[str, str], say: Say = to_stderr) -> Path:
    """The Temporal server's program, got first where it has to be; `TemporalMissing` where it cannot be had."""
    named = environ.get(VARIABLE, "").strip()
    if named:
        if _can_run(Path(named)):
            return Path(named)
        raise TemporalMissing([(VARIABLE, f"{named} is no program that can be run")])
    on_path = shutil.which("temporal", path=environ.get("PATH", ""))
    if on_path:
        return Path(on_path)
    binary = cache_folder(environ) / "bin" / "temporal"
    if _can_run(binary):
        return binary
    binary.parent.mkdir(parents=True, exist_ok=True)
    async with held(binary.with_name("temporal.lock"), what="another process to get the Temporal server", say=say):
        return binary if _can_run(binary) else await _get(binary, environ, say)


def _can_run(program: Path) -> bool:
    return program.is_file() and os.access(program, os.X_OK)


async def _get(binary: Path, environ: Mapping[str, str], say: Say) -> Path:
    """Download or build in a folder beside the place, and move it there when it is whole."""
    tried = [("`temporal` on PATH", "not there"), (str(binary), "not there")]
    for what, get in (("the SDK's own download", _download), (f"go install {GO_MODULE}", _build)):
        with TemporaryDirectory(dir=binary.parent, prefix="getting-") as folder:
            try:
                os.replace(await get(Path(folder), environ, say), binary)
            except Waited as error:
                tried.append((what, str(error)))
            else:
                return binary
    raise TemporalMissing(tried)


async def _download(folder: Path, environ: Mapping[str, str], say: Say) -> Path:
    """In a process of its own: the SDK's download cannot be interrupted in ours."""
    await run_watched(
        [sys.executable, "-m", "suture.temporal.sdk_download", str(folder)],
        env=environ,
        what="downloading the Temporal server",
        within=_DOWNLOAD,
        begun=(lambda: any(folder.iterdir()), _FIRST_BYTES),
        say=say,
    )
    programs = [path for path in folder.iterdir() if _can_run(path)]
    if not programs:
        raise Waited("no program arrived")
    return programs[0]


async def _build(folder: Path, environ: Mapping[str, str], say: Say) -> Path:
    go = shutil.which("go", path=environ.get("PATH", ""))
    if go is None:
        raise Waited("there is no `go` on PATH")
    await run_watched(
        [go, "install", GO_MODULE],
        env={**environ, "GOBIN": str(folder)},
        what="building the Temporal server with Go, once (about 5 minutes on two cores)",
        within=_BUILD,
        say=say,
    )
    return folder / "temporal"


if __name__ == "__main__":
    try:
        print(asyncio.run(find_binary(environ=os.environ)))
    except TemporalMissing as missing:
        sys.exit(str(missing))
