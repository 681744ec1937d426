"""Kill runs at random moments and let them go on; break what can break; keep a log of it.

``python -m tests.house.kills`` writes ``tests/house/kills.log``: 100 kills over an ensemble,
a merge, a report and a study, and each other fault once. After every kill no process may stay,
the manifest may vouch for no file that is not whole, and no finished replication may be gone;
in the end tables are those of a run that nobody disturbed, to the last byte.
"""

import importlib
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sim.base.files import digest_of_file
from sim.experiment.run_folder import RunFolder

LOG = Path(__file__).with_name("kills.log")
SCENARIO = f"""\
extends = "{Path(__file__).parents[2] / "scenarios/three_arrangements.toml"}"
[population]
firms = 30
initial_share = 1.0
[experiment]
warm_up_years = 0.0
horizon_years = 1.0
replications = 24
arrangements = ["plain", "revenue_swap"]
"""
MARK = "CROSSCYCLE_KILL_TRIAL"
WAIT = 20.0
"""Seconds within which everything that a killed process has started must have ended."""

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([
    "tests.house.kills", "sim.cli.app", "sim.experiment.simulate", "sim.report.report",
])  # fmt: skip


# --- A command in a process of its own, that can be killed ---------------------------------------


def _command(words: tuple[str, ...], place: Path, environment: Mapping[str, str]) -> None:
    """What the process does: a command of the command line, with its words in a file."""
    with (place / "output.txt").open("w", encoding="utf-8") as output:
        for stream in (1, 2):
            os.dup2(output.fileno(), stream)
    os.environ |= environment
    # A command, not a script that each of its processes would read anew.
    sys.modules["__main__"] = importlib.import_module("sim.__main__")
    sys.argv = ["sim", *words]
    from sim.cli.app import main

    _make_pages_light()
    try:
        main()
    finally:
        # As any program does at its end: threads first, and then what waits for processes.
        threading._shutdown()  # type: ignore[attr-defined]


def _make_pages_light() -> None:
    """Pages and drawings of a few bytes: they take most of the time, and are files like others."""
    from sim.cli import findings
    from sim.report import explore_data, report

    def draw(folder: Path, *_: Any) -> dict[str, Any]:
        folder.mkdir()
        (folder / "one.svg").write_text("<svg/>", encoding="utf-8")
        return {}

    def write(page: Path, **parts: Any) -> None:
        studies = [study.findings.title for study in parts["studies"]]
        page.write_text(f"{parts['results']!r} {studies}", encoding="utf-8")

    findings.write_figures, report.write_report = draw, write
    explore_data.explored = lambda outcomes, _: outcomes.frame()


def start(words: tuple[str, ...], place: Path, **environment: str) -> Any:
    """Begin a command; its processes carry a mark by which they can be found."""
    marked = environment | {MARK: str(place)}
    process = CONTEXT.Process(target=_command, args=(words, place, marked))
    process.start()
    return process


def run(words: tuple[str, ...], place: Path, **environment: str) -> int:
    """Run a command to its end and give its exit code."""
    process = start(words, place, **environment)
    process.join()
    return int(process.exitcode)


def said(place: Path) -> str:
    """What the last command has printed."""
    return (place / "output.txt").read_text(encoding="utf-8")


def processes(place: Path) -> list[int]:
    """Processes that a command has started, found by their mark where the system lists them."""
    mark, found = f"{MARK}={place}\0".encode(), []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes() and int(folder.name) != os.getpid():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def wait_for(is_so: Callable[[], bool]) -> bool:
    """Wait until something is so; False if it is not in time."""
    end = time.monotonic() + WAIT
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


# --- What must hold after every kill, and in the end ---------------------------------------------


def tables(folder: Path) -> dict[str, bytes]:
    """The bytes of all tables, also those of studies."""
    files = [*folder.glob("*.parquet"), *folder.glob("studies/*/*.csv")]
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(files)}


