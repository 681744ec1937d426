"""The command selftest: whether an installed copy computes, counts and keeps what it should."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typer

from sim.cli.job import Job, begin, simulate, write_results
from sim.cli.options import FAILED, reports_errors, say
from sim.experiment.progress import Silent
from sim.experiment.run_folder import RunFolder
from sim.scenario.toml_text import dump_model

ECONOMY = "shipped:base/china_technology"
SMALL = {
    "population.firms": 200, "population.initial_share": 1.0, "experiment.warm_up_years": 0.0,
    "experiment.horizon_years": 2.0, "experiment.replications": 6,
    "experiment.settling_years": 0.0, "population.entry_rate": 0.0,
}  # fmt: skip
HISTORIES = 60
MOST = 4.0
"""Standard errors within which a mean must meet its closed form; the seed is fixed."""
TOLERANCE = 1e-9
"""Largest residual of an accounting identity, relative to turnover and balance."""


@reports_errors
def selftest() -> None:
    """Check this copy of the program in under a minute: numbers, luck, money, a killed run."""
    from sim.experiment.simulate import prepare
    from sim.scenario.scenario import load_scenario

    scenario = load_scenario(ECONOMY).with_values(SMALL)
    prepare(scenario, say)
    is_sound = True
    for name, part in PARTS.items():
        start = time.monotonic()
        found, words = part(scenario)
        is_sound &= found
        seconds = time.monotonic() - start
        typer.echo(f"{'ok    ' if found else 'FAILED'}  {name}: {words} ({seconds:.1f} s)")
    if not is_sound:
        raise typer.Exit(FAILED)


# --- Each part says whether it holds, and what was found -----------------------------------------


def closed_forms(scenario: Any) -> tuple[bool, str]:
    """Control variates have the mean zero that closed forms give, whatever banks do."""
    from sim.experiment.store import Store

    controls = ["economy", "population", "hazards", "exits"]
    some = scenario.with_values({"variance_reduction.controls": controls})
    rows = Store().outcomes(some, range(HISTORIES))
    rows = rows[rows["outcome"].str.startswith("control.")]
    by_name = rows.groupby("outcome")["value"]
    error = by_name.std() / HISTORIES**0.5
    away = (by_name.mean().abs() / error)[error > 0.0]
    words = f"{len(away)} means of {HISTORIES} histories, at most {away.max():.1f} standard errors"
    return bool(len(away) and away.max() < MOST), f"{words} from theory"


def common_random_numbers(scenario: Any) -> tuple[bool, str]:
    """A second arrangement leaves the first as it is, and its neutral twin is it, bit by bit."""
    twins = scenario.with_values({
        "arrangement.twin": {}, "experiment.arrangements": ["plain", "twin"]
    })  # fmt: skip
    alone, both = _values(scenario, "plain"), _values(twins, "plain")
    same = alone == both == _values(twins, "twin")
    return same, f"{len(alone) // 8} outcomes alone, beside another arrangement, and under a twin"


def _values(scenario: Any, arrangement: str) -> bytes:
    """Give the bits of all outcomes of three histories under one arrangement."""
    from sim.experiment.simulate import one_replication

    tables = [one_replication(scenario, number).outcomes for number in range(3)]
    own = [table.loc[table["arrangement"] == arrangement, "value"] for table in tables]
    return b"".join(values.to_numpy().tobytes() for values in own)


def money(scenario: Any) -> tuple[bool, str]:
    """Every accounting identity holds at every settlement."""
    from sim.experiment.simulate import simulate as run

    manifest = run(scenario).manifest
    worst, count = manifest["largest_accounting_residual"], manifest["identities_checked"]
    return worst < TOLERANCE and count > 0, f"{count:,} identities, residual at most {worst:.1e}"


def killed_and_resumed(scenario: Any) -> tuple[bool, str]:
    """A run that is killed goes on to the tables of one that is not."""
    with TemporaryDirectory() as place:
        whole, killed = RunFolder(Path(place) / "whole"), RunFolder(Path(place) / "killed")
        file = Path(place) / "small.toml"
        file.write_text(dump_model(scenario), encoding="utf-8")
        run_into(whole, file)
        words = f"from sim.cli import selftest as s; s.main({str(killed.path)!r}, {str(file)!r})"
        process = subprocess.Popen([sys.executable, "-c", words])
        while process.poll() is None and not killed.numbers():
            time.sleep(0.001)
        process.kill()
        process.wait()
        kept = killed.numbers()
        run_into(killed, file)
        same = dict(_tables(whole)) == dict(_tables(killed)) and not list(killed.problems())
    count = scenario.experiment.replications
    return same, f"{len(kept)} of {count} replications kept, the same bytes in the end"


def run_into(folder: RunFolder, file: Path) -> None:
    """Run a scenario into a folder, or go on there, without a report."""
    from sim.scenario.scenario import load_scenario

    with folder.held():
        job = begin(Job(load_scenario(file), folder, is_resumed=True))
        write_results(job, simulate(job, Silent()))


def main(folder: str, file: str) -> None:
    """Do the same in the process that is killed."""
    run_into(RunFolder(Path(folder)), Path(file))


def _tables(folder: RunFolder) -> Iterator[tuple[str, bytes]]:
    for file in folder.path.glob("*.parquet"):
        yield file.name, folder.read(file.name)


PARTS = {
    "closed forms": closed_forms, "common random numbers": common_random_numbers,
    "money": money, "killed and resumed": killed_and_resumed,
}  # fmt: skip
