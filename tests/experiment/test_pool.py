"""Processes that die are told in words, not as a traceback of the pool."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sim.base.errors import WorkersError
from sim.experiment.simulate import local_pool, replicate
from tests.experiment.small import tiny

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sim

study = sim.load_scenario("scenarios/three_arrangements.toml").with_values({
    "population.firms": 20, "experiment.replications": 2, "experiment.warm_up_years": 0.0,
    "experiment.horizon_years": 1.0, "experiment.arrangements": ["plain"],
})
try:
    sim.simulate(study, workers=2)
except sim.SimError as error:
    print(error)
"""


def test_a_script_that_starts_itself_anew_is_told_how_to_be_written(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("workers\n")
    assert 'if __name__ == "__main__":' in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process")
def test_what_is_finished_when_a_worker_dies_is_given_before_it_is_told() -> None:
    with local_pool(1) as pool:
        given = replicate(tiny(), range(40), executor=pool)
        numbers = [next(given).replication]
        (worker,) = pool._processes
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(WorkersError, match="ended before they had finished"):
            numbers += [one.replication for one in given]
    assert sorted(numbers) == list(range(len(numbers)))
    assert len(numbers) < 40


class NoMemory(ThreadPoolExecutor):
    """Workers of which the second replication has no memory left."""

    def submit(self, run: Any, *given: Any) -> Future[Any]:
        if next(one for one in given if isinstance(one, int)) == 1:
            future: Future[Any] = Future()
            future.set_exception(MemoryError())
            return future
        return super().submit(run, *given)


def test_where_memory_runs_out_it_is_told_how_to_need_less() -> None:
    with NoMemory(1) as pool, pytest.raises(WorkersError, match="take fewer workers"):
        list(replicate(tiny(), range(3), executor=pool))


ORPHANS = """
from sim.experiment.simulate import local_pool
import os, time

if __name__ == "__main__":
    pool = local_pool(2)
    print(*{pool.submit(os.getpid).result() for _ in range(2)}, flush=True)
    pool.submit(time.sleep, 600.0)
    time.sleep(600.0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process")
def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(ORPHANS, encoding="utf-8")
    parent = subprocess.Popen(
        [sys.executable, str(script)],
        cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert parent.stdout is not None
    workers = [int(word) for word in parent.stdout.readline().split()]
    assert workers
    parent.kill()
    parent.wait()
    parent.stdout.close()
    end = time.monotonic() + 60.0
    while any(map(is_alive, workers)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(is_alive, workers))


def is_alive(process: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has asked for does not."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")
    return not (stat.exists() and stat.read_text(encoding="utf-8").rpartition(")")[2][1] == "Z")
