"""How soon a study and a slider answer when only terms of a contract move."""

import time

import numpy as np

from sim.report.figures.panel import Panel, panel
from sim.studies.sensitivity import sensitivity
from tests.benchmark.measured import Found, Measured, spent
from tests.benchmark.plan import Plan
from tests.benchmark.worlds import SWAP, study_of

TERMS = ("underwriting.committed_sales_line=0.3:0.8", *(f"{SWAP}.{term}" for term in (
    "tenor.years=1:5", "pricing.concession_rate=0:0.006",
    "upside.coverage=0:0.5", "commitment.promised_move_hazard=0.05:0.6",
    "commitment.demanded_move_hazard=0.1:1",
)))  # fmt: skip
OUTCOMES = (
    "bank.raroc", "bank.relationship_income", "bank.equity_gain", "bank.credit_loss",
    "firm.funding_gap", "firm.survival_5y",
)  # fmt: skip
PLACES = (0.5, 0.8)
"""Between which the slider of the line is moved, over yearly sales."""


def measure(plan: Plan) -> Found:
    """Evaluations a second of processor time, and processor seconds of an answer."""
    return {"evaluations_per_second": evaluations(plan), "panel_seconds": answers(plan)}


def evaluations(plan: Plan) -> Measured:
    """Points of a screening a second, one replication each, in this process."""
    # Another seed each time, so that no round finds the histories of the one before.
    return Measured.of([screened(plan, seed) for seed in range(plan.few_repeats)])


def screened(plan: Plan, seed: int) -> float:
    """Evaluations a second of one screening."""
    study = study_of(plan.study, 1).with_values({"experiment.seed": seed})
    start = time.process_time()
    found = sensitivity(
        study, TERMS, OUTCOMES, points=plan.evaluations, seed=seed, workers=1, progress=False
    )
    return found.speed.evaluations / (time.process_time() - start)


def answers(plan: Plan) -> Measured:
    """From the move of a slider to the picture, after the first answer."""
    shown = panel(study_of(plan.panel, plan.panel_replications), TERMS, OUTCOMES, progress=False)
    shown.widget()
    # No place twice: what has been answered once may be known.
    rounds = [spent(move, shown, place) for place in np.linspace(*PLACES, plan.repeats)]
    return Measured.of(rounds)


def move(shown: Panel, place: float) -> None:
    """Move the first slider; the answer is there when this returns."""
    before = shown.picture.value
    next(iter(shown.sliders.values())).value = float(place)
    assert shown.picture.value != before
