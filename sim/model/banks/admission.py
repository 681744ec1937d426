"""To whom an arrangement is open: its dates, its reach, and two conditions of admission."""

from typing import Any

from sim.base.draws import REACH, uniform_pair
from sim.model.banks.judgement import public_score
from sim.model.contracts.eligibility import is_eligible


def is_admitted(a: Any, k: Any, admission: Any) -> bool:
    """Whether an arrangement on the menu is open to the applicant.

    Parameters
    ----------
    a : application
    k : conditions of the arrangement
    admission : record array, shape (2,)
        The conditions of the arrangement and of the policy.
    """
    if k.open == 0:
        return False
    if k.reach < 1.0 and uniform_pair(a.k0, a.k1, a.firm, REACH, k.address, 0)[0] >= k.reach:
        return False
    for n in range(admission.shape[0]):
        e = admission[n]
        precision = e.score_precision[a.stage]
        score = public_score(a, precision) if precision > 0.0 else 0.0
        if not is_eligible(e, a, score):
            return False
    return True
