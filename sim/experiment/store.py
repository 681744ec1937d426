"""Runs of a study, kept by scenario and replication, so that nothing is simulated twice.

The same processes serve a whole study. A worker measures outcomes alone, without the
series and tables that a report needs, and writes its own file, so that the parent has next
to nothing to do but hand out work. A replication goes to the worker that keeps its history.
"""

import hashlib
import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.estimates import t_quantile
from sim.base.files import read_sealed, write_sealed
from sim.experiment.elsewhere import Elsewhere, Parcel, elsewhere
from sim.experiment.identity import differences, identity, program_digest
from sim.experiment.progress import RUNS, Meter, ProgressOption, meter
from sim.experiment.replication_file import frame_of, frame_to_bytes
from sim.experiment.rerun import WORDS, Read, digest_of, history_key, read_arrangements
from sim.experiment.simulate import entries_of, local_pool, lost_workers, prepare
from sim.experiment.strange_tables import read_json, readable
from sim.outcomes.mark import evaluate
from sim.outcomes.own import own_digest, sent, with_own
from sim.scenario.scenario import Scenario

# --- Outcomes of many scenarios with common random numbers, as one array, and their differences --


Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Table:
    """All outcomes of one replication, shape (n_arrangements, n_outcomes).

    Values are in the unit of each outcome's mark, nan where undefined; `seconds` is the processor
    time that they took, nan where they were read from a file.
    """

    arrangements: tuple[str, ...]
    outcomes: tuple[str, ...]
    values: Floats
    seconds: float = float("nan")

    def frame(self, replication: int) -> pd.DataFrame:
        """The tidy form: columns arrangement, replication, outcome, value."""
        per = len(self.outcomes)
        return pd.DataFrame(
            {
                "arrangement": np.repeat(np.array(self.arrangements, dtype=object), per),
                "replication": replication,
                "outcome": np.tile(np.array(self.outcomes, dtype=object), len(self.arrangements)),
                "value": self.values.ravel(),
            }
        )

    @staticmethod
    def of_rows(arrangements: Sequence[str], rows: Sequence[Mapping[str, float]]) -> "Table":
        """The table of one mapping of outcome to value for each arrangement.

        >>> Table.of_rows(["plain", "swap"], [{"a": 1.0}, {"a": 2.0, "b": 3.0}]).values
        array([[ 1., nan],
               [ 2.,  3.]])
        """
        names = tuple(dict.fromkeys(name for row in rows for name in row))
        values = [[row.get(name, np.nan) for name in names] for row in rows]
        return Table(tuple(arrangements), names, np.array(values, dtype=np.float64))

    @staticmethod
    def of(frame: pd.DataFrame) -> "Table":
        """The table that a tidy form was made from."""
        arrangements = tuple(frame["arrangement"].unique())
        outcomes = tuple(frame["outcome"].unique())
        values = frame["value"].to_numpy(np.float64)
        return Table(arrangements, outcomes, values.reshape(len(arrangements), len(outcomes)))


@dataclass(frozen=True, eq=False)
class OutcomeArray:
    """Outcomes of several scenarios in the same replications; nan where undefined.

    Values have shape (n_scenarios, n_replications, n_arrangements, n_outcomes).

    >>> values = np.array([[[[1.0], [3.0]], [[2.0], [5.0]]]])
    >>> outcome_array = OutcomeArray(("plain", "swap"), ("bank.profit",), values)
    >>> outcome_array.differences("swap", "plain", "bank.profit")
    array([[2., 3.]])
    """

    arrangements: tuple[str, ...]
    outcomes: tuple[str, ...]
    values: Floats

    @staticmethod
    def of(tables: Sequence[Sequence[Table]]) -> "OutcomeArray":
        """Stack tables, one row for each scenario and one column for each replication."""
        first = tables[0][0]
        values = np.array([[table.values for table in row] for row in tables])
        return OutcomeArray(first.arrangements, first.outcomes, values)

    def paired(self, numbers: Sequence[int], unit: int) -> "OutcomeArray":
        """The mean over replications that belong together, as one observation each.

        Numbers are those of the replications, in their order; `unit` of them belong together,
        counted from number 0; 2 for antithetic pairs.

        >>> values = np.array([[[[1.0]], [[3.0]], [[5.0]]]])
        >>> OutcomeArray(("plain",), ("a",), values).paired(range(3), 2).levels("plain", "a")
        array([[2., 5.]])
        """
        if unit == 1:
            return self
        groups = np.array(numbers) // unit
        parts = [self.values[:, groups == group] for group in np.unique(groups)]
        known = [np.isfinite(part) for part in parts]
        with np.errstate(invalid="ignore"):
            means = [
                np.where(k, part, 0.0).sum(axis=1) / k.sum(axis=1)
                for part, k in zip(parts, known, strict=True)
            ]
        return OutcomeArray(self.arrangements, self.outcomes, np.stack(means, axis=1))

    def levels(self, arrangement: str, outcome: str) -> Floats:
        """One outcome under one arrangement, shape (n_scenarios, n_replications)."""
        place = self.arrangements.index(arrangement), self.outcomes.index(outcome)
        return self.values[:, :, *place]

    def differences(self, arrangement: str, other: str, outcome: str) -> Floats:
        """Arrangement less the other, replication by replication, same shape."""
        return self.levels(arrangement, outcome) - self.levels(other, outcome)


