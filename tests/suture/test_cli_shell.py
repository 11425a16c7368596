"""The command as a shell sees it: exit codes, one line of error, pipes, help that is quick."""

import json
import subprocess
import sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import pytest

from tests.support.command_line import CommandLine, command_line


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """A hospital whose Temporal is away."""
    return command_line(tmp_path_factory.mktemp("hospital"))


def test_help_names_every_command_and_the_exit_codes(line: CommandLine) -> None:
    shown = line.run("--help")
    assert shown.code == 0 and shown.err == ""
    for word in "up demo start signal show list work cancel doctor connector keys store".split():
        assert f"  {word} " in shown.out
    assert "4 something does not answer" in shown.out


def test_help_is_quick_because_nothing_heavy_is_imported(line: CommandLine) -> None:
    probe = "import sys; import suture.cli.app; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", probe], env=line.environ(), capture_output=True, text=True).stdout
    assert not {"temporalio", "sqlalchemy", "pydantic", "rich", "httpx", "cryptography"} & set(modules.split())

    def takes() -> float:
        # Its own time: how long it waits for a busy machine says nothing of it.
        before = getrusage(RUSAGE_CHILDREN)
        assert line.run("--help").code == 0
        after = getrusage(RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(takes() for _ in range(5)) < 0.5


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ("frobnicate", 2, "No such command"),
        ("list --limit many", 2, "'--limit'"),
        ("list --limit 0", 2, "'--limit': expected greater than or equal to 1; see: suture list --help"),
        ("work resolve x --accept", 2, "'--accept' requires an argument; see: suture work resolve --help"),
        ("list --config", 2, "see: suture list --help"),
        ("work resolve", 2, "ITEM"),
        ("work resolve x", 2, "expected one decision, got 0: --retry, "),
        ("work resolve x", 2, "what this item takes: suture work show x"),
        ("work resolve x --retry --abandon", 2, "expected one decision, got 2"),
        ("work resolve x --correct item", 2, "expected FIELD=VALUE"),
        ("work resolve x --correct item=1 --correct item=2", 2, "item is given twice"),
        ("work list --owner nobody", 2, "--owner: expected one of"),
        ("work list --facility NORHT", 2, "--facility: expected one of NORTH"),
        ("list --facility NORHT", 2, "--facility: expected one of NORTH"),
        ("list --stuck --facility NORHT", 2, "--facility: expected one of NORTH"),
        ("signal nonsense --file nowhere.json", 2, "not a business key"),
        ("signal other:NORTH:inventory:U-1 --file nowhere.json", 3, "no process other"),
        ("work show usage-to-charge:NORTH:inventory:U-9:stock:1", 3, "no work item"),
        ("work show B-103", 3, "by a document's number: suture show B-103"),
        ("approvals approve B-103", 3, "no approval B-103; see: suture approvals list"),
        ("show c-unknown", 3, "no transaction c-unknown"),
        ("keys make", 2, "suture keys rotate"),
    ],
)
def test_what_is_wrong_is_one_line_and_an_exit_code(line: CommandLine, words: str, code: int, says: str) -> None:
    ended = line.invoke(*words.split())
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.startswith("suture: ") and ended.err.count("\n") == 1
    assert says in ended.err


def test_a_shell_sees_the_same_line_and_exit_code(line: CommandLine) -> None:
    ended = line.run("--config", "elsewhere.toml", "list")
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert "elsewhere.toml: expected a file" in ended.err


@pytest.mark.parametrize(
    ("words", "code", "says", "do"),
    [
        ("show c-unknown --json", 3, "no transaction c-unknown", "see: suture list --all"),
        ("list --limit many --json", 2, "'--limit'", "see: suture list --help"),
        ("--config elsewhere.toml list --json", 2, "elsewhere.toml", ""),
    ],
)
def test_who_asks_for_json_is_told_of_errors_in_json(
    line: CommandLine, words: str, code: int, says: str, do: str
) -> None:
    ended = line.invoke(*words.split())
    error = json.loads(ended.err)
    assert (ended.code, ended.out, ended.err.count("\n")) == (code, "", 1)
    assert says in error["error"] and (error["do"], error["exit"]) == (do, code)


def test_a_group_without_a_command_shows_its_help_and_is_misuse(line: CommandLine) -> None:
    ended = line.run("work")
    assert ended.code == 2
    assert "resolve" in ended.err and ended.err.endswith("suture: a command is missing\n")


