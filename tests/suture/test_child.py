"""A child process ends when it is told to, or is made to, and its log tells its story."""

import sys
from pathlib import Path

import pytest

from suture.child import Child

DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"


def _python(program: str, log: Path) -> Child:
    return Child([sys.executable, "-u", "-c", program], log=log)


async def test_it_ends_by_itself_and_its_log_is_kept(tmp_path: Path) -> None:
    child = _python("print('done')", tmp_path / "log")
    child.start()
    assert await child.ended(within=10) == 0
    assert child.tail() == "done"


async def test_one_that_does_not_end_in_time_is_ended(tmp_path: Path) -> None:
    child = _python("import time; time.sleep(60)", tmp_path / "log")
    child.start()
    with pytest.raises(TimeoutError):
        await child.ended(within=0.2)
    assert not child.running


async def test_one_that_ignores_the_request_is_made_to_end(tmp_path: Path) -> None:
    child = _python(DEAF, tmp_path / "log")
    child.start()
    while child.tail() != "deaf":
        assert child.running
    assert await child.stop(within=0.2) == -9


async def test_how_it_ended_is_told_in_words_and_what_it_said_is_its_own(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("ready, said an earlier one\n")
    child = _python(DEAF, tmp_path / "log")
    child.start()
    while not child.said("deaf"):
        assert child.running
    assert not child.said("ready")
    child.kill()
    assert child.ending == "was ended by SIGKILL"
    again = _python("raise SystemExit(3)", tmp_path / "log")
    again.start()
    await again.ended(within=10)
    assert again.ending == "ended with exit code 3"
    assert not again.said("deaf")


async def test_stopping_what_never_ran_or_has_ended_is_nothing(tmp_path: Path) -> None:
    child = _python("raise SystemExit(3)", tmp_path / "log")
    assert await child.stop() is None
    child.start()
    assert await child.ended(within=10) == 3
    assert await child.stop() == 3


async def test_a_program_that_is_not_there_says_so(tmp_path: Path) -> None:
    child = Child([str(tmp_path / "absent")], log=tmp_path / "log")
    with pytest.raises(FileNotFoundError):
        child.start()
    assert not child.running
