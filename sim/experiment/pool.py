"""Processes of this machine that run replications side by side."""

import multiprocessing
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from sim.base.errors import SimError


def local_pool(workers: int) -> ProcessPoolExecutor:
    """Processes of this machine that share what they import and the compiled rules."""
    method = "forkserver" if sys.platform != "win32" else "spawn"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(["sim.experiment.run"])
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_interrupts)


@contextmanager
def lost_workers() -> Iterator[None]:
    """Say in words a user can act on that processes have died.

    Raises
    ------
    SimError
        In place of `BrokenProcessPool`.
    """
    try:
        yield
    except BrokenProcessPool as error:
        raise SimError(
            "workers",
            "ended before they had finished; a script starts itself anew in each of them",
            'put what a script does beneath if __name__ == "__main__":, or take workers=1;'
            " where memory ran out, take fewer workers",
        ) from error


def _leave_interrupts() -> None:
    """Ctrl-C is for the parent to handle; it then cancels what has not begun."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
