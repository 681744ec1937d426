"""Who may apply, in words."""

from typing import Any

from sim.base.language import tr
from sim.clauses.eligibility import NO_BOUND, STAGE_CODE
from sim.command.phrases import STAGES, each_stage, joined, money, number, span


def listed(clause: Any) -> str:
    """Tell which firms are on the programme's list."""
    known = dict(zip(STAGE_CODE, STAGES, strict=True))
    firms = joined([tr(known.get(stage, stage)) for stage in clause.stages])
    if clause.sectors:
        sectors = joined([tr(name.replace("_", " ")) for name in clause.sectors])
        firms = tr("{firms} of {sectors}", firms=firms, sectors=sectors)
    if clause.venture_only:
        firms = tr("{firms} that venture funds back", firms=firms)
    conditions = [*_of_age_and_size(clause), *_of_money(clause), *_of_score(clause)]
    if conditions:
        firms = tr("{firms}, {conditions}", firms=firms, conditions=joined(conditions))
    return tr("Open to {firms}; other firms keep the plain loan.", firms=firms)


def _of_age_and_size(clause: Any) -> list[str]:
    said = []
    if clause.least_age_years > 0.0:
        said.append(tr("at least {age} old", age=span(clause.least_age_years)))
    if clause.most_age_years < 1000.0:
        said.append(tr("up to {age} old", age=span(clause.most_age_years)))
    if clause.least_sales > 0.0:
        said.append(tr("with sales of at least {sales} a year", sales=money(clause.least_sales)))
    if clause.most_sales < NO_BOUND:
        said.append(tr("with sales of at most {sales} a year", sales=money(clause.most_sales)))
    return said


def _of_money(clause: Any) -> list[str]:
    said = []
    if clause.least_last_round > 0.0:
        amount = money(clause.least_last_round)
        said.append(tr("with a last equity round of at least {amount}", amount=amount))
    if clause.most_since_round_years < NO_BOUND:
        time = span(clause.most_since_round_years)
        said.append(tr("within {time} of an equity round", time=time))
    if clause.first_loan_only:
        said.append(tr("that never had a credit line"))
    return said


def _of_score(clause: Any) -> list[str]:
    score = clause.score
    if score is None:
        return []
    bounds = []
    if score.least > -NO_BOUND:
        bounds.append(tr("at least {bound}", bound=number(score.least)))
    if score.most < NO_BOUND:
        bounds.append(tr("below {bound}", bound=number(score.most)))
    each = each_stage(score.precision)
    if not bounds:
        return [tr("by a published score whose precision is {each}", each=each)]
    said = "by a published score {bounds} standard deviations whose precision is {each}"
    return [tr(said, bounds=joined(bounds), each=each)]