def means(values: Floats) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Mean, standard error and number of the defined values of each row, each of shape (n,).

    Values have shape (n, n_replications). The mean is nan without values, the error below two.

    >>> mean, error, count = means(np.array([[1.0, 3.0], [2.0, float("nan")]]))
    >>> mean, error, count
    (array([2., 2.]), array([ 1., nan]), array([2, 1]))
    """
    known = np.isfinite(values)
    count = known.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=1) / count
        squares = np.where(known, (values - mean[:, None]) ** 2, 0.0).sum(axis=1)
        error = np.sqrt(np.where(count > 1, squares / (count - 1.0), np.nan) / count)
    return mean, error, count


def half_widths(error: Floats, count: NDArray[np.int64], confidence: float = 0.95) -> Floats:
    """Half of the t interval of each mean that `means` gives; nan below two values."""
    wide = [t_quantile(confidence, n - 1) if n > 1 else np.nan for n in count.tolist()]
    return np.asarray(np.array(wide) * error)


def sides(values: Floats, confidence: float = 0.95) -> NDArray[np.int64]:
    """1 or -1 where the interval of the mean of a row is clear of zero, otherwise 0.

    >>> sides(np.array([[1.0, 1.1, 1.2], [1.0, -1.0, 0.5], [-1.0, -1.1, -0.9]])).tolist()
    [1, 0, -1]
    """
    mean, error, count = means(values)
    clear = np.abs(mean) > half_widths(error, count, confidence)
    return np.where(clear, np.sign(mean), 0.0).astype(np.int64)


# --- The store, and what it keeps of a replication -----------------------------------------------


Reader = Callable[[Scenario, int], pd.DataFrame]
"""Simulates one replication; gives columns arrangement, replication, outcome, value, with the
same outcomes for each arrangement."""

Address = tuple[str, int]
"""Hash of a scenario, and a replication."""

Run = tuple[Address, Scenario]

AHEAD = 2
"""Tasks of a process of its own: the one it is at, and the next, so that it never waits."""
_IDENTITY = "identity.sealed"
_CURE = "remove it: what it held is simulated again"


def outcomes_of(scenario: Scenario, replication: int) -> pd.DataFrame:
    """All outcomes and controls of one replication, and nothing else of it."""
    return numbers_of(scenario, replication, evaluate)


def numbers_of(scenario: Scenario, replication: int, read: Read) -> pd.DataFrame:
    """What `read` gives of each history of one replication, and its controls."""
    rows = read_arrangements(scenario, replication, read)
    return Table.of_rows(list(rows), list(rows.values())).frame(replication)


@dataclass
class Store:
    """Outcomes of replications, by the hash of the scenario that gave them.

    Parameters
    ----------
    folder : Path, optional
        Where they are kept between sessions, beneath a folder named by the content of the
        program, so that none takes numbers of an older one; in memory only by default.
    workers : int
        Processes that simulate side by side.
    executor : concurrent.futures.Executor, optional
        Where to run instead of local processes.
    progress : callable or bool, optional
        A function that is told how many runs of each batch are done, of how many; or whether
        to show it. By default it is shown in a notebook and nowhere else. A batch may name
        another one.
    reader : callable
        What to keep of a replication; all outcomes by default.
    simulated, seconds : int, float
        Replications that were simulated and not recalled, and processor time spent on them.
    """

    folder: Path | None = None
    workers: int = 1
    executor: Executor | None = None
    progress: ProgressOption = None
    reader: Reader = outcomes_of
    simulated: int = 0
    seconds: float = 0.0
    _known: dict[Address, Table] = field(default_factory=dict, repr=False)
    _pools: tuple[Executor, ...] = field(default=(), repr=False)
    _meter: Meter | None = field(default=None, repr=False)

    def __enter__(self) -> Self:
        """Give the store; its processes end with the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes."""
        self.close()

    def close(self) -> None:
        """End the processes; what is known stays, and a later study starts new ones."""
        for pool in self._pools:
            pool.shutdown(wait=True, cancel_futures=True)
        self._pools = ()

    def reading(self, reader: Reader) -> "Store":
        """Give another store at the same place that keeps something else of a replication."""
        return Store(self.folder, self.workers, self.executor, self.progress, reader)

    def outcomes(self, scenario: Scenario, replications: Iterable[int]) -> pd.DataFrame:
        """Outcomes of one scenario, as a tidy table; only what is not known is simulated."""
        return self.many([scenario], replications)[0]

    def many(
        self,
        scenarios: Sequence[Scenario],
        replications: Iterable[int],
        progress: ProgressOption = None,
    ) -> list[pd.DataFrame]:
        """Outcomes of several scenarios with common random numbers, in their order."""
        numbers = tuple(replications)
        tables = self._tables(scenarios, numbers, progress)
        return [
            pd.concat([t.frame(n) for t, n in zip(row, numbers, strict=True)], ignore_index=True)
            for row in tables
        ]

    def outcome_array(
        self,
        scenarios: Sequence[Scenario],
        replications: Iterable[int],
        progress: ProgressOption = None,
    ) -> OutcomeArray:
        """The same as one array; all scenarios must run the same arrangements.

        Of antithetic pairs of replications, a pair is one observation.
        """
        numbers = tuple(replications)
        unit = scenarios[0].variance_reduction.unit if scenarios else 1
        return OutcomeArray.of(self._tables(scenarios, numbers, progress)).paired(numbers, unit)

    def knows(self, scenario: Scenario, replications: Iterable[int]) -> bool:
        """Whether all of these replications of a scenario are known already."""
        key = key_of(scenario)
        return all(self._recall((key, n)) for n in replications)

    def _tables(
        self, scenarios: Sequence[Scenario], numbers: tuple[int, ...], progress: ProgressOption
    ) -> list[list[Table]]:
        tables = self._single([(s, n) for s in scenarios for n in numbers], progress)
        size = len(numbers)
        return [tables[k * size : (k + 1) * size] for k in range(len(scenarios))]

    def each(
        self, runs: Sequence[tuple[Scenario, int]], progress: ProgressOption = None
    ) -> list[pd.DataFrame]:
        """Outcomes of single replications of any scenarios, in the order asked for."""
        tables = self._single(runs, progress)
        return [t.frame(n) for t, (_, n) in zip(tables, runs, strict=True)]

    def _single(
        self, runs: Sequence[tuple[Scenario, int]], progress: ProgressOption
    ) -> list[Table]:
        # The same scenario stands in many runs, and its hash takes a while.
        hashes = {id(scenario): key_of(scenario) for scenario, _ in runs}
        addresses = [(hashes[id(scenario)], n) for scenario, n in runs]
        wanted = {at: scenario for at, (scenario, _) in zip(addresses, runs, strict=True)}
        todo = {address: s for address, s in wanted.items() if not self._recall(address)}
        if todo:
            self._simulate(todo, self._meter_of(progress))
        return [self._known[address] for address in addresses]

    def _simulate(self, todo: dict[Address, Scenario], tell: Meter) -> None:
        if self.executor is None and not self.simulated:
            for scenario in {entries_of(one): one for one in todo.values()}.values():
                prepare(scenario, tell.say)
        if self.folder is not None and not (self.folder / program_digest() / _IDENTITY).exists():
            content = json.dumps(identity()).encode()
            write_sealed(self.folder / program_digest() / _IDENTITY, content)
        tell(0, len(todo))
        for done, (address, table) in enumerate(self._run(todo), 1):
            self._keep(address, table)
            file = self._file(address)
            if self.executor is not None and file is not None:
                # Its workers need not see the same disk.
                write_sealed(file, frame_to_bytes(table.frame(address[1])))
            tell(done, len(todo))

    def _meter_of(self, progress: ProgressOption) -> Meter:
        """Give the meter of a batch; batches without one of their own share the store's."""
        if progress is not None or callable(self.progress):
            return meter(self.progress if progress is None else progress, RUNS)
        if self._meter is None:
            self._meter = meter(self.progress, RUNS)
        return self._meter

    def _run(self, todo: dict[Address, Scenario]) -> Iterator[tuple[Address, Table]]:
        runs = grouped(todo)
        if self.executor is None and (self.workers <= 1 or len(runs) <= 1):
            for address, scenario in runs:
                yield address, measured(self.reader, scenario, address[1], self._file(address))
            return
        waiting: dict[Future[Table], tuple[int, Address]] = {}
        try:
            with lost_workers():
                yield from self._handed_out(runs, waiting)
        finally:
            for future in waiting:
                future.cancel()

    def _handed_out(
        self, runs: list[Run], waiting: dict[Future[Table], tuple[int, Address]]
    ) -> Iterator[tuple[Address, Table]]:
        """Hand out a few tasks at a time, and give each as it is finished."""
        ask, places = self._asking()
        left = Queues(runs, places)

        def hand_out(place: int) -> None:
            run = left.next(place)
            if run is not None:
                waiting[ask(place, run)] = place, run[0]

        for _ in range(AHEAD):
            for place in range(places):
                hand_out(place)
        while waiting:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                place, address = waiting.pop(future)
                hand_out(place)
                yield address, future.result()

    def _asking(self) -> tuple[Callable[[int, Run], Future[Table]], int]:
        """Give what asks for a run at a place, and how many places there are.

        A place is a pool of one process, or a worker of another's executor, since only so can a
        replication go where its history is kept.
        """
        if self.executor is not None:
            there = elsewhere(self.executor, self.workers)
            return partial(_ask_there, there, self.reader, {}), there.places
        own = sent()
        self._pools = self._pools or tuple(local_pool(1) for _ in range(self.workers))

        def ask(place: int, run: Run) -> Future[Table]:
            address, scenario = run
            task = partial(measured, self.reader, scenario.model_copy(update=WORDS))
            return self._pools[place].submit(with_own, own, task, address[1], self._file(address))

        return ask, self.workers

    def _recall(self, address: Address) -> bool:
        if address in self._known:
            return True
        file = self._file(address)
        if file is None or not file.is_file():
            return False
        with readable(str(file), _CURE):
            self._known[address] = Table.of(frame_of(read_sealed(file, _CURE)))
        return True

    def _keep(self, address: Address, table: Table) -> None:
        self.simulated += 1
        self.seconds += table.seconds
        self._known[address] = table

    def _file(self, address: Address) -> Path | None:
        key, number = address
        if self.folder is None:
            return None
        kept = self.folder / program_digest() / self.reader.__name__
        return kept / key[:32] / f"{number}.sealed"

    def passed_over(self) -> list[str]:
        """Say of every program whose replications lie here unused how it differs from this one."""
        if self.folder is None:
            return []
        own = program_digest()
        others = (file for file in sorted(self.folder.glob(f"*/{_IDENTITY}")))
        made_by = []
        for file in (file for file in others if file.parent.name != own):
            with readable(str(file), _CURE):
                made_by.append(read_json(read_sealed(file, _CURE)))
        return [", ".join(differences(program)) for program in made_by]


