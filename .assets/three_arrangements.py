"""Draw the figure of the README from a finished run: python .assets/three_arrangements.py RUN.

RUN is the folder that ``python -m sim run scenarios/three_arrangements.toml`` names.
"""

import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from sim import compare, figures, load_scenario, measure

HERE = Path(__file__).resolve().parent
SCENARIO = HERE.parent / "scenarios" / "three_arrangements.toml"
NAMES = (
    "bank.raroc",
    "bank.credit_loss_rate",
    "cycle.profit_gap",
    "firm.funding_gap",
    "firm.access_share",
    "firm.survival_5y",
)


def main(run: Path) -> None:
    """Write the picture beside this file and print what it says of itself."""
    scenario = load_scenario(SCENARIO)
    table = pd.read_parquet(run / "outcomes.parquet")
    results = SimpleNamespace(scenario=scenario, outcomes=table)
    drawing = figures.difference(compare(measure(results, NAMES)), NAMES, "Headlines")
    drawing.savefig(HERE / "three_arrangements.png", dpi=170)
    sys.stdout.write(f"{drawing.title}\n{drawing.note}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
