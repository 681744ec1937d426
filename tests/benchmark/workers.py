"""What a second worker gives: the one figure that needs the clock on the wall."""

import time
from collections.abc import Iterable

from sim.experiment.simulate import local_pool, one_replication, replicate
from tests.benchmark.measured import Found, Measured, in_turn
from tests.benchmark.plan import Plan
from tests.benchmark.worlds import scenario_of


def measure(plan: Plan) -> Found:
    """Wall time of one process over that of two warm ones, for the same replications."""
    scenario, numbers = scenario_of(plan.workers), range(plan.workers_replications)
    with local_pool(2) as pool:
        # Both workers import and load compiled code before the clock starts.
        list(pool.map(one_replication, [scenario_of(10)] * 8, range(8)))
        jobs = {
            "one": lambda: waited(replicate(scenario, numbers)),
            "two": lambda: waited(replicate(scenario, numbers, executor=pool)),
        }
        taken = in_turn(jobs, plan.few_repeats)
    return {"two_workers_speedup": Measured.of(taken["one"] / taken["two"])}


def waited(done: Iterable[object]) -> float:
    """Seconds on the wall until everything is done."""
    start = time.perf_counter()
    for _ in done:
        pass
    return time.perf_counter() - start
