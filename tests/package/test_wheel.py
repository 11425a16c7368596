"""The wheel holds the application and nothing else, and runs where only it is installed."""

from pathlib import Path
from zipfile import ZipFile

from tests.architecture.repository import PACKAGES, ROOT, modules
from tests.package.conftest import Installed


def test_the_wheel_holds_every_module_and_nothing_else(installed: Installed) -> None:
    held = {name for name in ZipFile(installed.wheel).namelist() if name.endswith(".py")}
    assert held == {name for _, name in modules(ROOT, *PACKAGES)} | {"worker.py"}


def test_the_wheel_holds_what_its_modules_read(installed: Installed) -> None:
    held = set(ZipFile(installed.wheel).namelist())
    read = [*(ROOT / "connectors").rglob("schema.json"), *(ROOT / "suture" / "connector" / "templates").iterdir()]
    assert read and {file.relative_to(ROOT).as_posix() for file in read} <= held


def test_what_is_installed_is_what_runs(installed: Installed, tmp_path: Path) -> None:
    program = (
        "import canonical, suture\n"
        "from importlib.metadata import entry_points\n"
        "print(suture.__file__, canonical.__file__)\n"
        "print(*sorted(point.name for point in entry_points(group='suture.systems')))\n"
        "for point in entry_points(group='suture.systems'):\n"
        "    point.load().settings\n"
    )
    ran = installed.run("python", "-c", program, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    places, kinds = ran.stdout.splitlines()
    assert all(place.startswith(str(installed.environment)) for place in places.split())
    assert kinds == "fhir-billing sandbox-billing sandbox-erp sandbox-inventory sandbox-supplier tryton"


def test_the_command_explains_itself(installed: Installed, tmp_path: Path) -> None:
    ran = installed.run("suture", "--help", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "Usage" in ran.stdout
