"""Find the patterns of the default economy anew, and keep what pages tell of them.

``python -m tests.house.refresh_patterns``
"""

import sys

from sim.base.shipped import scenario_path, top
from sim.cli.facts import PATTERN_REPLICATIONS
from sim.experiment.store import Store
from sim.scenario.scenario import load_scenario
from sim.studies.findings import write_files
from sim.studies.moments import patterns
from sim.studies.pattern_misses import DIGEST, ECONOMY, FOLDER, economy_digest


def main(replications: int = PATTERN_REPLICATIONS) -> None:
    """Measure, write, and print what was found."""
    scenario = load_scenario(scenario_path(ECONOMY))
    found = patterns(scenario, replications, store=Store(workers=1)).findings()
    about = {
        "command": "python -m tests.house.refresh_patterns", "replications": replications,
        "seed": scenario.experiment.seed, DIGEST: economy_digest(),
    }  # fmt: skip
    write_files(top() / FOLDER, found, about)
    sys.stdout.write("\n".join(found.sentences) + "\n")


if __name__ == "__main__":
    main()
