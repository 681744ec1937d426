"""The two-regime cycle that several families of oracles share."""

from sim.formulas.regime_hazards import regime_generator

CYCLE = regime_generator([[0.0, 1.0 / 5.0], [2.0 / 3.0, 0.0]])
DEFAULT = [0.03, 0.12]
EXIT = [0.10, 0.02]
START = {
    "boom": [1.0, 0.0],
    "bust": [0.0, 1.0],
    "stat": [10.0 / 13.0, 3.0 / 13.0],
}