def _ask_there(
    there: Elsewhere, reader: Reader, parcels: dict[str, Parcel], place: int, run: Run
) -> Future[Table]:
    """Ask another's executor for a run; of every scenario there is one parcel."""
    (key, replication), scenario = run
    if key not in parcels:
        parcels[key] = Parcel.of(partial(measured, reader, scenario.model_copy(update=WORDS)))
    return there.send(parcels[key], replication, place=place)


def key_of(scenario: Scenario) -> str:
    """The hash, 64 digits, of what a replication depends on: all but words and how many.

    Outcomes of a user's own count too.
    """
    single = scenario.experiment.model_copy(update={"replications": 1})
    shipped, own = digest_of(scenario, {"experiment": single}), own_digest()
    return hashlib.sha256((shipped + own).encode()).hexdigest() if own else shipped


class Queues:
    """Runs that wait, one queue for each process, by replication.

    A replication always goes to the same process, which keeps its history; one without work takes
    the last run of the longest queue.

    >>> queues = Queues([(("a", n), None) for n in (0, 2, 4, 1)], 2)
    >>> [queues.next(1)[0][1] for _ in range(3)]
    [1, 4, 2]
    """

    def __init__(self, runs: Iterable[Run], count: int) -> None:
        self._left: tuple[deque[Run], ...] = tuple(deque() for _ in range(count))
        for run in runs:
            self._left[run[0][1] % count].append(run)

    def next(self, process: int) -> Run | None:
        """Give the next run of a process."""
        if self._left[process]:
            return self._left[process].popleft()
        longest = max(self._left, key=len)
        return longest.pop() if longest else None


def grouped(todo: Mapping[Address, Scenario]) -> list[Run]:
    """Runs, such that those that share a history follow one another."""
    pasts = {id(scenario): history_key(scenario) for scenario in todo.values()}
    places: dict[tuple[str, int], int] = {}
    return sorted(
        todo.items(),
        key=lambda run: places.setdefault((pasts[id(run[1])], run[0][1]), len(places)),
    )


def measured(
    reader: Reader, scenario: Scenario, replication: int, file: Path | None = None
) -> Table:
    """What the reader keeps of one replication, written to a file where one is given."""
    start = time.process_time()
    frame = reader(scenario, replication)
    if file is not None:
        write_sealed(file, frame_to_bytes(frame))
    return replace(Table.of(frame), seconds=time.process_time() - start)
