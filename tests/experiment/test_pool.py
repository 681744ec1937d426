"""Processes that die are told in words, not as a traceback of the pool."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sim

study = sim.load_scenario("scenarios/three_arrangements.toml").with_values({
    "population.firms": 20, "experiment.replications": 2, "experiment.warm_up_years": 0.0,
    "experiment.horizon_years": 1.0, "experiment.arrangements": ["plain"],
})
try:
    sim.simulate(study, workers=2)
except sim.SimError as error:
    print(error)
"""


def test_a_script_that_starts_itself_anew_is_told_how_to_be_written(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("workers\n")
    assert 'if __name__ == "__main__":' in done.stdout
