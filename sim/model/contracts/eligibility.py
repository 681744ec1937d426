"""Who may apply for the arrangement?

Neutral: everyone. A programme may be open to some firms only: by stage, age, sales or
sector, by a recent equity round, to firms that never had a loan, or by class of a published
score; firms outside it keep the plain loan. Source: tiers of the Zhejiang joint loan (ZJ03),
stage lists of the Jiangsu programmes (JS01, JS04), classes of its points (JS08).
"""

from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.base.parameter import Frozen, NonNegative, StageVector, param

Floats = NDArray[np.float64]
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
    least_sales: NonNegative = param(
        0.0, unit="CNY million a year", meaning="least sales admitted"
    )
    most_sales: NonNegative = param(
        NO_BOUND, unit="CNY million a year", meaning="greatest sales admitted"
    )
    venture_only: bool = param(False, unit="", meaning="only firms that venture funds back")
    least_last_round: NonNegative = param(
        0.0, unit="CNY million", meaning="least amount of the last equity round"
    )
    most_since_round_years: NonNegative = param(
        NO_BOUND, unit="years", meaning="longest time since the last equity round"
    )
    first_loan_only: bool = param(False, unit="", meaning="only firms that never had a line")
    score: ScoreClass | None = param(None, unit="", meaning="class of a published score")


Eligibility = Annotated[Everyone | Listed, Field(discriminator="kind")]


def score_precision(clause: Everyone | Listed, stage: NDArray[np.int64]) -> Floats:
    """Precision of the score that decides on admission, shape (n_firms,); zero without one.

    Examples
    --------
    >>> points = Listed(kind="listed", score=ScoreClass(precision=(0.1, 0.2, 0.3, 0.4)))
    >>> score_precision(points, np.array([0, 3])).tolist()
    [0.1, 0.4]
    """
    if isinstance(clause, Everyone) or clause.score is None:
        return np.zeros(stage.shape[0])
    return np.asarray(clause.score.precision, dtype=float)[stage]


def is_eligible(
    clause: Everyone | Listed, firms: Any, date: float, score: Floats | None = None,
    sectors: tuple[str, ...] = (),
) -> NDArray[np.bool_]:  # fmt: skip
    """Which firms may apply.

    Parameters
    ----------
    clause : Everyone or Listed
    firms : record array, shape (n_firms,)
    date : float, years
    score : array, shape (n_firms,), standard deviations, optional
        The published score, where the clause asks for a class of it.
    sectors : tuple of str
        Names of the sectors in the order of their codes, where the clause names some.

    Returns
    -------
    bool array, shape (n_firms,)

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> firms = SimpleNamespace(
    ...     stage=np.array([0, 1]), birth=np.zeros(2), last_round=np.zeros(2),
    ...     venture=np.zeros(2), sales=np.ones(2), round_date=np.zeros(2),
    ...     credit_years=np.zeros(2), limit=np.zeros(2), shape=(2,))
    >>> is_eligible(Listed(kind="listed", stages=("growth",)), firms, 2.0).tolist()
    [False, True]
    """
    admitted = np.ones(firms.shape[0], dtype=bool)
    if isinstance(clause, Everyone):
        return admitted
    if clause.stages != STAGES:
        admitted &= np.isin(firms.stage, [STAGE_CODE[stage] for stage in clause.stages])
    if clause.sectors:
        admitted &= np.isin(firms.sector, [sectors.index(name) for name in clause.sectors])
    age = date - firms.birth
    admitted &= (age >= clause.least_age_years) & (age <= clause.most_age_years)
    admitted &= (firms.sales >= clause.least_sales) & (firms.sales <= clause.most_sales)
    return admitted & _by_equity(clause, firms, date) & _by_record(clause, firms, score)


def _by_equity(clause: Listed, firms: Any, date: float) -> NDArray[np.bool_]:
    """Admission by equity rounds."""
    admitted = firms.last_round >= clause.least_last_round
    if clause.most_since_round_years < NO_BOUND:
        raised = firms.last_round > 0.0
        admitted &= raised & (date - firms.round_date <= clause.most_since_round_years)
    if clause.venture_only:
        admitted &= firms.venture == 1
    return np.asarray(admitted)


def _by_record(clause: Listed, firms: Any, score: Floats | None) -> NDArray[np.bool_]:
    """Admission by what banks and the public know of the firm."""
    admitted = np.ones(firms.shape[0], dtype=bool)
    if clause.first_loan_only:
        admitted &= (firms.credit_years <= 0.0) & (firms.limit <= 0.0)
    if clause.score is not None and score is not None:
        admitted &= (score >= clause.score.least) & (score < clause.score.most)
    return admitted
