"""Another's executor: sent what is large once, in the same bits, and every fault told in words."""

import pickle
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from sim.base.errors import SimError, WorkersError
from sim.experiment import elsewhere as there
from sim.experiment.elsewhere import Elsewhere, Parcel, Refused, at_work, finished
from sim.experiment.identity import identity, program_digest
from sim.experiment.simulate import simulate
from sim.experiment.store import Store
from tests.experiment.small import tiny, tiny_results


def squared(number: int) -> int:
    return number * number


class Post(Executor):
    """An executor that does at once what it is given, as bytes alone, and counts them.

    Each worker keeps parcels of its own; it is the turn of one after another.
    """

    def __init__(self, workers: int = 1) -> None:
        self.kept = [there._Parcels() for _ in range(workers)]
        self.sizes: list[int] = []
        self.open = True

    def submit(self, task: Any, /, *given: Any, **_: Any) -> Future[Any]:
        data = pickle.dumps((task, given))
        worker = self.kept[len(self.sizes) % len(self.kept)]
        self.sizes.append(len(data))
        future: Future[Any] = Future()
        here, there._PARCELS = there._PARCELS, worker
        try:
            work, arguments = pickle.loads(data)
            future.set_result(pickle.loads(pickle.dumps(work(*arguments))))
        except Exception as error:
            future.set_exception(error)
        finally:
            there._PARCELS = here
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        del wait, cancel_futures
        self.open = False


def test_what_is_large_goes_to_each_worker_once() -> None:
    post = Post(workers=3)
    found = simulate(
        tiny(experiment__replications=8, population__firms=5), executor=post, workers=3
    )
    assert len(found.outcomes["replication"].unique()) == 8
    assert post.open
    large = [size for size in post.sizes if size > 2_000]
    assert len(large) == 3
    assert len(post.sizes) == 8
    assert min(large) > 5_000


def test_a_worker_that_comes_late_is_sent_what_it_lacks() -> None:
    post = Post()
    away = Elsewhere(post, 1)
    given = away.each(squared, range(40))
    numbers = [next(given)]
    # As many again as were handed out at first come to a worker that knows nothing.
    post.kept = [there._Parcels()]
    assert sorted([*numbers, *given]) == [n * n for n in range(40)]
    assert away.parcels_sent == 2
    assert away.sent_bytes == 2 * len(Parcel.of(squared).content)


def test_results_are_those_of_local_processes() -> None:
    found = simulate(tiny(), executor=Post(2), workers=2, keep=("firms",))
    assert found.outcomes.equals(tiny_results().outcomes)
    assert found.firms.equals(tiny_results().firms)


def test_a_store_keeps_what_workers_send_home_as_it_keeps_its_own(tmp_path: Path) -> None:
    scenarios = [tiny(population__firms=n) for n in (5, 6)]
    places = {"here": None, "there": Post(2)}
    for name, executor in places.items():
        with Store(tmp_path / name, 2 if executor else 1, executor) as store:
            store.many(scenarios, range(2))
    files = {
        name: {
            file.relative_to(tmp_path / name): file.read_bytes()
            for file in (tmp_path / name).rglob("*.sealed")
        }
        for name in places
    }
    assert files["here"] == files["there"]
    # Two scenarios, twice each, and what program made them.
    assert len(files["there"]) == 5
    sizes = places["there"].sizes if places["there"] else []
    assert len(sizes) == 4


class Fixed(Executor):
    """An executor that gives one answer, or fails by one error, whatever it is given."""

    def __init__(self, answer: Any = None, error: BaseException | None = None) -> None:
        self.answer, self.error = answer, error

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.error is not None:
            future.set_exception(self.error)
        else:
            future.set_result(self.answer)
        return future


def test_a_worker_with_another_program_is_refused_by_name() -> None:
    other = Refused("far, process 7", "0" * 16, identity() | {"code_sha256": "0"})
    with pytest.raises(WorkersError, match="another program: other code") as told:
        list(Elsewhere(Fixed(other)).each(squared, range(3)))
    assert told.value.where == "worker on far, process 7"


def test_a_worker_does_nothing_for_another_program() -> None:
    parcel = Parcel.of(squared)
    told = at_work("0" * 16, parcel.digest, parcel.content, 3)
    assert isinstance(told, Refused)
    assert told.digest == program_digest()


def test_workers_without_the_program_are_told_of() -> None:
    missing = ModuleNotFoundError("No module named 'sim'", name="sim")
    with pytest.raises(WorkersError, match="have another program, or none"):
        list(Elsewhere(Fixed(error=missing)).each(squared, range(3)))


class Taking(Executor):
    """An executor whose tasks are taken away by somebody else."""

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.cancel()
        future.set_running_or_notify_cancel()
        return future


def test_tasks_that_are_taken_away_are_not_passed_over() -> None:
    with pytest.raises(WorkersError, match="were taken away"):
        list(Elsewhere(Taking()).each(squared, range(3)))


class Deaf(Executor):
    """An executor that never answers."""

    def __init__(self, kind: type[Future[Any]] = Future) -> None:
        self.kind = kind

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        return self.kind()


def test_what_waits_is_ended_where_workers_are_given_up() -> None:
    away = Elsewhere(Deaf())
    waiting = away.send(Parcel.of(squared), 1)
    away.give_up(WorkersError("there", "is gone", "go on"))
    for one in (waiting, away.send(Parcel.of(squared), 2)):
        with pytest.raises(SimError, match="is gone"):
            one.result(timeout=0)


def test_a_task_that_has_not_begun_can_be_taken_back() -> None:
    waiting = Elsewhere(Deaf()).send(Parcel.of(squared), 1)
    assert waiting.cancel()
    assert waiting.cancelled()


class Late(Future[Any]):
    """An answer that comes while it is being taken back."""

    def cancel(self) -> bool:
        self.set_result(9)
        return False


def test_an_answer_that_comes_while_a_task_is_taken_back_is_not_lost() -> None:
    waiting = Elsewhere(Deaf(Late)).send(Parcel.of(squared), 3)
    assert not waiting.cancel()
    assert waiting.result(timeout=0) == 9


def test_after_an_error_only_what_was_begun_is_given() -> None:
    asked: list[int] = []

    def ask(number: int) -> Future[int]:
        asked.append(number)
        future: Future[int] = Future()
        if number == 1:
            future.set_exception(WorkersError("there", "is gone", "go on"))
        else:
            future.set_result(number)
        return future

    given = finished(ask, range(9), window=3)
    assert sorted([next(given), next(given)]) == [0, 2]
    with pytest.raises(WorkersError):
        next(given)
    assert asked == [0, 1, 2]


def test_no_more_is_asked_for_at_a_time_than_the_window() -> None:
    asked: list[int] = []

    def ask(number: int) -> Future[int]:
        asked.append(number)
        return Fixed(number).submit()

    given = finished(ask, range(9), window=2)
    next(given)
    assert asked == [0, 1]
    assert len(list(given)) == 8
