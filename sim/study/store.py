"""Runs of a study, kept by scenario and replication, so that nothing is simulated twice.

One pool of processes serves a whole study. A worker measures outcomes alone, without the
series and tables that a report needs, and writes its own file, so that the parent has next
to nothing to do but hand out work.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Self

import pandas as pd

from sim.engine.warm import prepare
from sim.experiment.pace import RUNS
from sim.experiment.pool import local_pool, lost_workers
from sim.experiment.progress import Asked, Meter, meter
from sim.experiment.run import freeze, worlds
from sim.outcomes.mark import evaluate
from sim.scenario.model import Scenario
from sim.state.history import History
from sim.study.cube import Cube, Table
from sim.study.version import program_digest

Reader = Callable[[Scenario, int], pd.DataFrame]
"""Simulates one replication; gives columns arrangement, replication, outcome, value, with the
same outcomes for each arrangement."""

Read = Callable[[History, History], Mapping[str, float]]
"""Gives numbers of a history, told the baseline's history too, by name."""

Address = tuple[str, int]
"""Hash of a scenario, and a replication."""

WINDOW = 8
"""Tasks handed out at a time for each worker: enough never to wait, few enough to stop."""
SINGLE = {"title": "", "question": "", "sources": {}}
"""Words that no replication depends on."""


def outcomes_of(scenario: Scenario, replication: int) -> pd.DataFrame:
    """All outcomes and controls of one replication, and nothing else of it."""
    return numbers_of(scenario, replication, evaluate)