def test_a_stage_that_no_run_is_at_is_no_all_clear(line: CommandLine) -> None:
    for words in (("list",), ("list", "--stuck")):
        ended = line.invoke(*words, "--stage", "stok")
        assert ended.code == 0 and ended.err == "no run is at the stage stok; there are: none\n"


def test_whoever_needs_temporal_is_told_that_it_is_away(line: CommandLine) -> None:
    ended = line.run("cancel", "usage-to-charge:NORTH:inventory:U-1", line.token("olga"))
    assert ended.code == 3
    stuck = line.run("list", "--stuck", "--fail")
    assert stuck.code == 5
    assert "Temporal: Temporal does not answer at 127.0.0.1:1" in stuck.out and "next: suture doctor" in stuck.out


def test_the_traceback_is_shown_only_to_who_asks_for_it(line: CommandLine) -> None:
    plain, asked = line.run("show", "c-unknown"), line.run("show", "c-unknown", SUTURE_DEBUG="1")
    assert "Traceback" not in plain.err
    assert "Traceback" in asked.err and asked.code == 3


def test_a_reader_that_goes_away_is_no_error_of_ours(line: CommandLine) -> None:
    command = " ".join(f"'{word}'" for word in line.command("--help"))
    ended = subprocess.run(
        ["bash", "-c", f"{command} | head -n 1"], env=line.environ(), capture_output=True, text=True, timeout=60
    )
    assert ended.stdout.startswith("Usage: suture") and ended.stderr == ""


def test_what_is_piped_has_no_colours_and_is_not_cut(line: CommandLine) -> None:
    shown = line.run("doctor", TERM="xterm-256color", COLUMNS="40")
    assert "\x1b" not in shown.out
    assert str(line.settings.file) in shown.out


def test_doctor_tells_each_dependency_and_what_to_do(line: CommandLine) -> None:
    ended = line.run("doctor", "--json")
    found = {check["what"]: check for check in ended.json}
    assert found["configuration"]["well"] and found["keys"]["well"] and found["store"]["well"]
    assert not found["Temporal"]["well"] and "127.0.0.1:1" in found["Temporal"]["found"]
    assert not found["gateway"]["well"] and "suture up" in found["gateway"]["do"]
    assert found["store"]["found"].startswith("sqlite 3.")
    assert all(found[what]["well"] and found[what]["do"] for what in ("web ui", "codec endpoint"))
    assert ended.code == 4


def test_doctor_says_what_to_do_about_what_is_gone_and_never_to_run_the_doctor(tmp_path: Path) -> None:
    hospital = command_line(tmp_path)
    hospital.settings.keys.file.unlink()
    file = hospital.settings.file
    for url in ("sqlite:///elsewhere.db", "postgresql://127.0.0.1:1/suture"):
        file.write_text(f'{file.read_text().partition("[store]")[0]}[store]\nurl = "{url}"\n')
        ended = hospital.invoke("doctor")
        assert ended.code == 2
        assert "next: is its volume mounted? else restore it from its backup" in ended.out
        assert "suture doctor" not in ended.out and "keys: keys" not in ended.out
        assert not (tmp_path / "elsewhere.db").exists()


def test_keys_are_made_in_no_folder(line: CommandLine) -> None:
    ended = line.invoke("keys", "make", "--file", str(line.folder))
    assert ended.code == 2 and "is a folder" in ended.err and "rotate" not in ended.err


def test_doctor_lists_everything_wrong_with_the_configuration(tmp_path: Path) -> None:
    hospital = command_line(tmp_path)
    file = hospital.settings.file
    file.write_text(file.read_text().replace('currency = "USD"', 'currency = "dollars"\nmotto = "first"'))
    ended = hospital.run("doctor")
    assert ended.code == 2
    assert "motto" in ended.out and "currency" in ended.out
    elsewhere = hospital.run("list")
    assert elsewhere.code == 2 and elsewhere.err.count("\n") == 1 and "suture doctor lists all" in elsewhere.err


def test_completion_is_offered_for_the_shell(line: CommandLine) -> None:
    words = {"_SUTURE_COMPLETE": "complete_bash", "COMP_WORDS": "suture work re", "COMP_CWORD": "2"}
    ended = line.run(**words)
    assert ended.out.split() == ["resolve"]
