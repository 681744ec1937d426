"""Work on another's executor: the same program there, and what is large sent once to each worker.

Any executor of `concurrent.futures` will do: processes, threads, MPI's, that of a cluster. A task
is a function that is large, because a scenario is in it, with arguments that are small. The
function goes out as a parcel that workers keep by its digest; who has not got it says so and is
sent it. A worker whose program is another one does nothing and says which one it is.
"""

import os
import pickle
import platform
import zlib
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    InvalidStateError,
    wait,
)
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from typing import Any

from sim.base.errors import SimError, WorkersError
from sim.experiment.identity import differences, identity, program_digest
from sim.outcomes.own import Sent, sent, with_own

WINDOW = 8
"""Tasks handed out at a time for each worker of another's executor."""
MOST_PARCELS = 64
"""Parcels that a worker keeps, those that were used last."""
SAME = "install the version that asks, with the same libraries, where the worker is; or end it"

# --- What goes out and what comes back -----------------------------------------------------------


@dataclass
class Parcel:
    """A function with what is large in it, packed; the places to which it was sent."""

    digest: str
    content: bytes
    places: set[int] = field(default_factory=set)

    @staticmethod
    def of(task: Callable[..., Any]) -> "Parcel":
        """Pack a task and the user's own outcomes; OutcomeError where those cannot be."""
        content = zlib.compress(pickle.dumps((sent(), task), pickle.HIGHEST_PROTOCOL))
        return Parcel(sha256(content).hexdigest()[:32], content)


@dataclass(frozen=True)
class Lacking:
    """The answer of a worker that has not got the parcel."""


@dataclass(frozen=True)
class Refused:
    """The answer of a worker whose program is another one: its name, and its identity."""

    worker: str
    digest: str
    program: dict[str, Any]


def here() -> Refused:
    """Tell which worker this is, and its program."""
    return Refused(f"{platform.node()}, process {os.getpid()}", program_digest(), identity())


def at_work(program: str, digest: str, content: bytes | None, *given: Any) -> Any:
    """Do a task where the worker is: what the task gives, or why nothing was done.

    `program` is the digest of the program that asks; the parcel has no content where the worker
    is taken to have it.
    """
    if program != program_digest():
        return here()
    task = _PARCELS.task(digest, content)
    return Lacking() if task is None else with_own(*task, *given)


