"""How fast, in ratios taken in one run: ``python -m tests.benchmark [--json FILE]``.

Machines differ and are noisy, so single times mean little; each ratio here compares two
things measured one after the other on the same firms with common random numbers.

- *kernel alone*: firms live from month to month; nobody decides, nothing is settled.
- *second driver*: the same lives with one SimPy process for each firm (`tests.second_driver`).
- *whole run*: committee, settlement, ledger and records as in `sim.simulate`, reduction to
  outcomes left out.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sim.engine.processes import run_world, switch_dates, switch_regime
from sim.engine.world import World, new_world
from sim.experiment.simulate import local_pool, one_replication, replicate, warm_up
from sim.model.firms.record import ALIVE, LISTED
from sim.scenario.scenario import Scenario, load_scenario
from tests.second_driver import with_second_driver

ROOT = Path(__file__).resolve().parent.parent
SCENARIO = ROOT / "scenarios" / "three_arrangements.toml"
SIZES = (2_000, 10_000, 89_000)
YEARS = 15.0
REPEATS = 3


def scenario_of(firms: int, **values: Any) -> Scenario:
    """The shipped comparison with another number of firms."""
    changes = {"population.firms": firms, **values}
    return load_scenario(SCENARIO).with_values(changes)


def live_quarters(w: World, start: float, end: float) -> float:
    """Firm-quarters lived between two dates."""
    f = w.firms[w.firms.status >= ALIVE]
    until = np.where(f.status >= LISTED, f.end, end)
    return float(4.0 * np.maximum(np.minimum(until, end) - np.maximum(f.birth, start), 0.0).sum())


def kernel_alone(w: World, end: float = YEARS) -> float:
    """Seconds that the lives of firms take between the barriers of a run."""
    switches = switch_dates(w, 0.0, end)
    start = time.perf_counter()
    for month in range(1, round(end * 12) + 1):
        while switches and switches[0] <= month / 12:
            switch_regime(w, switches.pop(0))
        w.advance(month / 12)
    return time.perf_counter() - start


def whole_run(w: World, end: float = YEARS) -> float:
    """Seconds that a whole run takes."""
    start = time.perf_counter()
    run_world(w, 0.0, end)
    return time.perf_counter() - start


def opening(scenario: Scenario) -> World:
    """The world at the start date."""
    w = new_world(scenario, 0)
    run_world(w, -scenario.experiment.warm_up_years, 0.0)
    return w


def per_quarter(
    job: Callable[[World], float], opened: World, name: str, repeats: int = REPEATS
) -> tuple[float, float]:
    """Best nanoseconds per live firm-quarter of several repeats, and the firm-quarters."""
    best, lived = np.inf, 1.0
    for _ in range(repeats):
        w = opened.branch(name)
        seconds = job(w)
        lived = live_quarters(w, 0.0, YEARS)
        best = min(best, seconds / lived)
    return best * 1e9, lived


def sizes_table(say: Callable[[str], None]) -> dict[str, Any]:
    """Cost of the kernel and of a whole run at each size."""
    found: dict[str, Any] = {}
    say(
        f"{'firms':>8} {'kernel alone':>14} {'whole run':>12} {'ratio':>7}   (ns per firm-quarter)"
    )
    for firms in SIZES:
        opened = opening(scenario_of(firms))
        kernel, lived = per_quarter(kernel_alone, opened, "plain")
        whole, _ = per_quarter(whole_run, opened, "plain")
        found[str(firms)] = {"kernel": kernel, "whole": whole, "firm_quarters": lived}
        say(f"{firms:>8} {kernel:>14.0f} {whole:>12.0f} {whole / kernel:>7.2f}")
    return found


def second_driver_cost() -> float:
    """Nanoseconds per live firm-quarter with one SimPy process for each firm."""
    for firms in (20, SIZES[0]):
        # The few firms first: their rules are compiled before the clock starts.
        opened = opening(scenario_of(firms))
        w = with_second_driver(opened.branch("plain"))
        seconds = kernel_alone(w)
    return seconds / live_quarters(w, 0.0, YEARS) * 1e9


def two_workers_speedup(replications: int = 16) -> float:
    """Wall time of one process over that of two warm ones, same replications."""
    scenario = scenario_of(SIZES[0])
    numbers = range(replications)
    with local_pool(2) as pool:
        # Both workers import and load compiled code before the clock starts.
        list(pool.map(one_replication, [scenario] * 4, range(4)))
        start = time.perf_counter()
        for _ in replicate(scenario, numbers, executor=pool):
            pass
        two = time.perf_counter() - start
    one_replication(scenario, 0)
    start = time.perf_counter()
    for _ in replicate(scenario, numbers):
        pass
    return (time.perf_counter() - start) / two


def peak_gib() -> float:
    """Peak memory of 89,000 firms, 15 years, five arrangements, one replication."""
    code = (
        "import resource, sys; from tests.benchmark import SIZES, scenario_of;"
        "from sim.experiment.simulate import one_replication;"
        "one_replication(scenario_of(SIZES[-1]), 0);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    unit = 1024.0**3 if sys.platform == "darwin" else 1024.0**2
    return float(told.stdout.split()[-1]) / unit


def measure(say: Callable[[str], None]) -> dict[str, Any]:
    """Everything, as a dictionary."""
    say(f"compiled or loaded in {warm_up(scenario_of(10)):.1f} s\n")
    sizes = sizes_table(say)
    small, large = sizes[str(SIZES[0])], sizes[str(SIZES[-1])]
    reference = second_driver_cost()
    found = {
        "ns_per_firm_quarter": small["kernel"],
        "ns_per_firm_quarter_second_driver": reference,
        "reference_over_kernel": reference / small["kernel"],
        "whole_over_kernel": large["whole"] / large["kernel"],
        "cost_89k_over_2k": large["whole"] / small["whole"],
        "kernel_89k_over_2k": large["kernel"] / small["kernel"],
        "two_workers_speedup": two_workers_speedup(),
        "peak_gib": peak_gib(),
        "firm_quarters": large["firm_quarters"],
        "sizes": sizes,
    }
    say("")
    for name, target in TARGETS.items():
        say(f"{name:>36}: {found[name]:>12.3f}   {target}")
    return found


TARGETS = {
    "ns_per_firm_quarter": "kernel alone at 2,000 firms",
    "ns_per_firm_quarter_second_driver": "one SimPy process for each firm",
    "reference_over_kernel": "target: at least 50",
    "whole_over_kernel": "at 89,000 firms; target: at most 3",
    "cost_89k_over_2k": "whole run, per firm-quarter; target: at most 1.2",
    "kernel_89k_over_2k": "kernel alone, per firm-quarter",
    "two_workers_speedup": "warm pool, 16 replications; target: at least 1.8",
    "peak_gib": "89,000 firms, 15 years, five arrangements; target: below 2",
    "firm_quarters": "lived at 89,000 firms",
}


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    arguments = parser.parse_args()
    found = measure(print)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found["peak_of_this_process_kib"] = peak
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(found, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
