"""A small plan over a small economy, written into a folder."""

from pathlib import Path

BASE = Path(__file__).parents[2] / "scenarios" / "base" / "china_technology.toml"

SCENARIO = """\
title = "Small"
question = "Does it fit?"
extends = "{base}"

[experiment]
horizon_years = 4.0
warm_up_years = 2.0
settling_years = 0.0

[population]
entry_rate = 0.5

# Kept as it is.
[lifecycle]
setback_failure_hazard = 0.25  # moved

[operations]
opening_cash = 4.0
margin = [0.0, 0.10, 0.13, 0.12]

[sources]
"lifecycle.setback_failure_hazard" = "assumption 0.1 to 0.7: to be fitted"
"operations.opening_cash" = "assumption 2 to 8: to be fitted"
"operations.margin" = "assumption x0.5 to x1.6 each: to be fitted"
"experiment.horizon_years" = "design choice: short"
"experiment.warm_up_years" = "design choice: short"
"experiment.settling_years" = "design choice: none"
"population.entry_rate" = "design choice: many entrants"
"""

PLAN = """\
title = "Small plan"
scenario = "small.toml"
arrangements = ["plain"]
firms = 150
replications = 2
seed = 7
difference = 0.2

[belief]
arrangements = ["plain"]
tolerance = 0.5

[[stage]]
name = "hazards"
lending = false

[[stage]]
name = "joint"

[[parameter]]
key = "lifecycle.setback_failure_hazard"
low = 0.1
high = 0.7
scale = "log"
stage = "hazards"
why = "closings (MK37)"

[[parameter]]
key = "operations.opening_cash"
low = 2.0
high = 8.0
stage = "hazards"
why = "closings of young firms (MK37)"

[[target]]
name = "closings in year 2"
outcome = "firm.exit_hazard_y2"
value = 0.2
tolerance = 0.02
fact = ["MK37"]
grade = "aggregate"
stage = "hazards"

[[target]]
name = "access"
outcome = "firm.access_share"
value = 0.2
tolerance = 0.1
bound = "above"
stage = "joint"
"""


def write_plan(folder: Path, plan: str = PLAN) -> Path:
    """Write the scenario and a plan; returns the plan's file."""
    (folder / "small.toml").write_text(SCENARIO.format(base=BASE), encoding="utf-8")
    file = folder / "plan.toml"
    file.write_text(plan, encoding="utf-8")
    return file
