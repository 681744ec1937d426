"""Peak memory of one large population under five arrangements, in one process.

One arrangement after another, and two side by side.
"""

import sys

from tests.benchmark.child import told
from tests.benchmark.measured import Found, Measured
from tests.benchmark.plan import Plan

CODE = (
    "import resource;"
    "from sim.experiment.simulate import one_replication;"
    "from tests.benchmark.worlds import scenario_of;"
    "one_replication(scenario_of({firms}), 0, threads={threads});"
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


def measure(plan: Plan) -> Found:
    """GiB of resident memory at the most."""
    return {"peak_gib": _peak(plan, 1), "peak_gib_two_threads": _peak(plan, 2)}


def _peak(plan: Plan, threads: int) -> Measured:
    unit = 1024.0**3 if sys.platform == "darwin" else 1024.0**2
    return Measured.of([told(CODE.format(firms=plan.memory, threads=threads)) / unit])
