"""An existing Dask cluster as an executor: its workers checked, watched, and each given its share.

Nothing is started there and nothing is left behind. A run ends in words where the cluster does:
where its scheduler is gone, and where no worker has been there for a while.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic
from typing import Any

from sim.base.errors import Problem, ScenarioError, WorkersError
from sim.experiment.elsewhere import SAME, Elsewhere, Refused, here, refusal
from sim.experiment.identity import program_digest
from sim.experiment.progress import duration

REACH = 10.0
"""Seconds in which a scheduler must answer."""
LOOK = 2.0
"""Seconds between two looks at the workers."""
PATIENCE = 20.0
"""Seconds without any worker after which a run ends."""
OPTION = "--scheduler"
KINDS = ("tcp://", "tls://")


@dataclass
class Cluster(Elsewhere):
    """The workers of a scheduler; a replication goes to the one that keeps its history.

    Parameters
    ----------
    address
        Of the scheduler.
    workers
        Their addresses when the run began, once for each of their threads.
    memory
        GiB that one thread of a worker may take, the least of all; infinity where none says.
    """

    address: str = ""
    workers: tuple[str, ...] = ()
    memory: float = float("inf")
    _client: Any = field(default=None, repr=False)

    def _at(self, place: int | None) -> dict[str, Any]:
        if place is None:
            return {"pure": False}
        # Another one takes it where that one is gone or has more to do.
        worker = self.workers[place % len(self.workers)]
        return {"workers": [worker], "allow_other_workers": True, "pure": False}

    def _in_words(self, error: BaseException) -> BaseException:
        from distributed.scheduler import KilledWorker

        if isinstance(error, KilledWorker):
            what = "lost several workers over one replication, which may need more memory"
            return WorkersError(self.address, what, "give each worker more memory, and go on")
        return super()._in_words(error)

    def watch(self, ended: Event, say: Callable[[str], None]) -> None:
        """Look at the workers until that has ended; end what waits where they are gone."""
        since: float | None = None
        while not ended.wait(LOOK):
            try:
                found = self._client.nthreads()
            except Exception:
                found = None
            if ended.is_set():
                return
            if found is None or self._client.status != "running":
                self.give_up(gone(self.address, "does not answer any more"))
                return
            if found:
                since = None
                continue
            if since is None:
                since = monotonic()
                say(f"no worker is left at {self.address}; waiting {PATIENCE:.0f} s for one")
            elif monotonic() - since >= PATIENCE:
                self.give_up(gone(self.address, f"had no worker for {duration(PATIENCE)}"))
                return


def gone(address: str, what: str) -> WorkersError:
    """Give the error of a cluster that ends before the run does."""
    cure = "start workers there, or another cluster, and go on: what is finished is kept"
    return WorkersError(address, what, cure)


def refused(address: str, what: str, cure: str) -> ScenarioError:
    """Give the error of a cluster that cannot be used."""
    return ScenarioError([Problem(OPTION, None, "", what, address, cure)])


@contextmanager
def cluster(address: str, say: Callable[[str], None] = print) -> Iterator[Cluster]:
    """Use the workers of a Dask scheduler as an executor, inside a block.

    Parameters
    ----------
    address : str
        Of the scheduler, ``tcp://HOST:PORT``, or ``tls://`` with the settings of Dask.
    say : callable
        Told what a user should know while it goes, such as that no worker is left.

    Raises
    ------
    ScenarioError
        If Dask is not installed, nobody answers there, there is no worker, or the program of a
        worker is another one.
    """
    if not address.startswith(KINDS):
        raise refused(address, "must begin with tcp:// or tls://", "such as tcp://127.0.0.1:8786")
    try:
        from distributed import Client
    except ImportError as error:
        what = "needs Dask, which is not installed"
        raise refused(address, what, "install dask and distributed") from error
    # Dask has types for some of its functions only.
    connect: Any = Client
    with _quiet():
        try:
            client = connect(address, timeout=REACH, set_as_default=False)
        except (OSError, ValueError, RuntimeError) as error:
            what, cure = "is no scheduler that answers", "start one there: dask scheduler"
            raise refused(address, what, cure) from error
        ended = Event()
        try:
            there = _joined(client, address)
            watcher = Thread(target=there.watch, args=(ended, say), daemon=True)
            watcher.start()
            yield there
        finally:
            ended.set()
            with suppress(Exception):
                client.close(timeout=REACH)


def _joined(client: Any, address: str) -> Cluster:
    """Check every worker, and give them as one executor."""
    threads = dict(client.nthreads())
    if not threads:
        cure = f"start some: dask worker {address} --nthreads 1"
        raise refused(address, "has no workers", cure)
    found = client.run(here, on_error="return")
    if others := [(name, told) for name, told in found.items() if why_not(told)]:
        name, told = others[0]
        count = f"{len(others)} of {len(found)} workers"
        what = f"has workers of another program, {count}; {name} {why_not(told)}"
        raise refused(address, what, SAME)
    limits = client.run(_memory_limit)
    places = [name for name, count in threads.items() for _ in range(count)]
    least = min(
        (limit / threads.get(name, 1) for name, limit in limits.items() if limit), default=0
    )
    return Cluster(
        client.get_executor(), len(places), address=address, workers=tuple(places),
        memory=least / 2**30 if least else float("inf"), _client=client,
    )  # fmt: skip


def _memory_limit(dask_worker: Any = None) -> float:
    """Give the bytes that a worker may take, 0 where it does not say."""
    return float(dask_worker.memory_manager.memory_limit or 0.0)


def why_not(told: Any) -> str:
    """Say why a worker is not taken, by what it has told of its program; empty where it is.

    >>> why_not(here()), why_not(ImportError("No module named 'sim'"))
    ('', "cannot import it: No module named 'sim'")
    """
    if not isinstance(told, Refused):
        return f"cannot import it: {told}"
    return "" if told.digest == program_digest() else refusal(told).what


@contextmanager
def _quiet() -> Iterator[None]:
    """Hold back what Dask logs: the errors here say the same in words."""
    loggers = [
        logging.getLogger(name)
        for name in logging.root.manager.loggerDict
        if name.split(".")[0] in {"distributed", "tornado", "asyncio"}
    ]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
