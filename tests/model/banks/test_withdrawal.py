"""When a bank withdraws a line: alone, shaken by others, or together."""

from typing import Any

import numpy as np
import pytest

from sim.model.banks.withdrawal import look_again, retained_at_review
from tests.model.banks.three import applicant, applicants, banks, conditions, known, offer, rules

LINES = np.array([2.0, 10.0, 30.0])
PAIRS = ([0, 1], [1, 0], [2, 0])
BOTH = [0.6, 0.4]
# Just worth renewing at average quality; half a standard deviation worse is too much for
# the start-up, and nothing to a firm whose quality is plain to see.
QUALITY = (0.0, 3.0, 3.0)
SHAKY = {"quality_slope": 0.8, "renewal_patience_rate": 0.0045}
SOME = [[1, 0], [1, 0], [0, 1]]


# --- Looking again -----------------------------------------------------------------------


def rerun(accepts: Any, parts: Any = BOTH, stigma: float = 0.5) -> list[list[int]]:
    """Who still agrees once lenders have looked again."""
    found = []
    for n, a in enumerate(applicants(quality=QUALITY, renewal=1)):
        part = LINES[n] * np.array(parts)
        o = offer(lenders=2, lender=PAIRS[n], part=part, accepts=accepts[n])
        look_again(o, a, *known(None, rules(**SHAKY, stigma=stigma), None), offer())
        assert a.stigma == 0.0
        found.append(o.accepts[:2].tolist())
    return found


def test_a_withdrawal_shakes_those_who_were_in_two_minds() -> None:
    assert rerun(SOME) == [[0, 0], [1, 0], [0, 1]]


def test_nobody_is_shaken_where_a_withdrawal_says_nothing() -> None:
    assert rerun(SOME, stigma=0.0) == SOME


@pytest.mark.parametrize(
    ("accepts", "parts"),
    [
        ([[1, 1]] * 3, BOTH),
        ([[0, 0]] * 3, BOTH),
        # A bank that lends nothing cannot withdraw.
        ([[1, 0]] * 3, [1.0, 0.0]),
    ],
)
def test_without_a_withdrawal_lenders_do_not_look_again(accepts: Any, parts: Any) -> None:
    assert rerun(accepts, parts) == accepts


# --- Reviews -----------------------------------------------------------------------------

APART = conditions(tenor={"kind": "term", "years": 3.0, "reviewed": True})
TOGETHER = conditions(commitment={"kind": "agreement", "lenders_stand_still": True})
NAMES = ("north", "south", "west")


def kept(k: Any, accepts: Any, share: Any = (0.5, 0.3, 0.2), **fields: Any) -> float:
    """What is kept of a line of 10 where banks agree by their appetite."""
    willing = {name: {"appetite": 5.0 * yes} for name, yes in zip(NAMES, accepts, strict=True)}
    line = {"limit": 10.0, "renewal": 1, "lenders": 3, "lender": [0, 1, 2], "share": share}
    u = rules(relationship_weight=0.0, joint_patience_rate=0.0)
    a = applicant(**line | fields)
    return retained_at_review(offer(), a, *known(k, u, banks(**willing)), offer())


@pytest.mark.parametrize(
    ("k", "accepts", "share"),
    [
        (TOGETHER, [1, 1, 1], 1.0),
        (TOGETHER, [1, 0, 0], 1.0),  # half of the shares carry the decision for all
        (TOGETHER, [0, 1, 1], 1.0),
        (TOGETHER, [0, 1, 0], 0.0),  # called
        (APART, [1, 1, 1], 1.0),
        (APART, [1, 0, 0], 0.5),  # whoever leaves takes its part along
        (APART, [0, 1, 0], 0.3),
        (APART, [0, 0, 0], 0.0),
    ],
)
def test_lenders_leave_alone_or_stay_together(k: Any, accepts: Any, share: float) -> None:
    assert kept(k, accepts) == pytest.approx(share)


def test_shares_that_do_not_quite_sum_to_one_are_no_cut() -> None:
    share = [0.7, 0.2, 0.1]
    assert sum(share) != 1.0
    assert kept(APART, [1, 1, 1], share) == 1.0


def test_a_lender_without_a_share_cannot_leave() -> None:
    assert kept(APART, [1, 1, 0], [0.6, 0.4 - 1e-15, 0.0]) == 1.0


@pytest.mark.parametrize(("stigma", "share"), [(0.0, 0.6), (0.5, 0.0)])
def test_a_withdrawal_at_a_review_shakes_the_others(stigma: float, share: float) -> None:
    # North is just content with the start-up, as at renewal above; South is not.
    u = rules(**SHAKY, stigma=stigma)
    a = applicant(limit=2.0, renewal=1, lenders=2, lender=[0, 1], share=BOTH)
    lenders = banks(south={"appetite": 0.0})
    assert retained_at_review(offer(), a, *known(APART, u, lenders), offer()) == share
    # Lenders that have agreed to stand still are not shaken: North has the majority.
    u = rules(**SHAKY, stigma=stigma, joint_patience_rate=0.0)
    assert retained_at_review(offer(), a, *known(TOGETHER, u, lenders), offer()) == 1.0


@pytest.mark.parametrize(("tolerance", "share"), [(1.0, 1.0), (-5.0, 0.0)])
def test_present_lenders_judge_the_firm_anew(tolerance: float, share: float) -> None:
    a = applicant(limit=10.0, renewal=1, lenders=2, lender=[2, 1], share=BOTH)
    o = offer()
    found = retained_at_review(
        o, a, *known(APART, rules(policy_subsidy_rate=tolerance), None), offer()
    )
    assert found == share
    assert (o.lenders, o.lender[:2].tolist(), o.share[:2].tolist()) == (2, [2, 1], BOTH)


def test_a_pooled_file_is_that_of_the_firms_own_lenders() -> None:
    # Two lenders with correlation 0.25 are worth 2 / 1.25 = 1.6 signals.
    pooled = conditions(screening={"kind": "pooled"})
    a, o = applicant(limit=10.0, renewal=1, lenders=2, lender=[2, 1], share=BOTH), offer()
    retained_at_review(o, a, *known(pooled, None, None), offer())
    assert o.variance[:2] == pytest.approx([1.0 / 2.6] * 2)
