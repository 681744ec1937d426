"""A limit in which the break-even premium of a layer of cover has a closed form.

Loans of one size are lost whole at a constant hazard. An insurer bears a share of a loss beyond a
deductible, and in a year at most a part of what it covers on 1 January. The first claims come
before it covers anything on such a day, and meet no cap; from the next 1 January on they are
binomial, cut at a cap that hangs on how many loans there are left. What it can expect to pay over
the time for which it can expect to be paid is the premium at which it gains nothing.
"""

import math
from typing import Any

import numpy as np
from scipy import stats

from sim.scenario.scenario import Scenario
from tests.studies import fair_rate
from tests.studies.fair_rate import HAZARD
from tests.studies.fair_step import HORIZON, SIGNING, TERM

INSURED, DEDUCTIBLE, CAP = 0.8, 0.1, 0.05
PAID = INSURED * (1.0 - DEDUCTIBLE)
"""Payment for one loan of one million, before the cap of the year."""
KEY = "arrangement.insured.loss_sharing.insurance_fee_rate"
FIRMS = 40


def fair_premium(firms: int = FIRMS) -> float:
    """Premium at which the insurer's expected result is zero, per year.

    >>> round(fair_premium(), 5)
    0.04982
    """
    early, late = (-math.expm1(-HAZARD * years) for years in (1.0 - SIGNING, HORIZON - 1.0))
    left = np.arange(firms + 1)
    number = stats.binom.pmf(left, firms, 1.0 - early)
    claims = np.minimum(PAID * left[None, :], CAP * INSURED * left[:, None])
    paid = (stats.binom.pmf(left[None, :], left[:, None], late) * claims).sum(axis=1)
    balance = firms * -math.expm1(-HAZARD * (HORIZON - SIGNING)) / HAZARD
    return float((firms * early * PAID + number @ paid) / balance)


LAYER: dict[str, Any] = {
    "kind": "sole", "insured_share": INSURED, "insurance_deductible": DEDUCTIBLE,
    "insurance_cap_per_year_share": CAP,
}  # fmt: skip
OWN: dict[str, Any] = fair_rate.OWN | {
    "arrangement.insured": {
        **TERM, "pricing": {"kind": "fixed", "rate": 0.05}, "loss_sharing": LAYER,
    },
    "experiment.arrangements": ["insured"], "experiment.baseline": "insured",
}  # fmt: skip


def insured(seed: int, firms: int = FIRMS) -> Scenario:
    """The limit with its own random numbers.

    Parameters
    ----------
    seed, firms : int
    """
    return fair_rate.of_one_kind(OWN, seed, firms)
