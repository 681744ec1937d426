"""A cluster of processes on loopback: the bits of a local run, whatever dies while it goes."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sim.base.errors import ScenarioError, WorkersError
from sim.cli.app import app
from sim.experiment import cluster as clusters
from sim.experiment.cluster import cluster
from sim.experiment.elsewhere import Parcel
from sim.experiment.run_folder import RunFolder
from sim.experiment.simulate import gather, one_replication, replicate, simulate
from sim.experiment.store import Store
from tests.experiment.small import tiny

pytest.importorskip("distributed")
ROOT = Path(__file__).parents[2]
SOON = 600.0
"""Seconds after which something that should come is taken not to come at all."""


class Processes:
    """A scheduler and its workers, each a process of its own."""

    def __init__(self, place: Path) -> None:
        self.place, self.running = place, list[subprocess.Popen[bytes]]()
        self.workers = 0
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        host, _, port = self.address.removeprefix("tcp://").partition(":")
        self.start("scheduler", "--host", host, "--port", port)

    def start(self, kind: str, *words: str, root: Path = ROOT) -> subprocess.Popen[bytes]:
        """Start a process with the program that lies in a folder."""
        number = len(self.running)
        command = (sys.executable, "-m", f"distributed.cli.dask_{kind}", *words, "--no-dashboard")
        with (self.place / f"{kind}-{number}.log").open("wb") as log:
            self.running.append(
                subprocess.Popen(
                    command, cwd=self.place, env=os.environ | {"PYTHONPATH": str(root)},
                    stdout=log, stderr=log,
                )
            )  # fmt: skip
        return self.running[-1]

    def worker(self, root: Path = ROOT) -> subprocess.Popen[bytes]:
        """Start a worker, and wait until the scheduler knows it."""
        from distributed import Client

        self.workers += 1
        words = (self.address, "--no-nanny", "--nthreads", "1", "--memory-limit", "4GiB")
        worker = self.start("worker", *words, root=root)
        with Client(self.address, timeout=SOON, set_as_default=False) as client:
            wait_for(lambda: len(client.nthreads()) >= self.workers)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """Kill a worker, as the system does where memory runs out."""
        worker.kill()
        worker.wait()
        self.workers -= 1

    def end(self) -> None:
        """End what was started here."""
        for process in reversed(self.running):
            process.kill()
        for process in self.running:
            process.wait()


def wait_for(is_so: Callable[[], Any]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + SOON
    while not is_so():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Processes]:
    """Give a scheduler without workers."""
    place = tmp_path / "cluster"
    place.mkdir()
    processes = Processes(place)
    yield processes
    processes.end()


def silent(_: str) -> None:
    """Nobody reads it."""


def known(dask_worker: Any = None) -> int:
    """Count parcels that a worker keeps."""
    from sim.experiment.elsewhere import _PARCELS

    del dask_worker
    return len(_PARCELS._kept)


# --- One is killed, and another: the bits are those of a local run -------------------------------


@pytest.mark.full
def test_of_two_workers_one_is_killed_in_mid_run(there: Processes, tmp_path: Path) -> None:
    first, _ = there.worker(), there.worker()
    few = tiny(experiment__replications=24)
    scenarios = [tiny(population__firms=n) for n in (20, 30)]
    with cluster(there.address, silent) as used:
        assert used.places == 2
        given = replicate(few, range(24), executor=used)
        parts = [next(given) for _ in range(3)]
        # One parcel to each of two workers, however many tasks there are.
        assert (used.parcels_sent, set(used._client.run(known).values())) == (2, {1})
        there.kill(first)
        parts += list(given)
        assert used.sent_bytes == used.parcels_sent * len(_parcel_of(few))
        with Store(tmp_path / "there", used.places, used) as store:
            found = store.outcome_array(scenarios, range(2))
    results = gather(few, parts)
    local = simulate(few, workers=1)
    for name in ("outcomes", "series", "banks"):
        assert getattr(results, name).equals(getattr(local, name)), name
    with Store(tmp_path / "here", 1) as store:
        wanted = store.outcome_array(scenarios, range(2))
    assert found.values.tobytes() == wanted.values.tobytes()


def _parcel_of(scenario: Any) -> bytes:
    from functools import partial

    from sim.experiment.observers import packed

    task = partial(one_replication, scenario, keep=(), observers=packed(()))
    return Parcel.of(task).content


@pytest.mark.full
def test_the_last_worker_is_killed_and_nothing_finished_is_lost(
    there: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert clusters.PATIENCE + 2 * clusters.LOOK < 30.0
    monkeypatch.setattr(clusters, "PATIENCE", 2.0)
    monkeypatch.setattr(clusters, "LOOK", 0.5)
    last, folder = there.worker(), tmp_path / "run"
    words = [*SMALL, "--replications", "60", "--scheduler", there.address, "--out", str(folder)]

    def kill() -> None:
        wait_for(lambda: len(RunFolder(folder).numbers()) > 2)
        there.kill(last)

    with ThreadPoolExecutor(1) as aside:
        killing = aside.submit(kill)
        stopped = CliRunner().invoke(app, words)
        killing.result()
    assert stopped.exit_code == 1, stopped.output
    for said in ("no worker is left at", "had no worker for", "replications are kept in"):
        assert said in stopped.stderr
    (again,) = [line for line in stopped.stderr.splitlines() if "--resume" in line]
    assert f"--scheduler {there.address}" in again
    kept = RunFolder(folder).numbers()
    assert 2 < len(kept) < 60
    there.worker()
    CliRunner().invoke(app, [*words, "--quiet", "--resume"], catch_exceptions=False)
    whole = tmp_path / "whole"
    CliRunner().invoke(app, [*SMALL, "--quiet", "--replications", "60", "--out", str(whole)])
    for table in ("outcomes", "series", "banks"):
        name = f"{table}.parquet"
        assert (folder / name).read_bytes() == (whole / name).read_bytes()


SMALL = [
    "run", "three_arrangements", "--set", "population.firms=20",
    "--set", "experiment.warm_up_years=0", "--set", "experiment.settling_years=0",
    "--set", "experiment.horizon_years=1", "--set", 'experiment.arrangements=["plain"]',
    "--set", "experiment.neighbours=[]",
]  # fmt: skip


@pytest.mark.full
def test_a_scheduler_that_is_killed_ends_the_run_in_words(there: Processes) -> None:
    there.worker()
    with cluster(there.address, silent) as used:
        given = replicate(tiny(), range(200), executor=used)
        next(given)
        there.running[0].kill()
        with pytest.raises(WorkersError):
            list(given)


# --- Who is not taken ----------------------------------------------------------------------------


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Give a folder with a program that differs in a comment."""
    root = tmp_path / "other"
    for name in ("sim", "seeds", "scenarios"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    with (root / "sim/engine/settlement.py").open("a", encoding="utf-8") as file:
        file.write("# other\n")
    return root


@pytest.mark.full
def test_a_worker_whose_program_differs_is_refused(
    there: Processes, other: Path, tmp_path: Path
) -> None:
    own = there.worker()
    with cluster(there.address, silent) as used:
        there.worker(other)
        # It came after the others had been looked at: the task itself refuses it.
        there.kill(own)
        with pytest.raises(WorkersError, match="another program: other code"):
            list(replicate(tiny(), range(3), executor=used))
    refused = CliRunner().invoke(
        app, [*SMALL, "--scheduler", there.address, "--out", str(tmp_path / "run")]
    )
    assert refused.exit_code == 2
    assert "1 of 1 workers" in refused.stderr
    assert "other code" in refused.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.full
def test_a_scheduler_without_workers_is_refused(there: Processes) -> None:
    with pytest.raises(ScenarioError, match="has no workers"), cluster(there.address):
        pass


def test_where_no_scheduler_answers_it_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "REACH", 0.2)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(ScenarioError, match="no scheduler that answers"), cluster(address):
            pass
    with pytest.raises(ScenarioError, match="must begin with tcp"), cluster("localhost:8786"):
        pass
