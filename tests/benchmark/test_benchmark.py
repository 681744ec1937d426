"""The benchmark runs, at sizes too small to mean anything, and writes what it promises."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.benchmark import before, compiling, worlds
from tests.benchmark.__main__ import main
from tests.benchmark.child import told
from tests.benchmark.phases import Clock
from tests.benchmark.plan import QUICK
from tests.benchmark.table import MEANING, plain, rows

pytestmark = pytest.mark.full

TINY = replace(
    QUICK, repeats=1, sizes=(10, 20), phases=10, peers=20, kernel_before=(10,),
    replication_before=(10,), study=10, evaluations=14, panel=10, panel_replications=2,
    growth_firms=(5, 10), growth=5, growth_years=(1.0, 2.0), growth_replications=(1, 2),
    workers=5, workers_replications=2, memory=5,
)  # fmt: skip
KEYS = {
    "whole_over_kernel", "whole_over_simpy", "evaluations_per_second", "panel_seconds",
    "help_over_numpy", "check_over_numpy", "compile_seconds", "two_workers_speedup",
    "peak_gib", "peak_gib_two_threads", "exponents", "kernel_over_before",
    "replication_over_before",
}  # fmt: skip
OLDER = """
import sys
for line in sys.stdin:
    print(2.0, flush=True)
"""
SHORT = """
extends = "{file}"
[experiment]
warm_up_years = 1.0
horizon_years = 2.0
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("speed")
    driver, file = folder / "older.py", folder / "speed.json"
    driver.write_text(OLDER)
    short = folder / "short.toml"
    short.write_text(SHORT.format(file=worlds.SCENARIO.as_posix()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worlds, "SCENARIO", short)
        patch.setattr(before, "DRIVER", driver)
        # That process runs the rules as plain Python: nothing is compiled.
        patch.setattr(compiling, "told", partial(told, CROSSCYCLE_JIT="0"))
        main(["--quick", "--json", str(file), "--before", str(folder)], plan=TINY)
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def test_it_writes_all_that_it_promises(written: dict[str, Any]) -> None:
    assert set(written) >= KEYS
    figures = set(written) - {"spread", "plan", "date", "machine"}
    assert figures <= set(MEANING)
    assert set(written["spread"]["low"]) == set(written["spread"]["high"]) == figures


def test_tables_are_by_size(written: dict[str, Any]) -> None:
    assert set(written["whole_over_kernel"]) == {"10", "20"}
    assert set(written["replication_over_before"]) == {"10"}
    growing = {"firms", "years", "arrangements", "banks", "replications"}
    assert set(written["exponents"]) == growing


def test_a_whole_run_takes_longer_than_its_lives(written: dict[str, Any]) -> None:
    assert all(ratio > 1.0 for ratio in written["whole_over_kernel"].values())


def test_phases_are_parts_of_a_whole(written: dict[str, Any]) -> None:
    phases = written["phases"]
    assert sum(phases.values()) == pytest.approx(1.0)
    assert all(0.0 < share < 1.0 for share in phases.values())


def test_what_a_phase_calls_of_another_counts_for_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0

    def pass_time(seconds: float) -> None:
        nonlocal now
        now += seconds

    monkeypatch.setattr("time.process_time", lambda: now)
    clock = Clock()
    lives = clock.timed("lives", lambda: pass_time(2.0))

    def settle() -> None:
        pass_time(1.0)
        lives()
        pass_time(4.0)

    clock.timed("books", settle)()
    assert clock.seconds["lives"] == 2.0
    assert clock.seconds["books"] == 5.0


def test_every_figure_stands_in_the_table_with_its_meaning() -> None:
    from tests.benchmark.measured import Measured

    one = Measured(2.0, 1.0, 3.0)
    found = {"peak_gib": one, "exponents": {"firms": one}}
    assert [row.split("|")[1:4] for row in rows(found)] == [
        [" peak_gib ", " 2 ", " 1 to 3 "], [" exponents firms ", " 2 ", " 1 to 3 "],
    ]  # fmt: skip
    assert plain(found, "low") == {"peak_gib": 1.0, "exponents": {"firms": 1.0}}


def test_an_older_program_is_asked_in_a_process_of_its_own(tmp_path: Path) -> None:
    with before.Older(tmp_path) as older:
        process = older.process
    assert process.poll() is not None
