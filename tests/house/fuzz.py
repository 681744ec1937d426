"""Throw mutated inputs at what reads files of strangers; each must be read, or refused in words.

``nice python -m tests.house.fuzz`` tries 200,000 and writes ``tests/house/fuzz.log``. A traceback,
more than five seconds of processor time for one input, or more than 1 GiB of memory is a fault.
"""

import json
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.base.errors import SimError
from sim.base.files import digest_of, write_sealed
from sim.experiment.replication_file import Replication, schema, to_bytes
from sim.experiment.run_folder import RunFolder
from sim.experiment.stored_table import StoredTable
from sim.scenario.check import validate
from sim.scenario.edit import assign_texts
from sim.scenario.read import RawScenario, read_steps, resolve
from sim.scenario.scenario import load_scenario
from tests.scenario.broken import cases
from tests.scenario.standin import GOOD, StandIn

LOG = Path(__file__).with_name("fuzz.log")
WHOLE = 200_000
SECONDS, BYTES = 5.0, 2**30
"""Processor time and memory that one input may take."""
SHARES = {"loader": 40, "whole scenario": 1, "setting": 25, "table of steps": 14, "run folder": 20}
"""How often each kind comes, in parts of a hundred."""
TOKENS = (
    b"[", b"]", b"[[", b"{", b"}", b'"', b"'", b'"""', b"'''", b"=", b",", b".", b"\n", b"\r\n",
    b"#", b"\0", b"\\u0000", b"\\", b"\xff", b"\xef\xbb\xbf", "２".encode(), "\u202e".encode(),
    b"nan", b"-inf", b"1e999", b"-1", b"0", b"9" * 40, b"9" * 200, b"0x", b"true", b"2025-02-30",
    b"extends = 'x.toml'\n", b"kind", b"experiment", b"[0]", b"a." * 30, b"[" * 40, b"{a=" * 30,
    b"/dev/zero", b"../", b"$x$", b"=1+1", b"<b>", b"[bold]",
)  # fmt: skip

LEGAL = b"""\
extends = "shipped:base/china_technology"
[experiment]
seed = 7
horizon_years = 3.0
start_date = 2026-01-01
[lifecycle]
progress_hazard = [0.3, 0.2, 0.1, 0.0]
[arrangement.a]
tenor = { kind = "term", years = 2.0 }
"""


def mutated(content: bytes, draw: random.Random) -> bytes:
    """Change a text in one to six places."""
    found = bytearray(content)
    for _ in range(draw.choice((1, 1, 1, 2, 3, 6))):
        at, end = sorted(draw.randint(0, len(found)) for _ in range(2))
        end = min(end, at + 40)
        match draw.randrange(6):
            case 0:
                found[at:at] = draw.choice(TOKENS)
            case 1:
                del found[at:end]
            case 2:
                found[at:at] = found[at:end] * draw.choice((1, 2, 50))
            case 3:
                found[at:end] = draw.choice(TOKENS)
            case 4 if found:
                found[draw.randrange(len(found))] ^= 1 << draw.randrange(8)
            case _ if found:
                found[draw.randrange(len(found))] = draw.choice(b"0123456789abc \n")
    return bytes(found)


# --- What is tried ------------------------------------------------------------------------------


