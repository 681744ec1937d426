"""Who may apply, in words."""

from typing import Any

from sim.clauses.eligibility import NO_BOUND, STAGE_CODE
from sim.command.phrases import STAGES, joined, money, number, span


def listed(clause: Any) -> str:
    """Tell which firms are on the programme's list."""
    known = dict(zip(STAGE_CODE, STAGES, strict=True))
    words = "Open to " + joined([known.get(stage, stage) for stage in clause.stages])
    if clause.sectors:
        words += f" of {joined([name.replace('_', ' ') for name in clause.sectors])}"
    if clause.venture_only:
        words += " that venture funds back"
    conditions = [*_of_age_and_size(clause), *_of_money(clause), *_of_score(clause)]
    words += f", {joined(conditions)}" if conditions else ""
    return words + "; other firms keep the plain loan."


def _of_age_and_size(clause: Any) -> list[str]:
    said = []
    if clause.least_age_years > 0.0:
        said.append(f"at least {span(clause.least_age_years)} old")
    if clause.most_age_years < 1000.0:
        said.append(f"up to {span(clause.most_age_years)} old")
    if clause.least_sales > 0.0:
        said.append(f"with sales of at least {money(clause.least_sales)} a year")
    if clause.most_sales < NO_BOUND:
        said.append(f"with sales of at most {money(clause.most_sales)} a year")
    return said


def _of_money(clause: Any) -> list[str]:
    said = []
    if clause.least_last_round > 0.0:
        said.append(f"with a last equity round of at least {money(clause.least_last_round)}")
    if clause.most_since_round_years < NO_BOUND:
        said.append(f"within {span(clause.most_since_round_years)} of an equity round")
    if clause.first_loan_only:
        said.append("that never had a credit line")
    return said


def _of_score(clause: Any) -> list[str]:
    score = clause.score
    if score is None:
        return []
    each = joined([f"{number(p)} for {s}" for p, s in zip(score.precision, STAGES, strict=True)])
    bounds = []
    if score.least > -NO_BOUND:
        bounds.append(f"at least {number(score.least)}")
    if score.most < NO_BOUND:
        bounds.append(f"below {number(score.most)}")
    scope = f" {joined(bounds)} standard deviations" if bounds else ""
    return [f"by a published score{scope} whose precision is {each}"]
