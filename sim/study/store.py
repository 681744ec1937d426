"""Runs of a study, kept by scenario and replication, so that nothing is simulated twice.

One pool of processes serves a whole study. A worker measures outcomes alone, without the
series and tables that a report needs, and writes its own file, so that the parent has next
to nothing to do but hand out work.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd

from sim.experiment.run import freeze, local_pool, worlds
from sim.outcomes.mark import evaluate
from sim.scenario.model import Scenario
from sim.state.history import History
from sim.study.cube import Cube, Table
from sim.study.version import program_digest

Progress = Callable[[int, int], None]
"""Told how many runs are done, of how many."""

Read = Callable[[History, History], Mapping[str, float]]
"""Gives numbers of a history, told the baseline's history too, by name."""

Address = tuple[str, int]
"""Hash of a scenario, and a replication."""

WINDOW = 8
"""Tasks handed out at a time for each worker: enough never to wait, few enough to stop."""
SINGLE = {"title": "", "question": "", "sources": {}}
"""Words that no replication depends on."""


@dataclass
class Store:
    """Outcomes of replications, by the hash of the scenario that gave them.

    Parameters
    ----------
    folder : Path, optional
        Where they are kept between sessions; in memory only by default. Files of another
        version of the program are passed over.
    workers : int
        Processes that simulate side by side.
    executor : concurrent.futures.Executor, optional
        Where to run instead of local processes.
    progress : callable, optional
        Told how many runs of each batch are done, of how many, unless the batch names one
        of its own.
    measure : callable
        Simulates one replication, keeps it in a file and gives its numbers; all outcomes by
        default. A folder serves one such function.

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
    progress: Progress | None = None
    measure: "Measure" = field(default_factory=lambda: measured, repr=False)
    simulated: int = 0
    seconds: float = 0.0
    _known: dict[Address, Table] = field(default_factory=dict, repr=False)
    _pool: Executor | None = field(default=None, repr=False)

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

    def outcomes(self, scenario: Scenario, replications: Iterable[int]) -> pd.DataFrame:
        """Outcomes of one scenario; only what is not known is simulated.

        Parameters
        ----------
        scenario : Scenario
        replications : iterable of int

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
        progress: Progress | None = None,
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
        progress: Progress | None = None,
    ) -> Cube:
        """The same as one array; all scenarios must run the same arrangements.

        Returns
        -------
        Cube
        """
        return Cube.of(self._tables(scenarios, tuple(replications), progress))

    def _tables(
        self, scenarios: Sequence[Scenario], numbers: tuple[int, ...], progress: Progress | None
    ) -> list[list[Table]]:
        keys = [key_of(scenario) for scenario in scenarios]
        wanted = {(key, n): s for key, s in zip(keys, scenarios, strict=True) for n in numbers}
        todo = {address: s for address, s in wanted.items() if not self._recall(address)}
        tell = progress or self.progress
        for done, (address, table) in enumerate(self._run(todo), 1):
            self._keep(address, table)
            if tell is not None:
                tell(done, len(todo))
        return [[self._known[key, n] for n in numbers] for key in keys]

    def knows(self, scenario: Scenario, replications: Iterable[int]) -> bool:
        """Whether all of these replications of a scenario are known already."""
        key = key_of(scenario)
        return all(self._recall((key, n)) for n in replications)

    def _run(self, todo: dict[Address, Scenario]) -> Iterator[tuple[Address, Table]]:
        if self.executor is None and (self.workers <= 1 or len(todo) <= 1):
            for address, scenario in todo.items():
                yield address, self.measure(scenario, address[1], self._file(address))
            return
        pool = self.executor or self._processes()
        left = iter(todo.items())
        waiting: dict[Future[Table], Address] = {}
        try:
            while True:
                for address, scenario in islice(left, WINDOW * self.workers - len(waiting)):
                    bare = scenario.model_copy(update=SINGLE)
                    task = pool.submit(self.measure, bare, address[1], self._file(address))
                    waiting[task] = address
                if not waiting:
                    return
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    yield waiting.pop(future), future.result()
        finally:
            for future in waiting:
                future.cancel()

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
        digest = program_digest()
        root = self.folder if self.folder.name == digest else self.folder / digest
        return root / key[:32] / f"{number}.parquet"


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
    scenario: Scenario, replication: int, file: Path | None = None, read: Read = evaluate
) -> Table:
    """All outcomes of one replication, and nothing else of it.

    Parameters
    ----------
    scenario : Scenario
    replication : int
    file : Path, optional
        Where to keep them.
    read : callable
        What to read of each history instead.

    Returns
    -------
    Table
    """
    start = time.process_time()
    names, rows = [], []
    baseline = None
    for world in worlds(scenario, replication):
        history = freeze(world)
        baseline = history if baseline is None else baseline
        names.append(world.name)
        rows.append(read(history, baseline))
    values = np.array([list(row.values()) for row in rows])
    if file is not None:
        write_table(Table(tuple(names), tuple(rows[0]), values).frame(replication), file)
    return Table(tuple(names), tuple(rows[0]), values, time.process_time() - start)


Measure = Callable[[Scenario, int, Path | None], Table]
"""Simulates one replication of a scenario and keeps its numbers in the file, if one is named."""


def write_table(frame: pd.DataFrame, file: Path) -> None:
    """Keep the numbers of a replication in a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and moved, so that an interrupted study leaves no half file.
    beside = file.with_suffix(".part")
    frame.to_parquet(beside, index=False)
    beside.replace(file)
