"""Who may apply for the arrangement?

Neutral: everyone. A programme may be open to some firms only: by stage, age, sales or
sector, by a recent equity round, to firms that never had a loan or that no official list names,
or by class of a published score; firms outside it keep the plain loan. Source: tiers of the
Zhejiang joint loan (ZJ03, ZJ14), stage lists of the Jiangsu programmes (JS01, JS04), classes of
its points (JS08).
"""

import math
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.base.columns import Column, Table
from sim.base.parameter import Frozen, NonNegative, StageVector, param, stated_amount

STAGE_CODE = {"startup": 0, "growth": 1, "expansion": 2, "mature": 3}
STAGES = tuple(STAGE_CODE)
NO_BOUND = 1e6


class Everyone(Frozen):
    """No restriction."""

    kind: Literal["everyone"] = "everyone"


class ScoreClass(Frozen):
    """A class of a published score: its precision, and the scores that belong to it."""

    precision: StageVector = param(
        unit="per variance of quality", meaning="precision of the score by stage", low=0
    )
    least: float = param(-NO_BOUND, unit="standard deviations", meaning="least score admitted")
    most: float = param(
        NO_BOUND, unit="standard deviations", meaning="score from which on firms are not admitted"
    )


class Listed(Frozen):
    """Only firms on the programme's list."""

    kind: Literal["listed"]
    stages: tuple[Literal["startup", "growth", "expansion", "mature"], ...] = param(
        STAGES, unit="", meaning="stages admitted"
    )
    sectors: tuple[str, ...] = param((), unit="", meaning="sectors admitted; all where empty")
    least_age_years: NonNegative = param(0.0, unit="years", meaning="least age admitted")
    most_age_years: NonNegative = param(1000.0, unit="years", meaning="greatest age admitted")
    least_sales: NonNegative = stated_amount(
        0.0, unit="CNY million a year", meaning="least sales admitted"
    )
    most_sales: NonNegative = stated_amount(
        NO_BOUND, unit="CNY million a year", meaning="greatest sales admitted"
    )
    venture_only: bool = param(False, unit="", meaning="only firms that venture funds back")
    least_last_round: NonNegative = stated_amount(
        0.0, unit="CNY million", meaning="least amount of the last equity round"
    )
    most_since_round_years: NonNegative = param(
        NO_BOUND, unit="years", meaning="longest time since the last equity round"
    )
    first_loan_only: bool = param(False, unit="", meaning="only firms that never had a line")
    unlisted_only: bool = param(
        False,
        unit="",
        meaning="only firms that no official list names, which are no high-tech enterprises",
    )
    score: ScoreClass | None = param(None, unit="", meaning="class of a published score")


Eligibility = Annotated[Everyone | Listed, Field(discriminator="kind")]


EVERY = -1
"""All bits: every stage, or every sector."""

ADMISSION = Table(
    (
        Column("stages", "bits", "stages admitted", "i8", neutral=EVERY),
        Column("sectors", "bits", "sectors admitted", "i8", neutral=EVERY),
        Column("least_age_years", "years", "least age admitted"),
        Column("most_age_years", "years", "greatest age admitted", neutral=math.inf),
        Column("least_sales", "CNY million a year", "least sales admitted", neutral=-math.inf),
        Column("most_sales", "CNY million a year", "greatest sales admitted", neutral=math.inf),
        Column("venture_only", "flag", "only firms that venture funds back", "i1"),
        Column("least_last_round", "CNY million", "least amount of the last equity round"),
        Column("most_since_round_years", "years", "longest time since it", neutral=NO_BOUND),
        Column("first_loan_only", "flag", "only firms that never had a line", "i1"),
        Column("unlisted_only", "flag", "only firms that are no high-tech enterprises", "i1"),
        Column("score_precision", "per variance of quality", "of the score, by stage", length=4),
        Column("least_score", "standard deviations", "least score admitted"),
        Column("most_score", "standard deviations", "score from which on none is admitted"),
    )
)
"""A condition of admission, as rules of banks read it; neutral, it admits everyone."""


def conditions(clause: Everyone | Listed, sectors: tuple[str, ...]) -> dict[str, Any]:
    """A row of `ADMISSION` by name; what it leaves out is neutral.

    Parameters
    ----------
    clause : Everyone or Listed
    sectors : tuple of str
        Names of the sectors in the order of their codes.

    Examples
    --------
    >>> conditions(Everyone(), ())
    {}
    >>> found = conditions(Listed(kind="listed", stages=("startup", "growth")), ())
    >>> found["stages"], found["sectors"], found["most_age_years"]
    (3, -1, 1000.0)
    """
    if isinstance(clause, Everyone):
        return {}
    found = clause.model_dump(exclude={"kind", "score", "stages", "sectors"})
    found["stages"] = sum(1 << STAGE_CODE[stage] for stage in set(clause.stages))
    found["sectors"] = sum(1 << sectors.index(name) for name in set(clause.sectors)) or EVERY
    if clause.score is not None:
        found |= {
            "score_precision": clause.score.precision,
            "least_score": clause.score.least, "most_score": clause.score.most,
        }  # fmt: skip
    return found


def is_eligible(e: Any, a: Any, score: float) -> bool:
    """Whether the firm may apply.

    Parameters
    ----------
    e : a row of `ADMISSION`
    a : application
    score : float, standard deviations
        The published score; at a stage for which none is published, none is asked for.
    """
    age = a.date - a.birth
    return (
        (e.stages >> a.stage) & 1 == 1
        and (e.sectors >> a.sector) & 1 == 1
        and e.least_age_years <= age <= e.most_age_years
        and e.least_sales <= a.sales <= e.most_sales
        and is_backed(e, a)
        and not (e.first_loan_only == 1 and (a.credit_years > 0.0 or a.limit > 0.0))
        and not (e.unlisted_only == 1 and a.high_tech == 1)
        and (e.score_precision[a.stage] <= 0.0 or e.least_score <= score < e.most_score)
    )


def is_backed(e: Any, a: Any) -> bool:
    """Whether the firm's equity rounds are those that the condition asks for."""
    if a.last_round < e.least_last_round or (e.venture_only == 1 and a.venture == 0):
        return False
    recent = a.last_round > 0.0 and a.date - a.round_date <= e.most_since_round_years
    return recent or e.most_since_round_years >= NO_BOUND
