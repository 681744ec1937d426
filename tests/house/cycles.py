"""Limit cases under two regimes that alternate at random, replication by replication.

A closed form in years has no unit of its own: here a year of it passes in a week of the
run, so that a whole life costs few settlements.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from tests.house.limits import Estimate, Lives, causes, limit, lived, lives, mean

PACE = 52.0
BOOM_YEARS, BUST_YEARS = 5.0, 1.5
# One firm in a thousand is still alive then; its further years are below a fifth of a
# standard error of the mean life.
WHOLE_LIFE = 52.0
REPLICATIONS = 400
OPENING = {"boom": "boom", "bust": "bust", "stat": "stationary"}


def cycle(opening: str, boom: dict[str, float], bust: dict[str, float]) -> dict[str, Any]:
    """Values for two regimes at random, with nothing in them but the factors given."""
    plain = {"margin": 0.0, "drift": 0.0, "recovery": 1.0, "progress": 1.0}
    return {
        "macro.path": [], "macro.opening": OPENING[opening],
        "macro.regime.boom": {**plain, "mean_years": BOOM_YEARS / PACE, **boom},
        "macro.regime.bust": {**plain, "mean_years": BUST_YEARS / PACE, **bust},
        "experiment.horizon_years": WHOLE_LIFE / PACE,
    }  # fmt: skip


def ensemble(
    sectors: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any]
) -> dict[str, list[Lives]]:
    """Lives by sector, one entry for each replication."""
    scenario = limit(sectors, values)
    worlds = (lived(scenario, r) for r in range(REPLICATIONS))
    found = [{name: lives(w, name, PACE) for name in sectors} for w in worlds]
    return {name: [one[name] for one in found] for name in sectors}


@cache
def one_stage(opening: str) -> dict[str, list[Lives]]:
    """Lives in one stage: of firms that fail or are sold, that only fail, and of loans."""
    failure = [0.03] * 4
    loan = causes(failure, [0.0] * 4, pace=PACE)
    # Prepayment does not follow the cycle, as listings do not here.
    loan["equity"]["listing_hazard"] = [0.25 * PACE] * 4
    sectors = {
        "firm": {"share": 0.3, **causes(failure, [0.10] * 4, pace=PACE)},
        "default_only": {"share": 0.4, **causes(failure, [0.0] * 4, pace=PACE)},
        "loan": {"share": 0.3, **loan},
    }
    factors = cycle(
        opening, {"setback": 1.0, "acquisition": 1.0}, {"setback": 4.0, "acquisition": 0.2}
    )
    return ensemble(sectors, {**factors, "population.firms": 300})


@cache
def three_stages(opening: str) -> list[Lives]:
    """Lives with stages, all of whose hazards follow the cycle."""
    life = causes(
        [0.0, 0.15, 0.08, 0.03], [0.0, 0.03, 0.10, 0.12], [0.0, 0.40, 0.25, 0.0], pace=PACE
    )
    factors = cycle(
        opening, {"setback": 0.8, "acquisition": 1.2, "progress": 1.1},
        {"setback": 2.0, "acquisition": 0.3, "progress": 0.6},
    )  # fmt: skip
    values = {**factors, "population.firms": 100, "population.first_stage": 1}
    return ensemble({"firm": {"share": 1.0, **life}}, values)["firm"]


def failed(runs: list[Lives], years: float) -> Estimate:
    """Share of firms failed by a date; firms of one replication share random numbers."""
    return mean([run.failed_by(years).mean() for run in runs])


def sold(runs: list[Lives], years: float) -> Estimate:
    """Share of firms sold or listed by a date."""
    return mean([run.left_by(years).mean() for run in runs])


def mean_life(runs: list[Lives]) -> Estimate:
    """Mean life, up to the end of the run."""
    return mean([np.minimum(run.years, WHOLE_LIFE).mean() for run in runs])
