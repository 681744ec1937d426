"""Beliefs that meet outcomes: banks' beliefs iterated until the simulation bears them out.

Each round runs a pilot, compares realised with believed default and loss under each
arrangement, and moves the levels part of the way. What is left of the gap is an outcome of
the run itself, so nobody has to trust that the iteration converged.
"""

from concurrent.futures import Executor
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.progress import ProgressOption, meter
from sim.experiment.simulate import simulate
from sim.model.banks.conditions import belief_of
from sim.model.firms.record import STAGES
from sim.scenario.scenario import Scenario, menu_of

ROUNDS = 5
PILOT_REPLICATIONS = 6
DAMPING = 0.7
DEFAULT_GAPS = tuple(f"bank.belief_gap_default_{stage}" for stage in STAGES)
LOSS_GAPS = {part: f"bank.belief_gap_loss_{part}" for part in ("secured", "unsecured")}
BUSINESS_GAP = "bank.belief_gap_business"


def solve(
    scenario: Scenario,
    workers: int | None = None,
    progress: ProgressOption = None,
    executor: Executor | None = None,
) -> Scenario:
    """A scenario whose beliefs agree with what its own pilots realise.

    It has one entry of ``belief.by_arrangement`` for each arrangement run. `workers`,
    `progress` and `executor` are those of `sim.experiment.simulate.simulate`, for each round of
    pilots.
    """
    settings = scenario.experiment
    pilot = {"experiment.replications": min(PILOT_REPLICATIONS, settings.replications)}
    current, tell = scenario.with_values(pilot), meter(progress)
    for _ in range(ROUNDS):
        results = simulate(current, workers=workers, progress=tell, executor=executor)
        gaps = realised_over_believed(results.outcomes)
        changes = {
            f"belief.by_arrangement.{held}": updated_beliefs(
                current, held, gaps.loc[[name]].iloc[0]
            )
            for name in settings.all_run
            if name in gaps.index
            for held in believed_under(scenario, name)
        }
        current = current.with_values(changes)
    return current.with_values({"experiment.replications": settings.replications})


def believed_under(scenario: Scenario, name: str) -> tuple[str, ...]:
    """Arrangements about which banks hold beliefs where `name` is run.

    Those of a programme share what is realised under it; one that is also run by its own
    name learns from that run.
    """
    if name in scenario.arrangement:
        return (name,)
    items = (item.name for item in menu_of(scenario, name))
    return tuple(item for item in items if item not in scenario.experiment.all_run)


def realised_over_believed(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Mean ratio of realised to believed, by stage, for losses and for business, by arrangement.

    >>> rows = [("plain", BUSINESS_GAP, 1.0), ("plain", BUSINESS_GAP, 1.5), ("plain", "", 9.0)]
    >>> frame = pd.DataFrame(rows, columns=["arrangement", "outcome", "value"])
    >>> float(realised_over_believed(frame).loc["plain", BUSINESS_GAP])
    1.25
    """
    rows = outcomes[outcomes["outcome"].isin((*DEFAULT_GAPS, *LOSS_GAPS.values(), BUSINESS_GAP))]
    return rows.pivot_table(index="arrangement", columns="outcome", values="value")


def updated_beliefs(scenario: Scenario, name: str, gap: "pd.Series[float]") -> dict[str, Any]:
    """The beliefs of one arrangement, moved part of the way towards what was realised."""
    level = belief_of(scenario.belief, name).model_dump()
    level["default_probability"] = tuple(
        min(rate * _damped(gap.get(key, np.nan)), 0.9)
        for rate, key in zip(level["default_probability"], DEFAULT_GAPS, strict=True)
    )
    for part, key in LOSS_GAPS.items():
        level[f"loss_{part}"] = min(level[f"loss_{part}"] * _damped(gap.get(key, np.nan)), 1.0)
    level["business"] *= _damped(gap.get(BUSINESS_GAP, np.nan))
    return level


def _damped(ratio: float) -> float:
    """Damped factor; an undefined or absurd ratio moves nothing."""
    if not np.isfinite(ratio) or ratio <= 0.0:
        return 1.0
    return float(np.clip(ratio, 0.25, 4.0) ** DAMPING)