def check_after(place: Path, folder: RunFolder, before: Mapping[str, str]) -> dict[str, str]:
    """See that a kill has left no process, no lie and no gap; give what is finished now."""
    assert wait_for(lambda: not processes(place)), f"processes stay: {processes(place)}"
    assert [str(problem) for problem in folder.problems()] == []
    finished = _finished(folder.path)
    assert before.items() <= finished.items(), "a finished replication was lost or made again"
    return finished


def _finished(folder: Path) -> dict[str, str]:
    kept = [*folder.glob("replications/*.replication"), *folder.glob("studies/.runs/**/*.sealed")]
    return {str(file.relative_to(folder)): digest_of_file(file) for file in kept}


def check_end(folder: RunFolder, wanted: Mapping[str, bytes]) -> None:
    """See that a folder is as if nobody had disturbed it, and holds nothing else."""
    assert tables(folder.path) == wanted, "tables differ from those of the straight run"
    left = [str(f) for f in folder.path.rglob("*") if f.name.startswith((".writing-", ".lock"))]
    assert left == []
    assert [str(problem) for problem in folder.problems()] == []


@dataclass
class Trial:
    """A command that is killed again and again, and what it gives if it is not."""

    place: Path
    name: str
    words: tuple[str, ...]
    folder: RunFolder
    wanted: Mapping[str, bytes]
    seconds: float
    chance: random.Random
    say: Callable[[str], None]
    finished: dict[str, str] = field(default_factory=dict)

    def kill(self) -> None:
        """Begin, or go on, and kill at a random moment; again where it was done before that."""
        while True:
            number = self.chance.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
            begun = time.monotonic()
            process = start(self._with_workers(), self.place)
            self._wait(process)
            if process.is_alive():
                os.kill(process.pid, number)
            process.join()
            self.finished = check_after(self.place, self.folder, self.finished)
            if process.exitcode != 0:
                break
            self.begin_anew()
        took, how = time.monotonic() - begun, signal.Signals(number).name
        kept = f"{len(self.finished)} replications kept"
        self.say(f"{self.name}: {how} after {took:.2f} s, exit {process.exitcode}, {kept}")

    def _wait(self, process: Any) -> None:
        """Wait for some seconds, or until some replications more are finished."""
        if self.chance.random() < 0.5 or self.name == "report":
            process.join(self.chance.random() * self.seconds)
            return
        wanted = len(self.finished) + self.chance.randint(1, 6)
        while process.is_alive() and len(_finished(self.folder.path)) < wanted:
            time.sleep(0.002)

    def _with_workers(self) -> tuple[str, ...]:
        """Mostly one worker: others take longer to begin than to simulate."""
        if self.name in ("merge", "report"):
            return self.words
        return (*self.words, "--workers", self.chance.choice("1112"))

    def begin_anew(self) -> None:
        """See that what is done is as it should be, and leave nothing of it."""
        check_end(self.folder, self.wanted)
        if self.name != "report":
            shutil.rmtree(self.folder.path)
            self.finished = {}

    def end(self) -> None:
        """Let it go on to its end."""
        code = run(self._with_workers(), self.place)
        assert code == 0, said(self.place)
        check_after(self.place, self.folder, self.finished)
        self.begin_anew()
        self.say(f"{self.name}: went on to the tables of the straight run, byte by byte")


def timed(words: tuple[str, ...], place: Path) -> float:
    """Run a command to its end and give the seconds it took."""
    begun = time.monotonic()
    code = run(words, place)
    assert code == 0, said(place)
    return time.monotonic() - begun


