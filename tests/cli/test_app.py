"""The light commands stay light, whatever the rest of the program imports."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROBE = """
import sys
from sim.cli.app import app
try:
    app({arguments!r})
except SystemExit as end:
    code = end.code or 0
names = ("numba", "matplotlib.pyplot", "sim.experiment.simulate")
heavy = [name for name in names if name in sys.modules]
print("HEAVY", code, *heavy)
"""


def packages_of(*arguments: str) -> set[str]:
    """Names of all packages that a command loads."""
    code = f"{PROBE.format(arguments=list(arguments))}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}


@pytest.mark.parametrize(
    ("command", "spared"),
    [
        # The command line itself reads what stands behind a command by pydantic.
        (["--help"], {"numpy", "pydantic"}),
        (["list"], {"numpy"}),
        (["check", "scenarios/three_arrangements.toml"], set()),
    ],
)
def test_commands_that_only_tell_load_no_heavy_package(
    command: list[str], spared: set[str]
) -> None:
    heavy = {"numba", "llvmlite", "scipy", "pandas", "pyarrow", "matplotlib", "simpy", "jinja2"}
    assert not packages_of(*command) & (heavy | spared)


def probe(*arguments: str) -> str:
    """Run one command in a process of its own; give exit code and heavy modules."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(arguments=list(arguments))],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        (["run", "--help"], 0),
        (["check", "scenarios/three_arrangements.toml"], 0),
        (["check", "pyproject.toml"], 2),
        (["show", "scenarios/three_arrangements.toml"], 0),
        (["list"], 0),
        (["list", "clauses"], 0),
        (["list", "outcomes"], 0),
        (["facts", "--check"], 0),
        (["run", "pyproject.toml"], 2),
    ],
)
def test_light_commands_load_no_compiler_and_no_plots(arguments: list[str], code: int) -> None:
    assert probe(*arguments) == f"HEAVY {code}"


def test_the_module_can_be_run() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sim", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "Compare ways to share risk" in done.stdout
    assert "130 interrupted" in done.stdout
