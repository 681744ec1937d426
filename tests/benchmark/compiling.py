"""What the first run on a machine waits for, and what each later process does."""

import tempfile

from tests.benchmark.child import told
from tests.benchmark.measured import Found, Measured
from tests.benchmark.plan import Plan

CODE = (
    "from sim.experiment.simulate import warm_up;"
    "from tests.benchmark.measured import spent;"
    "from tests.benchmark.worlds import scenario_of;"
    "print(spent(warm_up, scenario_of(10)))"
)


def measure(plan: Plan) -> Found:
    """Processor seconds of compiling everything into a fresh folder, and of loading it."""
    cold, warm = [], []
    for _ in range(plan.few_repeats):
        with tempfile.TemporaryDirectory() as folder:
            cold.append(told(CODE, CROSSCYCLE_CACHE=folder))
            warm.append(told(CODE, CROSSCYCLE_CACHE=folder))
    return {"compile_seconds": Measured.of(cold), "load_seconds": Measured.of(warm)}
