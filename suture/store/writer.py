"""The one thread of a process that writes an SQLite file: it takes all writes that wait and commits them together.

SQLite lets one transaction write at a time and waits for the disk at each commit. Writes that queue up meanwhile share
the next transaction, each in a savepoint of its own, so that one that fails takes no other with it.
"""

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any

from sqlalchemy import Connection, Engine

Work = Callable[[Connection], Any]
Job = tuple[Work, "Future[Any]"]

TOGETHER = 64
"""At most so many writes share a transaction, so that other processes get their turn."""


class Writer:
    """Runs writes on its own thread, in the order in which they were handed in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._closed = False
        self._thread = Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work) -> "Future[Any]":
        """Queue a write; its future is done after the commit, never before."""
        if self._closed:
            raise RuntimeError("the store is closed")
        job: Job = (work, Future())
        self._queue.put(job)
        return job[1]

    def close(self) -> None:
        """Finish what is queued, then stop."""
        self._closed = True
        self._queue.put(None)
        self._thread.join()

    def _serve(self) -> None:
        while (job := self._queue.get()) is not None:
            jobs, last = [job], False
            while len(jobs) < TOGETHER and not self._queue.empty():
                if (another := self._queue.get()) is None:
                    last = True
                    break
                jobs.append(another)
            self._run([one for one in jobs if one[1].set_running_or_notify_cancel()])
            if last:
                return

    def _run(self, jobs: list[Job]) -> None:
        if not jobs:
            return
        outcomes: list[tuple[Any, BaseException | None]] = []
        try:
            with self._engine.begin() as connection:
                outcomes = [self._step(connection, work, alone=len(jobs) == 1) for work, _ in jobs]
        except BaseException as failure:
            # Nothing was committed: whoever asked must know, and nobody may hang.
            for _, future in jobs:
                future.set_exception(failure)
            return
        for (_, future), (answer, refusal) in zip(jobs, outcomes, strict=True):
            if refusal is None:
                future.set_result(answer)
            else:
                future.set_exception(refusal)

    def _step(self, connection: Connection, work: Work, *, alone: bool) -> tuple[Any, BaseException | None]:
        if alone:
            return work(connection), None
        connection.exec_driver_sql("SAVEPOINT one")
        try:
            answer = work(connection)
        except Exception as refusal:
            connection.exec_driver_sql("ROLLBACK TO one")
            connection.exec_driver_sql("RELEASE one")
            return None, refusal
        connection.exec_driver_sql("RELEASE one")
        return answer, None
