"""A province on a cluster: what one replication costs, and how a schedule of many goes.

``python -m tests.benchmark.province`` prints the schedule of docs/clusters.md; with
``--measure FIRMS`` it measures unit costs at so many firms instead, in processor time.
"""

import heapq
import pickle
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

REPLICATIONS, WORKERS = 10_000, 100
LINK = 125e6
"""Bytes a second of the link of the machine that asks: a gigabit."""


@dataclass(frozen=True)
class Costs:
    """What one replication costs: seconds of a processor, bytes.

    Parameters
    ----------
    opening, lives : float
        Seconds of a worker: until the opening is made, and for the rest.
    spread : float
        Standard deviation of these seconds over their mean.
    start : float
        Seconds until a worker has loaded, or compiled, the rules.
    parcel, task, answer, kept, opening_file : float
        Bytes: of the parcel, which each worker is sent once; of a task; of what comes back; of
        the file that is kept here; of the opening on the worker's disk.
    own : float
        Seconds of the machine that asks: to hand out a task, to read what comes back and write it.
    memory : float
        GiB of a worker at its highest.
    """

    opening: float
    lives: float
    spread: float
    start: float
    parcel: float
    task: float
    answer: float
    kept: float
    opening_file: float
    own: float
    memory: float


# --- What is measured ----------------------------------------------------------------------------


def measure(firms: int, replications: int = 2) -> Costs:
    """Measure unit costs of the shipped comparison with so many firms, in this process."""
    from sim.experiment.elsewhere import Parcel, at_work
    from sim.experiment.openings import make
    from sim.experiment.replication_file import kept
    from sim.experiment.run_folder import RunFolder
    from sim.experiment.simulate import one_replication, warm_up
    from sim.scenario.scenario import load_scenario

    scenario = load_scenario("shipped:three_arrangements", [f"population.firms={firms}"])
    started = time.process_time()
    warm_up(scenario)
    start = time.process_time() - started
    openings, lives, own, sizes = [], [], [], []
    parcel = Parcel.of(_Task(scenario))
    for number in range(replications):
        began = time.process_time()
        opening_file = make(scenario, number)
        openings.append(time.process_time() - began)
        began = time.process_time()
        part = one_replication(scenario, number)
        lives.append(time.process_time() - began)
        answer = pickle.dumps(part)
        with tempfile.TemporaryDirectory() as place:
            folder, began = RunFolder(Path(place)), time.process_time()
            folder.write_replication(kept(pickle.loads(answer), "0" * 64))
            own.append(time.process_time() - began)
            files = [file.stat().st_size for file in Path(place).rglob("*") if file.is_file()]
        sizes.append((len(answer), sum(files), opening_file))
    task = pickle.dumps((at_work, "0" * 16, parcel.digest, None, 0))
    answers, files, kept_openings = (sum(each) / replications for each in zip(*sizes, strict=True))
    return Costs(
        sum(openings) / replications, sum(lives) / replications, _spread(lives), start,
        len(parcel.content), len(task), answers, files, kept_openings,
        sum(own) / replications, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    )  # fmt: skip


@dataclass(frozen=True)
class _Task:
    """Stands for the task of a replication, which holds the scenario."""

    scenario: object

    def __call__(self, number: int) -> int:
        return number


def _spread(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    return float((squares / max(len(values) - 1, 1)) ** 0.5 / mean)


# --- How many of them go side by side: a schedule that is simulated ------------------------------


@dataclass(frozen=True)
class Schedule:
    """How a run of many replications went.

    Parameters
    ----------
    hours : float
        From the first task that is handed out to the last answer that is kept.
    efficiency : float
        Seconds of work over workers times seconds, from 0 to 1.
    asker : float
        Share of the time in which the machine that asks was busy.
    sent, received, kept : float
        GB that went out and came back, and GB of files in the folder of the run.
    """

    workers: int
    hours: float
    efficiency: float
    asker: float
    sent: float
    received: float
    kept: float


def schedule(
    costs: Costs, replications: int = REPLICATIONS, workers: int = WORKERS, seed: int = 0
) -> Schedule:
    """Simulate how tasks go to workers, and answers come back to one machine that reads them.

    Each worker has some tasks waiting, so that it idles only where that machine falls behind, at
    the start while rules are loaded, and at the end when nothing is left.
    """
    from sim.experiment.elsewhere import WINDOW

    luck, each = Random(seed), costs.opening + costs.lives
    shape = 1.0 / costs.spread**2
    first = min(replications, WINDOW * workers)
    # Busy until here: everybody is sent the parcel, and the first tasks.
    asker = busy = (workers * costs.parcel + first * costs.task) / LINK
    ready, left = [asker] * first, replications - first
    ready.reverse()
    free = [(asker + costs.start, worker) for worker in range(workers)]
    heapq.heapify(free)
    running: list[tuple[float, int]] = []
    worked = 0.0
    for _ in range(replications):
        while ready and free:
            took = luck.gammavariate(shape, each / shape)
            worked += took
            when, worker = heapq.heappop(free)
            heapq.heappush(running, (max(when, ready.pop()) + took, worker))
        when, worker = heapq.heappop(running)
        handled = costs.own + costs.answer / LINK + (left > 0) * costs.task / LINK
        asker, busy = max(asker, when) + handled, busy + handled
        heapq.heappush(free, (when, worker))
        if left:
            left -= 1
            ready.insert(0, asker)
    sent = workers * costs.parcel + replications * costs.task
    return Schedule(
        workers, asker / 3600.0, worked / (workers * asker), busy / asker,
        sent / 1e9, replications * costs.answer / 1e9, replications * costs.kept / 1e9,
    )  # fmt: skip


def at_firms(costs: Costs, firms: float, of: float) -> Costs:
    """Give costs at another number of firms: lives and openings grow with it, tables do not."""
    factor = firms / of
    return replace(
        costs, opening=costs.opening * factor, lives=costs.lives * factor,
        opening_file=costs.opening_file * factor,
    )  # fmt: skip


MEASURED_AT = 20_000
MEASURED = Costs(
    opening=16.2, lives=63.0, spread=0.104, start=0.52, parcel=20_931, task=111,
    answer=2_397_951, kept=897_347, opening_file=36_791_185, own=0.0262, memory=2.62,
)  # fmt: skip
"""What `measure` gave on 1 December 2026 at so many firms; the spread and the seconds of the
machine that asks are those of three replications of 2,500 firms, of 0.67 GiB."""
PROVINCE_FIRMS = 89_000
PROVINCE = replace(at_firms(MEASURED, PROVINCE_FIRMS, MEASURED_AT), start=26.5, memory=10.3)
"""The same for a province: the rules compiled anew, memory along the line through both sizes."""
NUMBERS = (1, 10, 50, 100, 200, 400, 1000)
"""Workers in the table of the page."""


def rows(costs: Costs, numbers: Sequence[int]) -> list[str]:
    """Write the schedules of several numbers of workers as rows of a table."""
    found = [schedule(costs, REPLICATIONS, number) for number in numbers]
    return [
        f"| {one.workers} | {one.hours:,.1f} | {one.efficiency:.1%} | {one.asker:.2%} |"
        f" {one.sent:.2f} | {one.received:.1f} | {one.kept:.1f} |"
        for one in found
    ]


def main(words: Sequence[str]) -> None:
    """Print measured costs, or the schedule of the page."""
    if words[:1] == ["--measure"]:
        print(measure(int(words[1])))
        return
    for row in rows(PROVINCE, NUMBERS):
        print(row)


if __name__ == "__main__":
    main(sys.argv[1:])