def trials(
    place: Path, chance: random.Random, say: Callable[[str], None], shards: int
) -> list[Trial]:
    """The four commands, each with a folder of its own and what it gives undisturbed."""
    scenario, whole = str(place / "small.toml"), str(place / "straight")
    Path(scenario).write_text(SCENARIO, encoding="utf-8")
    ensemble = ("run", scenario, "--quiet")
    study = (
        "sweep", scenario, "--vary", "equity_market.opening_winter_share=0.1:0.3",
        "--replications", "2", "--points", "3", "--outcomes", "bank.profit", "--quiet", "--yes",
    )  # fmt: skip
    took = (
        timed((*ensemble, "--workers", "1", "--out", whole), place),
        timed(("report", whole, "--quiet"), place),
    )
    parts = [whole] if shards == 1 else [str(place / f"part-{n + 1}") for n in range(shards)]
    for number, part in enumerate(parts, 1) if shards > 1 else ():
        timed((*ensemble, "--shard", f"{number}/{shards}", "--out", part), place)
    studied = timed((*study, "--workers", "1", "--out", str(place / "studied")), place)
    wanted = tables(place / "straight"), tables(place / "studied")
    commands = {
        "ensemble": ((*ensemble, "--resume"), wanted[0], took[0]),
        "merge": (("merge", *parts, "--quiet"), wanted[0], took[1]),
        "study": (study, wanted[1], studied),
    }
    made = [
        Trial(
            place, name, (*words, "--out", str(place / name)), RunFolder(place / name),
            end, seconds, chance, say,
        )
        for name, (words, end, seconds) in commands.items()
    ]  # fmt: skip
    report, folder = ("report", whole, "--quiet"), RunFolder(Path(whole))
    made.append(Trial(place, "report", report, folder, wanted[0], took[1], chance, say))
    return made


def kill_all(
    place: Path, kills: int, say: Callable[[str], None], shards: int = 3, seed: int = 1
) -> None:
    """Kill the four commands in turn, and let each end after every fifth of its kills."""
    each = trials(place, random.Random(seed), say, shards)
    for count in range(kills):
        trial = each[count % len(each)]
        trial.kill()
        if count // len(each) % 5 == 4:
            trial.end()
    for trial in each:
        trial.end()


# --- Each other fault once -----------------------------------------------------------------------


def faults(place: Path, say: Callable[[str], None]) -> None:
    """Break each thing that a run meets; `place` holds the scenario and the straight run."""
    wanted = tables(place / "straight")
    for fault in FAULTS:
        said_of = fault(place, wanted)
        say(f"{fault.__name__}: {said_of}")


def _words(place: Path, out: Path, *more: str) -> tuple[str, ...]:
    return ("run", str(place / "small.toml"), "--quiet", "--out", str(out), *more)


def _goes_on(place: Path, out: Path, wanted: Mapping[str, bytes], before: dict[str, str]) -> str:
    code = run(_words(place, out, "--resume", "--workers", "1"), place)
    assert code == 0, said(place)
    check_after(place, RunFolder(out), before)
    check_end(RunFolder(out), wanted)
    return f"{len(before)} replications kept, and the tables of the straight run in the end"


def worker_killed(place: Path, wanted: Mapping[str, bytes]) -> str:
    """As the system does where memory runs out."""
    out = place / "worker"
    process = start(_words(place, out, "--workers", "2"), place)
    wait_for(lambda: len(_finished(out)) > 0)
    for worker in _workers(place):
        os.kill(worker, signal.SIGKILL)
    process.join()
    assert process.exitcode == 1, said(place)
    assert "are kept in" in said(place)
    assert "--resume" in said(place)
    return _goes_on(place, out, wanted, check_after(place, RunFolder(out), {}))


def _workers(place: Path) -> list[int]:
    """Processes that others of the same mark have started: those that simulate."""
    parents = {number: _parent(number) for number in processes(place)}
    return [number for number, parent in parents.items() if parent in parents]


def _parent(number: int) -> int:
    stat = Path(f"/proc/{number}/stat").read_text(encoding="utf-8")
    return int(stat.rpartition(")")[2].split()[1])


def disk_full(place: Path, wanted: Mapping[str, bytes]) -> str:
    """A file system of its own, with room for a few replications."""
    out = place / "disk"
    out.mkdir()
    small = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(out)]
    if subprocess.run(small, check=False, capture_output=True).returncode:
        return "not tried; no file system can be mounted here"
    try:
        assert run(_words(place, out / "run", "--workers", "1"), place) == 1, said(place)
        assert "no space left on device" in said(place)
        before = check_after(place, RunFolder(out / "run"), {})
        subprocess.run(["mount", "-o", "remount,size=9m", str(out)], check=True)
        return _goes_on(place, out / "run", wanted, before)
    finally:
        subprocess.run(["umount", str(out)], check=True)