@dataclass
class Targets:
    """Reads one input of each kind, in a folder of its own."""

    folder: Path
    draw: random.Random
    texts: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.texts = [
            json.loads(line[2:]).encode("utf-8", "surrogateescape")
            for case in cases()
            for line in case.given
            if line[0] in ">+"
        ]
        (self.folder / "base.toml").write_text(GOOD, encoding="utf-8")
        self.base = resolve(self.folder / "base.toml")
        columns = {
            one.name: ["a"] if one.type == pa.string() else np.ones(1, one.type.to_pandas_dtype())
            for one in schema("outcomes")
        }
        self.table = pa.table(columns, schema=schema("outcomes"))
        sink = BytesIO()
        pq.write_table(self.table, sink)
        self.parquet = sink.getvalue()
        whole = Replication(0, "run", 0.0, 1, 0.5, {"outcomes": self.table})
        self.replication = to_bytes(whole)
        self.run = RunFolder(self.folder / "run")
        told = {
            "seed": 1, "replications_done": [0], "replications_asked": 1, "kept": [],
            "notices": [], "shard": "1/1", "began": "", "seconds": 0.5,
        }  # fmt: skip
        self.run.write_manifest(told, {"a.csv": "0"})
        self.manifest = (self.run.path / "manifest.json").read_bytes()

    def read(self, kind: str) -> tuple[bytes, Callable[[], object]]:
        """Give an input of a kind, and what reads it."""
        by_kind = {
            "loader": self._loader, "whole scenario": self._scenario, "setting": self._setting,
            "table of steps": self._steps, "run folder": self._run,
        }  # fmt: skip
        return by_kind[kind]()

    def _loader(self) -> tuple[bytes, Callable[[], object]]:
        content = mutated(GOOD.encode(), self.draw)
        file = self._written("x.toml", content)
        return content, lambda: validate(resolve(file), StandIn)

    def _scenario(self) -> tuple[bytes, Callable[[], object]]:
        content = mutated(self.draw.choice((LEGAL, self.draw.choice(self.texts))), self.draw)
        file = self._written("x.toml", content)
        return content, lambda: load_scenario(file)

    def _setting(self) -> tuple[bytes, Callable[[], object]]:
        keys = (b"experiment.seed=7", b"bank.lead.capital=3", b"lifecycle.revenue[2]=0.5",
                b"arrangement.swap.upside.kind=none", b"title=x")  # fmt: skip
        content = mutated(self.draw.choice(keys), self.draw)
        text = content.decode("utf-8", "replace")
        raw: RawScenario = self.base
        return content, lambda: validate(assign_texts(raw, [text]), StandIn)

    def _steps(self) -> tuple[bytes, Callable[[], object]]:
        table = b'years_from_start,regime,frailty,winter\n-20,boom,,0\n2,"bust",1.5,1\n'
        content = mutated(table, self.draw)
        return content, lambda: read_steps(content, "path.csv")

    def _run(self) -> tuple[bytes, Callable[[], object]]:
        place = self.run.path
        match self.draw.randrange(3):
            case 0:
                head, tail = self.manifest[:-82], b',\n  "sha256": "%s"\n}\n'
                head = mutated(head.rstrip(b",\n "), self.draw)
                seal = digest_of(head + tail % (b"0" * 64)).encode()
                content = head + tail % seal
                (place / "manifest.json").write_bytes(content)
                return content, self.run.check_is_run
            case 1:
                content = mutated(self.replication, self.draw)
                write_sealed(place / "replications" / "000000.replication", content)
                return content, lambda: self.run.replication(0)
            case _:
                content = mutated(self.parquet, self.draw)
                opened = partial(_opened, self._written("t.parquet", content))
                return content, StoredTable(opened, schema("outcomes")).frame

    def _written(self, name: str, content: bytes) -> Path:
        (self.folder / name).write_bytes(content)
        return self.folder / name


def _opened(file: Path) -> Any:
    return file.open("rb")


# --- How it is tried ----------------------------------------------------------------------------


@dataclass
class Found:
    """Inputs by kind, those that were refused, the longest in seconds, and all faults."""

    tried: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    faults: list[str] = field(default_factory=list)

    def words(self) -> str:
        """Write it as the log has it."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        kinds = [f"{kind}: {n} tried, {self.refused[kind]} refused" for kind, n in
                 self.tried.items()]  # fmt: skip
        head = f"{self.tried.total()} inputs, {len(self.faults)} faults"
        times = f"longest {self.longest:.2f} s of processor time; {peak:.2f} GiB at the most"
        return "\n".join([head, times, *sorted(kinds), *self.faults]) + "\n"


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Stop what takes more processor time."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, before)


def fuzz(folder: Path, count: int, seed: int = 1, seconds: float = float("inf")) -> Found:
    """Try so many inputs, or as many as there is processor time for."""
    draw, found = random.Random(seed), Found()
    targets, begin = Targets(folder, draw), time.process_time()
    kinds, weights = list(SHARES), list(SHARES.values())
    while found.tried.total() < count and time.process_time() - begin < seconds:
        (kind,) = draw.choices(kinds, weights)
        content, read = targets.read(kind)
        start = time.process_time()
        found.tried[kind] += 1
        try:
            with within(SECONDS):
                read()
        except SimError:
            found.refused[kind] += 1
        except Exception as error:
            found.faults.append(f"{kind}: {error!r:.200} of {content!r:.600}")
        found.longest = max(found.longest, time.process_time() - start)
    return found


def main() -> None:
    """Try them all, with little memory, and write the log."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else WHOLE
    # Nothing here need outlive the machine, and the disk would take most of the time.
    os.fsync = lambda _: None  # type: ignore[assignment]
    with TemporaryDirectory() as folder:
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        found = fuzz(Path(folder), count)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if peak - used > BYTES:
        found.faults.append(f"memory: {peak - used} bytes")
    LOG.write_text(found.words(), encoding="utf-8")
    sys.stdout.write(found.words())


if __name__ == "__main__":
    main()
