"""Draw the figure of the README from a finished run: python .assets/three_arrangements.py RUN.

RUN is the folder that ``python -m sim run scenarios/three_arrangements.toml`` names.
"""

import sys
from pathlib import Path

from sim import compare, figures, load_run, measure

HERE = Path(__file__).resolve().parent
NAMES = (
    "bank.net_margin",
    "bank.credit_loss_rate",
    "cycle.margin_bust",
    "firm.funding_gap",
    "firm.access_share",
    "firm.survival_5y",
)


def main(run: Path) -> None:
    """Write the picture beside this file and print what it says of itself."""
    outcomes = measure(load_run(run).results, NAMES)
    drawing = figures.difference(compare(outcomes), NAMES, "Headlines")
    drawing.savefig(HERE / "three_arrangements.png", dpi=170)
    sys.stdout.write(f"{drawing.title}\n{drawing.note}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
