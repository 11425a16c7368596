"""What is told of a process that has ended: its last words where they say why, and always where its log is."""

from pathlib import Path

import pytest

from suture.trouble import CannotGoOn

NEWS = '{"time": "2026-11-24T18:06:19Z", "level": "INFO", "message": "work item opened"}'
ALARM = '{"time": "2026-11-24T18:06:19Z", "level": "ERROR", "message": "the store cannot be written now"}'


@pytest.mark.parametrize(
    ("last", "told"),
    [
        (NEWS, ""),
        (ALARM, "the store cannot be written now"),
        ("worker: no keys; run: suture keys make", None),
        ("7", ""),
    ],
)
def test_the_last_line_of_a_log_is_told_where_it_may_say_why(tmp_path: Path, last: str, told: str | None) -> None:
    log = tmp_path / "worker.log"
    log.write_text(f"earlier\n{last}\n")
    words = ["worker ended", *filter(None, [last if told is None else told]), f"its log is {log}"]
    assert str(CannotGoOn("worker ended", log=log)) == "; ".join(words)
