"""What `before` runs with the modules of commit 7e38927: answers each line that it is sent."""

import sys
import time
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def opened(firms: int) -> Any:
    """The world at the start date."""
    from tests import benchmark

    return benchmark.opening(benchmark.scenario_of(firms))


def kernel(firms: int) -> float:
    """Nanoseconds per live firm-quarter of the kernel alone."""
    from tests import benchmark

    w = opened(firms).branch("plain")
    start = time.process_time()
    benchmark.kernel_alone(w)
    seconds = time.process_time() - start
    return 1e9 * seconds / float(benchmark.live_quarters(w, 0.0, benchmark.YEARS))


def replication(firms: int) -> float:
    """Processor seconds of one replication of the shipped comparison."""
    from sim.experiment.run import one_replication
    from tests import benchmark

    scenario = benchmark.scenario_of(firms)
    start = time.process_time()
    one_replication(scenario, 0)
    return time.process_time() - start


if __name__ == "__main__":
    for line in sys.stdin:
        what, firms = line.split()
        job = {"kernel": kernel, "replication": replication}[what]
        print(job(int(firms)), flush=True)
