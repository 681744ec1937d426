"""Runs of a study, kept by scenario and replication, so that nothing is simulated twice."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from sim.experiment.run import OUTCOME_COLUMNS, local_pool, one_replication
from sim.scenario.dump import fingerprint
from sim.scenario.model import Scenario

Progress = Callable[[int, int], None]
"""Told how many runs are done, of how many."""


@dataclass
class Store:
    """Outcomes of replications, by the hash of the scenario that gave them.

    Parameters
    ----------
    folder : Path, optional
        Where they are kept between sessions; in memory only by default.
    workers : int
        Processes that simulate side by side.
    executor : concurrent.futures.Executor, optional
        Where to simulate instead of local processes.
    prepare : callable, optional
        Called with the scenario before the first simulation, never if all is known.
    """

    folder: Path | None = None
    workers: int = 1
    executor: Executor | None = None
    prepare: Callable[[Scenario], None] | None = None
    simulated: int = 0
    _known: dict[tuple[str, int], pd.DataFrame] = field(default_factory=dict)

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
        runs = [(scenario, n) for scenario in scenarios for n in numbers]
        frames = self.each(runs, progress)
        size = len(numbers)
        return [
            pd.concat(frames[n * size : (n + 1) * size], ignore_index=True)
            for n in range(len(scenarios))
        ]

    def each(
        self, runs: Sequence[tuple[Scenario, int]], progress: Progress | None = None
    ) -> list[pd.DataFrame]:
        """Outcomes of single replications of any scenarios, in the order asked for."""
        addresses = [(key_of(scenario), n) for scenario, n in runs]
        wanted = {at: scenario for at, (scenario, _) in zip(addresses, runs, strict=True)}
        todo = {address: s for address, s in wanted.items() if not self._recall(address)}
        for done, (address, frame) in enumerate(self._run(todo), 1):
            self._keep(address, frame)
            if progress is not None:
                progress(done, len(todo))
        return [self._known[address] for address in addresses]

    def _run(
        self, todo: dict[tuple[str, int], Scenario]
    ) -> Iterable[tuple[tuple[str, int], pd.DataFrame]]:
        if todo and self.prepare is not None and not self.simulated:
            self.prepare(next(iter(todo.values())))
        if self.executor is None and (self.workers <= 1 or len(todo) <= 1):
            for address, scenario in todo.items():
                yield address, outcomes_of(scenario, address[1])
            return
        pool = self.executor or local_pool(min(self.workers, len(todo)))
        try:
            waiting = {pool.submit(outcomes_of, s, at[1]): at for at, s in todo.items()}
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        finally:
            if self.executor is None:
                pool.shutdown(wait=False, cancel_futures=True)

    def _recall(self, address: tuple[str, int]) -> bool:
        if address in self._known:
            return True
        file = self._file(address)
        if file is None or not file.is_file():
            return False
        self._known[address] = pd.read_parquet(file)
        return True

    def _keep(self, address: tuple[str, int], frame: pd.DataFrame) -> None:
        self.simulated += 1
        self._known[address] = frame
        file = self._file(address)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            # Written beside and moved, so that an interrupted study leaves no half file.
            beside = file.with_suffix(".part")
            frame.to_parquet(beside, index=False)
            beside.replace(file)

    def _file(self, address: tuple[str, int]) -> Path | None:
        key, number = address
        return None if self.folder is None else self.folder / key / f"{number}.parquet"


def key_of(scenario: Scenario) -> str:
    """The hash of what a replication depends on: everything but how many there are."""
    return fingerprint(scenario.with_values({"experiment.replications": 1}))


def outcomes_of(scenario: Scenario, replication: int) -> pd.DataFrame:
    """All outcomes of one replication, columns arrangement, replication, outcome, value."""
    return one_replication(scenario, replication).outcomes[list(OUTCOME_COLUMNS)]
