"""Who may apply for the arrangement?

Neutral: everyone. A programme may be open to some stages, sectors or ages only; firms
outside it keep the plain loan. Source: tiers of the Zhejiang joint loan (ZJ03), stage
lists of the Jiangsu programmes (JS01, JS04).
"""

from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.base.frozen import Frozen, NonNegative, param


class Everyone(Frozen):
    """No restriction."""

    kind: Literal["everyone"] = "everyone"


class Listed(Frozen):
    """Only firms on the programme's list."""

    kind: Literal["listed"]
    stages: tuple[Literal["startup", "growth", "expansion", "mature"], ...] = param(
        ("startup", "growth", "expansion", "mature"), unit="", meaning="stages admitted"
    )
    most_age_years: NonNegative = param(1000.0, unit="years", meaning="greatest age admitted")
    venture_only: bool = param(False, unit="", meaning="only firms that venture funds back")
    least_last_round: NonNegative = param(
        0.0, unit="CNY million", meaning="least amount of the last equity round"
    )


Eligibility = Annotated[Everyone | Listed, Field(discriminator="kind")]
STAGE_CODE = {"startup": 0, "growth": 1, "expansion": 2, "mature": 3}


def is_eligible(clause: Everyone | Listed, firms: Any, date: float) -> NDArray[np.bool_]:
    """Which firms may apply.

    Parameters
    ----------
    clause : Everyone or Listed
    firms : record array, shape (n_firms,)
    date : float, years

    Returns
    -------
    bool array, shape (n_firms,)

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> firms = SimpleNamespace(stage=np.array([0, 1]), birth=np.array([0.0, 0.0]),
    ...                         last_round=np.zeros(2), venture=np.zeros(2))
    >>> is_eligible(Listed(kind="listed", stages=("growth",)), firms, 2.0).tolist()
    [False, True]
    """
    if isinstance(clause, Everyone):
        return np.ones(firms.shape[0], dtype=bool)
    codes = [STAGE_CODE[stage] for stage in clause.stages]
    young = date - firms.birth <= clause.most_age_years
    funded = firms.last_round >= clause.least_last_round
    backed = (firms.venture == 1) | (not clause.venture_only)
    return np.asarray(np.isin(firms.stage, codes) & young & funded & backed)
