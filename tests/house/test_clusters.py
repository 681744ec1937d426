"""What the page of clusters says is what the program gives."""

import inspect
from pathlib import Path

import pytest

from sim.cli.app import COMMANDS
from tests.benchmark.province import MEASURED, NUMBERS, PROVINCE, REPLICATIONS, rows, schedule

PAGE = (Path(__file__).parents[2] / "docs" / "clusters.md").read_text(encoding="utf-8")
HERE = {"report", "verify"}
"""Commands that take processes and simulate no study."""


def test_every_command_that_simulates_on_several_processes_takes_a_scheduler() -> None:
    shown = {name: set(inspect.signature(one).parameters) for name, one in COMMANDS.items()}
    taking = {name for name, options in shown.items() if "workers" in options} - HERE
    assert {name for name, options in shown.items() if "scheduler" in options} == taking
    assert {"run", "sweep", "compare", "calibrate", "posterior", "robustness"} <= taking


def test_the_table_of_the_page_is_that_of_the_schedule() -> None:
    for row in rows(PROVINCE, NUMBERS):
        assert row in PAGE


def test_a_schedule_ends_when_its_work_is_done_and_no_sooner() -> None:
    each = PROVINCE.opening + PROVINCE.lives
    one = schedule(PROVINCE, 200, 1)
    assert one.hours * 3600 == pytest.approx(200 * each, rel=4 * PROVINCE.spread / 200**0.5)
    many = schedule(PROVINCE, REPLICATIONS, 100)
    assert many.hours > REPLICATIONS * each / 100 / 3600 * 0.99
    assert many.efficiency < one.efficiency <= 1.0


def test_a_machine_that_reads_slowly_bounds_every_schedule() -> None:
    from dataclasses import replace

    slow = replace(MEASURED, own=1.0)
    found = schedule(slow, 2_000, 400)
    assert found.hours * 3600 > 2_000
    assert found.asker > 0.95