def numbers_of(scenario: Scenario, replication: int, read: Read) -> pd.DataFrame:
    """What `read` gives of each history of one replication, and its controls."""
    names, rows = [], []
    baseline = None
    for world in worlds(scenario, replication):
        history = freeze(world)
        baseline = history if baseline is None else baseline
        names.append(world.name)
        rows.append({**read(history, baseline), **world.controls})
    return Table.of_rows(names, rows).frame(replication)


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

    Attributes
    ----------
    simulated : int
        Replications that were simulated and not recalled.
    seconds : float
        Processor time that workers spent on them.
    """

    folder: Path | None = None
    workers: int = 1
    executor: Executor | None = None
    progress: Asked = None
    reader: Reader = outcomes_of
    simulated: int = 0
    seconds: float = 0.0
    _known: dict[Address, Table] = field(default_factory=dict, repr=False)
    _pool: Executor | None = field(default=None, repr=False)
    _meter: Meter | None = field(default=None, repr=False)

    def __enter__(self) -> Self:
        """Give the store; its processes end with the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes."""
        self.close()

    def close(self) -> None:
        """End the processes; what is known stays, and a later study starts new ones."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def reading(self, reader: Reader) -> "Store":
        """Give another store at the same place that keeps something else of a replication."""
        return Store(self.folder, self.workers, self.executor, self.progress, reader)

    def outcomes(self, scenario: Scenario, replications: Iterable[int]) -> pd.DataFrame:
        """Outcomes of one scenario; only what is not known is simulated.

        Returns
        -------
        DataFrame
            Columns arrangement, replication, outcome, value.
        """
        return self.many([scenario], replications)[0]

    def many(
        self,
        scenarios: Sequence[Scenario],
        replications: Iterable[int],
        progress: Asked = None,
    ) -> list[pd.DataFrame]:
        """Outcomes of several scenarios under the same luck, in their order."""
        numbers = tuple(replications)
        tables = self._tables(scenarios, numbers, progress)
        return [
            pd.concat([t.frame(n) for t, n in zip(row, numbers, strict=True)], ignore_index=True)
            for row in tables
        ]

    def cube(
        self,
        scenarios: Sequence[Scenario],
        replications: Iterable[int],
        progress: Asked = None,
    ) -> Cube:
        """The same as one array; all scenarios must run the same arrangements.

        Returns
        -------
        Cube
            Of mirrored pairs of replications, a pair is one observation.
        """
        numbers = tuple(replications)
        unit = scenarios[0].variance_reduction.unit if scenarios else 1
        return Cube.of(self._tables(scenarios, numbers, progress)).paired(numbers, unit)

    def knows(self, scenario: Scenario, replications: Iterable[int]) -> bool:
        """Whether all of these replications of a scenario are known already."""
        key = key_of(scenario)
        return all(self._recall((key, n)) for n in replications)

    def _tables(
        self, scenarios: Sequence[Scenario], numbers: tuple[int, ...], progress: Asked
    ) -> list[list[Table]]:
        tables = self._single([(s, n) for s in scenarios for n in numbers], progress)
        size = len(numbers)
        return [tables[k * size : (k + 1) * size] for k in range(len(scenarios))]

    def each(
        self, runs: Sequence[tuple[Scenario, int]], progress: Asked = None
    ) -> list[pd.DataFrame]:
        """Outcomes of single replications of any scenarios, in the order asked for."""
        tables = self._single(runs, progress)
        return [t.frame(n) for t, (_, n) in zip(tables, runs, strict=True)]

    def _single(self, runs: Sequence[tuple[Scenario, int]], progress: Asked) -> list[Table]:
        # The same scenario stands in many runs, and its hash takes a while.
        hashes = {id(scenario): key_of(scenario) for scenario, _ in runs}
        addresses = [(hashes[id(scenario)], n) for scenario, n in runs]
        wanted = {at: scenario for at, (scenario, _) in zip(addresses, runs, strict=True)}
        todo = {address: s for address, s in wanted.items() if not self._recall(address)}
        if todo:
            self._simulate(todo, self._told(progress))
        return [self._known[address] for address in addresses]

    def _simulate(self, todo: dict[Address, Scenario], tell: Meter) -> None:
        if self.executor is None and not self.simulated:
            prepare(next(iter(todo.values())), tell.say)
        tell(0, len(todo))
        for done, (address, table) in enumerate(self._run(todo), 1):
            self._keep(address, table)
            tell(done, len(todo))

    def _told(self, progress: Asked) -> Meter:
        """Give who is told of a batch; all batches that name nobody share one."""
        if progress is not None or callable(self.progress):
            return meter(self.progress if progress is None else progress, RUNS)
        if self._meter is None:
            self._meter = meter(self.progress, RUNS)
        return self._meter

    def _run(self, todo: dict[Address, Scenario]) -> Iterator[tuple[Address, Table]]:
        if self.executor is None and (self.workers <= 1 or len(todo) <= 1):
            for address, scenario in todo.items():
                yield address, measured(self.reader, scenario, address[1], self._file(address))
            return
        pool = self.executor or self._processes()
        left = iter(todo.items())
        waiting: dict[Future[Table], Address] = {}
        try:
            with lost_workers():
                yield from self._handed_out(pool, left, waiting)
        finally:
            for future in waiting:
                future.cancel()

    def _handed_out(
        self,
        pool: Executor,
        left: Iterator[tuple[Address, Scenario]],
        waiting: dict[Future[Table], Address],
    ) -> Iterator[tuple[Address, Table]]:
        """Hand out a window of tasks at a time, and give each as it is finished."""
        while True:
            for address, scenario in islice(left, WINDOW * self.workers - len(waiting)):
                bare = scenario.model_copy(update=SINGLE)
                given = (self.reader, bare, address[1], self._file(address))
                waiting[pool.submit(measured, *given)] = address
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(future), future.result()

    def _processes(self) -> Executor:
        if self._pool is None:
            self._pool = local_pool(self.workers)
        return self._pool

    def _recall(self, address: Address) -> bool:
        if address in self._known:
            return True
        file = self._file(address)
        if file is None or not file.is_file():
            return False
        self._known[address] = Table.of(pd.read_parquet(file))
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
        return kept / key[:32] / f"{number}.parquet"


def key_of(scenario: Scenario) -> str:
    """The hash of what a replication depends on: everything but words and how many there are.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    single = scenario.experiment.model_copy(update={"replications": 1})
    bare = scenario.model_copy(update={**SINGLE, "experiment": single})
    return hashlib.sha256(bare.model_dump_json().encode()).hexdigest()


def measured(
    reader: Reader, scenario: Scenario, replication: int, file: Path | None = None
) -> Table:
    """What the reader keeps of one replication, written to a file where one is given."""
    start = time.process_time()
    frame = reader(scenario, replication)
    if file is not None:
        _write(frame, file)
    return replace(Table.of(frame), seconds=time.process_time() - start)


def _write(frame: pd.DataFrame, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and moved, so that an interrupted study leaves no half file.
    beside = file.with_suffix(".part")
    frame.to_parquet(beside, index=False)
    beside.replace(file)