def not_writable(place: Path, wanted: Mapping[str, bytes]) -> str:
    """A place where nobody can write, found before anything is simulated."""
    assert wanted
    assert run(_words(place, Path("/proc/run")), place) == 1
    assert "/proc/run" in said(place)
    assert "replications" not in said(place)
    return "told before the first replication"


def two_at_once(place: Path, wanted: Mapping[str, bytes]) -> str:
    """The second is refused, the first goes on."""
    out = place / "two"
    process = start(_words(place, out, "--workers", "1"), place)
    wait_for((out / ".lock").exists)
    os.kill(process.pid, signal.SIGSTOP)
    assert run(_words(place, out, "--workers", "1"), place) == 2, said(place)
    assert "is in use by process" in said(place)
    os.kill(process.pid, signal.SIGCONT)
    process.join()
    assert process.exitcode == 0
    check_end(RunFolder(out), wanted)
    return "the second was refused"


def another_seed(place: Path, wanted: Mapping[str, bytes]) -> str:
    """Another seed into a finished folder is refused."""
    assert run(_words(place, place / "straight", "--seed", "9"), place) == 2
    assert "experiment.seed differs" in said(place)
    check_end(RunFolder(place / "straight"), wanted)
    return "refused"


def fewer(place: Path, wanted: Mapping[str, bytes]) -> str:
    """A smaller number than is there is refused where nobody can answer."""
    words = _words(place, place / "straight", "--replications", "3", "--resume")
    assert run(words, place) == 2
    assert "and 3 are asked for" in said(place)
    check_end(RunFolder(place / "straight"), wanted)
    return "refused"


def extended(place: Path, wanted: Mapping[str, bytes]) -> str:
    """Some replications first, and then all."""
    out = place / "extended"
    assert run(_words(place, out, "--replications", "5"), place) == 0, said(place)
    return _goes_on(place, out, wanted, check_after(place, RunFolder(out), {}))


def sharded(place: Path, wanted: Mapping[str, bytes]) -> str:
    """Three shards by one, two and eight workers, merged."""
    parts = [str(place / f"shard-{n}") for n in (1, 2, 3)]
    for number, (part, workers) in enumerate(zip(parts, "128", strict=True), 1):
        words = _words(place, Path(part), "--shard", f"{number}/3", "--workers", workers)
        assert run(words, place) == 0, said(place)
    assert run(("merge", *parts, "--quiet", "--out", str(place / "all")), place) == 0, said(place)
    check_end(RunFolder(place / "all"), wanted)
    return "three shards by 1, 2 and 8 workers give the tables of the straight run"


def interpreted(place: Path, wanted: Mapping[str, bytes]) -> str:
    """Rules that are not compiled."""
    out = place / "interpreted"
    words = [sys.executable, "-m", "sim", *_words(place, out, "--workers", "1")]
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    subprocess.run(words, check=True, capture_output=True, env=environment)
    check_end(RunFolder(out), wanted)
    return "the tables of the straight run"


FAULTS = (
    worker_killed, disk_full, not_writable, two_at_once, another_seed, fewer, extended, sharded,
    interpreted,
)  # fmt: skip


def main(kills: int = 100, seed: int = 1) -> None:
    """Kill, break, and keep the log."""
    lines = [f"{kills} kills and each other fault once: python -m tests.house.kills"]

    def say(text: str) -> None:
        lines.append(text)
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    with TemporaryDirectory() as place:
        kill_all(Path(place), kills, say, seed=seed)
        faults(Path(place), say)
    LOG.write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    # As a module of its own, which the processes that are killed find by its name.
    importlib.import_module("tests.house.kills").main(*map(int, sys.argv[1:]))
