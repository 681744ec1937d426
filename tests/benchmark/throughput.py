"""Two processes of one machine against two workers of a cluster on loopback.

``python -m tests.benchmark.throughput`` prints replications a second on the wall, and who spent
processor time: workers, the scheduler, the process that asks.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from sim.experiment.cluster import cluster
from sim.experiment.simulate import local_pool, replicate
from tests.benchmark.worlds import scenario_of
from tests.experiment.test_cluster import Processes, silent

FIRMS, REPLICATIONS, WARM = 200, 16, 2


def spent(process: int) -> float:
    """Seconds of a processor that a process has taken."""
    text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def measured(done: Callable[[], Iterable[object]], processes: dict[str, list[int]]) -> None:
    """Do it, and print how fast it went and who spent what."""
    before = {name: sum(map(spent, each)) for name, each in processes.items()}
    start, count = time.perf_counter(), sum(1 for _ in done())
    wall = time.perf_counter() - start
    after = {name: sum(map(spent, each)) - before[name] for name, each in processes.items()}
    told = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in after.items())
    print(f"  {count / wall:.2f} replications a second on the wall; processor: {told}")


def main() -> None:
    """Measure both, in turn, twice; histories are short, so that hand-outs weigh more."""
    scenario = scenario_of(FIRMS, settling_years=0.0, warm_up_years=3.0)
    own = [os.getpid()]
    numbers = range(REPLICATIONS)
    with tempfile.TemporaryDirectory() as place, local_pool(2) as pool:
        there = Processes(Path(place))
        try:
            workers = [there.worker().pid for _ in range(2)]
            with cluster(there.address, silent) as used:
                for one in (pool, used):
                    list(replicate(scenario, range(WARM), executor=one, workers=2))
                for _ in range(2):
                    print("two processes of this machine")
                    mine = {"workers": list(pool._processes), "asks": own}
                    measured(lambda: replicate(scenario, numbers, executor=pool, workers=2), mine)
                    print("two workers of a cluster")
                    its = {"workers": workers, "scheduler": [there.running[0].pid], "asks": own}
                    measured(lambda: replicate(scenario, numbers, executor=used), its)
                print(f"parcels sent: {used.parcels_sent}, {used.sent_bytes} bytes")
        finally:
            there.end()


if __name__ == "__main__":
    main()
