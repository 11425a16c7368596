"""Gets HAPI FHIR and its JPA server by Maven, and compiles the few lines that embed them."""

import shutil
from pathlib import Path

from sandbox.peers.cache import digest, kept, program, run

HERE = Path(__file__).parent
POM, SOURCE = HERE / "pom.xml", HERE / "FhirPeer.java"


def install() -> Path:
    """The folder with `lib` (jars) and `classes`, made where it is not there; `PeerMissing` where it cannot be."""
    jars = kept(f"fhir-jars-{digest(POM)}", _get)
    return kept(f"fhir-{digest(POM, SOURCE)}", lambda folder: _compile(folder, jars / "lib"))


def command(folder: Path, *, port: int, database: Path, token_file: Path | None) -> list[str]:
    """How the server is started on a port of loopback; without a token file it asks nobody who he is."""
    lib = (folder / "lib").resolve()
    java = program("java", package="default-jdk-headless")
    # The first tier of the compiler alone: it boots in half the time, and no test calls it for long.
    options = ["-Xmx1500m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{folder / 'classes'}:{lib}/*"]
    return [java, *options, "FhirPeer", str(port), str(database.resolve()), *([str(token_file)] if token_file else [])]


def _get(folder: Path) -> None:
    folder.mkdir()
    shutil.copy(POM, folder)
    maven = program("mvn", package="maven")
    wanted = ["dependency:copy-dependencies", "-DoutputDirectory=lib", "-DincludeScope=runtime"]
    run([maven, "-q", "-B", *wanted], what="getting HAPI FHIR by Maven, once (280 MB)", cwd=folder)


def _compile(folder: Path, lib: Path) -> None:
    folder.mkdir()
    (folder / "lib").symlink_to(lib.resolve())
    javac = program("javac", package="default-jdk-headless")
    argv = [javac, "-proc:none", "-cp", f"{lib}/*", "-d", str(folder / "classes"), str(SOURCE)]
    run(argv, what="compiling the FHIR server", cwd=folder)