class _Parcels:
    """What a worker keeps, by digest."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[Sent, Callable[..., Any]]] = OrderedDict()
        self._lock = Lock()

    def task(self, digest: str, content: bytes | None) -> tuple[Sent, Callable[..., Any]] | None:
        """Give what was packed, unpacked once; None where it never came."""
        with self._lock:
            if digest not in self._kept:
                if content is None:
                    return None
                self._kept[digest] = pickle.loads(zlib.decompress(content))
            self._kept.move_to_end(digest)
            while len(self._kept) > MOST_PARCELS:
                self._kept.popitem(last=False)
            return self._kept[digest]


_PARCELS = _Parcels()


class _Answer(Future[Any]):
    """The answer to a task, however often it must be sent."""

    asked: Future[Any] | None = None
    is_taken_back = False

    def cancel(self) -> bool:
        """Take the task back, if the executor says that it has not begun."""
        self.is_taken_back = True
        if self.asked is None or not self.asked.cancel() or not super().cancel():
            self.is_taken_back = False
            return False
        # Whoever waits is told.
        self.set_running_or_notify_cancel()
        return True


_Job = tuple[Parcel, tuple[Any, ...], int | None]
"""A parcel, small arguments, and at which place."""

# --- Another's executor --------------------------------------------------------------------------


@dataclass
class Elsewhere(Executor):
    """Another's executor, used and left open.

    Parameters
    ----------
    executor
        Where tasks go.
    places
        Workers that it has, about. A parcel goes to each of them with the first task there.
    sent_bytes, parcels_sent
        Bytes of parcels that went out, and how many parcels.
    """

    executor: Executor
    places: int = 1
    sent_bytes: int = 0
    parcels_sent: int = 0
    _waiting: set[_Answer] = field(default_factory=set, repr=False)
    _lock: Any = field(default_factory=Lock, repr=False)
    _lost: SimError | None = field(default=None, repr=False)

    @property
    def window(self) -> int:
        """Tasks that are handed out at a time."""
        return WINDOW * self.places

    def submit(  # type: ignore[override]
        self, task: Callable[..., Any], /, *given: Any, place: int | None = None
    ) -> Future[Any]:
        """Do a task there, with small arguments."""
        return self.send(Parcel.of(task), *given, place=place)

    def send(self, parcel: Parcel, *given: Any, place: int | None = None) -> Future[Any]:
        """Do the task of a parcel there; `place` says at which worker, where that matters."""
        answer = _Answer()
        with self._lock:
            self._waiting.add(answer)
        first = place is not None and place not in parcel.places
        self._ask(answer, (parcel, given, place), carried=first)
        return answer

    def each(self, task: Callable[..., Any], numbers: Iterable[int]) -> Iterator[Any]:
        """Do a task for each number; give answers as they come, as `finished` does."""
        parcel, places = Parcel.of(task), iter(range(self.places))
        yield from finished(
            lambda number: self.send(parcel, number, place=next(places, None)),
            numbers, self.window,
        )  # fmt: skip

    def give_up(self, error: SimError) -> None:
        """End every task that waits by an error; what comes later is refused by it."""
        with self._lock:
            self._lost, waiting = error, list(self._waiting)
            self._waiting.clear()
        for answer in waiting:
            _settle(answer, error=error)

    def _at(self, place: int | None) -> dict[str, Any]:
        """Say to the executor where a task is to go."""
        del place
        return {}

    def _in_words(self, error: BaseException) -> BaseException:
        """Say in words why a task could not be done."""
        if isinstance(error, ImportError) and str(error.name).split(".")[0] == "sim":
            what = f"have another program, or none: {error}"
            return WorkersError("workers", what, SAME)
        return error

    def _ask(self, answer: _Answer, job: _Job, carried: bool) -> None:
        parcel, given, place = job
        if self._lost is not None:
            self._done(answer, error=self._lost)
            return
        with self._lock:
            if place is not None:
                parcel.places.add(place)
            self.parcels_sent += carried
            self.sent_bytes += carried * len(parcel.content)
        content = parcel.content if carried else None
        try:
            asked = self.executor.submit(
                at_work, program_digest(), parcel.digest, content, *given, **self._at(place)
            )
        except Exception as error:
            self._done(answer, error=error)
            return
        answer.asked = asked
        asked.add_done_callback(lambda done: self._answered(answer, job, done))

    def _answered(self, answer: _Answer, job: _Job, done: Future[Any]) -> None:
        if done.cancelled():
            if answer.is_taken_back:
                with self._lock:
                    self._waiting.discard(answer)
                return
            gone = WorkersError("workers", "were taken away before they had finished", _AGAIN)
            self._done(answer, error=gone)
            return
        error = done.exception()
        if error is not None:
            self._done(answer, error=self._in_words(error))
            return
        found = done.result()
        if isinstance(found, Lacking):
            self._ask(answer, job, carried=True)
        elif isinstance(found, Refused):
            self._done(answer, error=refusal(found))
        else:
            self._done(answer, found)

    def _done(
        self, answer: _Answer, found: Any = None, error: BaseException | None = None
    ) -> None:
        with self._lock:
            self._waiting.discard(answer)
        _settle(answer, found, error)


_AGAIN = "see that they run, and go on"


def _settle(answer: _Answer, found: Any = None, error: BaseException | None = None) -> None:
    """Give an answer, where none was given and the task was not taken back."""
    with suppress(InvalidStateError):
        if error is None:
            answer.set_result(found)
        else:
            answer.set_exception(error)


def refusal(found: Refused) -> WorkersError:
    """Say why a worker is not given anything to do."""
    what = f"runs another program: {', '.join(differences(found.program))}"
    return WorkersError(f"worker on {found.worker}", what, SAME)


def elsewhere(executor: Executor, places: int) -> Elsewhere:
    """Give an executor as one that is sent tasks; `places` where it does not know its workers."""
    return executor if isinstance(executor, Elsewhere) else Elsewhere(executor, max(places, 1))


def finished(
    ask: Callable[[int], Future[Any]], numbers: Iterable[int], window: int
) -> Iterator[Any]:
    """Ask for some answers at a time, give each as it comes, and let go of it.

    After an error only what had been begun is given, and then the error raised.
    """
    left, waiting = deque(numbers), set[Future[Any]]()
    error = _begin(ask, left, waiting, window)
    while waiting:
        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
            waiting.discard(future)
            if future.cancelled():
                continue
            if future.exception() is None:
                yield future.result()
            error = error or future.exception()
        if error is None:
            error = _begin(ask, left, waiting, window)
        else:
            for other in waiting:
                other.cancel()
    if error is not None:
        raise error


def _begin(
    ask: Callable[[int], Future[Any]], left: deque[int], waiting: set[Future[Any]], window: int
) -> BaseException | None:
    """Ask until so many wait; give the error of an executor that takes nothing more."""
    try:
        while left and len(waiting) < window:
            waiting.add(ask(left.popleft()))
    except BrokenExecutor as error:
        return error
    return None
