"""An offer: what an arrangement's clauses and a bank's judgement give each applicant.

Every arrangement goes through the same steps on the same applicants; only its clauses
differ. The result says for each applicant whether lenders agree, for how much, at what
rate and with whom.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.parameter import Frozen, NonNegative, param
from sim.model.banks.application import Case, Scenario, lenders_of, posterior
from sim.model.banks.credit_decision import verdicts, withdraw
from sim.model.contracts import commitment, limit, loss_sharing, pricing, tenor, upside
from sim.model.contracts.arrangement import Arrangement

# --- An offer: what an arrangement's clauses and a bank's judgement give each applicant ----------


Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Offer:
    """Offers to n applicants; arrays of shape (n,) unless stated."""

    made: NDArray[np.bool_]
    line: Floats
    rate: Floats
    later_rate: Floats
    mean_rate: Floats
    step_years: float
    years: float
    lender: Ints
    share: Floats
    merit: Floats
    default: Floats
    loss: Floats
    judgement: Floats
    news: tuple[Floats, Floats]
    right: upside.RightTerms
    monitored: NDArray[np.bool_]


def secured_line(case: Case, scenario: Scenario) -> Floats:
    """What tangible collateral supports, CNY million, shape (n,).

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> firms = SimpleNamespace(tangible=np.array([0.5]), scale=np.array([40.0]))
    >>> case = SimpleNamespace(a=firms, collateral=0.8)
    >>> rule = SimpleNamespace(underwriting=SimpleNamespace(advance_rate=0.5))
    >>> secured_line(case, rule).tolist()
    [8.0]
    """
    a = case.a
    return np.asarray(scenario.underwriting.advance_rate * a.tangible * a.scale * case.collateral)


def bank_caps(case: Case, lender: Ints, scenario: Scenario) -> Floats:
    """Most that each lender lends to each applicant, CNY million, shape (n, k).

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> lead = SimpleNamespace(cap_factor=0.5, parent_capital=1000.0)
    >>> share = SimpleNamespace(single_name_share=0.1)
    >>> caps = SimpleNamespace(line_cap=(8.0, 40.0, 80.0, 150.0))
    >>> rule = SimpleNamespace(bank={"lead": lead}, capital=share, underwriting=caps)
    >>> case = SimpleNamespace(a=SimpleNamespace(stage=np.array([0, 1])))
    >>> bank_caps(case, np.array([[0], [0]]), rule).tolist()
    [[4.0], [20.0]]
    """
    banks = list(scenario.bank.values())
    factor = np.array([bank.cap_factor for bank in banks])
    name = np.array([bank.parent_capital for bank in banks]) * scenario.capital.single_name_share
    by_stage = np.asarray(scenario.underwriting.line_cap)[case.a.stage]
    return np.asarray(np.minimum(by_stage[:, None] * factor[lender], name[lender]))


def make_offer(case: Case, name: str, arrangement: Arrangement, scenario: Scenario,
               first: int = 0) -> Offer:  # fmt: skip
    """What the arrangement gives each applicant.

    Parameters
    ----------
    case : Case
    name : str
        Name of the arrangement, for its beliefs.
    arrangement : Arrangement
    scenario : Scenario
    first : int
        0 for the firm's own bank as lead, 1 for the next bank.

    Returns
    -------
    Offer
    """
    joint = loss_sharing.is_joint(arrangement.loss_sharing)
    wanted = loss_sharing.shares_of(arrangement.loss_sharing)
    side_by_side = not joint and not limit.is_unsecured(arrangement.limit)
    count = scenario.underwriting.bilateral_lenders if side_by_side else len(wanted)
    lender = lenders_of(case.a.home, case.roster, min(count, scenario.n_banks - first), first)
    post, variance, news = posterior(case, arrangement, lender, scenario)
    caps = bank_caps(case, lender, scenario)
    factor = limit.cap_factor(arrangement.limit)
    caps = caps * factor if np.isfinite(factor) else np.full_like(caps, np.inf)
    asked = limit.line(arrangement.limit, case.a, secured_line(case, scenario), case.date)
    trial = _sizes(asked, caps, wanted, side_by_side, np.ones(lender.shape, dtype=bool))
    terms = (name, arrangement, scenario)
    accept, parts = verdicts(case, *terms, (lender, post, variance, trial))
    if side_by_side and not commitment.stands_still(arrangement.commitment):
        accept = withdraw(case, *terms, (lender, trial, accept))
    sizes = _sizes(asked, caps, wanted, side_by_side, accept)
    return _offer(case, arrangement, scenario, (lender, sizes, accept, post, news), parts)


def _sizes(
    asked: Floats,
    caps: Floats,
    wanted: Floats,
    side_by_side: bool,
    accept: NDArray[np.bool_],
) -> Floats:
    """Line of each lender, CNY million, shape (n, k).

    Side by side, each lender in turn covers what is left. Under one agreement each bank
    lends its share of the whole, and the tightest cap over its share binds.
    """
    if side_by_side:
        before = np.zeros_like(asked)
        sizes = np.zeros_like(caps)
        for j in range(caps.shape[1]):
            sizes[:, j] = np.where(accept[:, j], np.minimum(caps[:, j], asked - before), 0.0)
            before = before + sizes[:, j]
            if j == 0:
                asked = np.where(accept[:, 0], asked, 0.0)
        return np.maximum(sizes, 0.0)
    part = np.where(accept & accept[:, :1], wanted[None, :], 0.0)
    bound = np.divide(caps, part, out=np.full_like(caps, np.inf), where=part > 0.0)
    whole = np.minimum(asked, bound.min(axis=1))
    # A refusing partner takes its own line with it: the others do not carry it.
    return np.where(part > 0.0, whole[:, None] * part, 0.0)


def _offer(
    case: Case, arrangement: Arrangement, scenario: Scenario, views: tuple[Any, ...],
    parts: tuple[Floats, ...],
) -> Offer:  # fmt: skip
    """Put the pieces of an offer together."""
    lender, sizes, accept, post, news = views
    merit, default, loss, own = parts
    line = sizes.sum(axis=1)
    made = accept[:, 0] & (line >= scenario.underwriting.least_line)
    share = np.divide(sizes, line[:, None], out=np.zeros_like(sizes), where=line[:, None] > 0.0)
    first, later, after = pricing.rates(arrangement.pricing, own)
    length = tenor.years(arrangement.tenor)
    return Offer(
        made=made, line=line, rate=first, later_rate=later,
        mean_rate=pricing.mean_rate(arrangement.pricing, own, length), step_years=after,
        years=length, lender=lender, share=share, merit=merit, default=default, loss=loss,
        judgement=post[:, 0], news=news,
        right=upside.right_terms(arrangement.upside, line, case.a.value),
        monitored=_monitors(case, scenario, line, share, loss),
    )  # fmt: skip


def _monitors(
    case: Case, scenario: Scenario, line: Floats, share: Floats, loss: Floats
) -> NDArray[np.bool_]:
    """Whether monitoring pays the lead for its own share of the loan (free riding)."""
    u, rule = scenario.underwriting, scenario.lifecycle
    drawn = scenario.credit_line.drawn_at_signing * line
    leverage = np.minimum(drawn / np.maximum(case.a.value, 0.1), 5.0)
    saved = rule.diversion_hazard * leverage * rule.monitoring_effect * loss * drawn
    return np.asarray(u.monitoring_effort * share[:, 0] * saved > u.monitoring_cost)


# --- The firm's side of a decision: take the arrangement, take the plain loan, or move bank ------
# A firm compares what it gets (usable money now, a longer tenor) with what it gives up
# (rate, right or business). It knows more about its prospects than the bank does, so good
# firms give up a right less willingly.


class Choice(Frozen):
    """How firms compare offers."""

    shadow_value: NonNegative = param(
        unit="per year", meaning="worth of one more unit of usable money"
    )
    tenor_value: NonNegative = param(
        unit="per year of tenor", meaning="worth of one more year of tenor per unit of line"
    )
    private_information_slope: float = param(
        unit="-",
        meaning="log effect of own quality on the firm's worth of a right",
        low=-10,
        high=10,
    )
    switching_cost: NonNegative = param(
        unit="share of line", meaning="cost of moving to another bank"
    )
    offer_horizon_years: NonNegative = param(
        unit="years", meaning="time over which a lower rate is counted"
    )


def usable(line: Floats, need: Floats, drawn_share: float) -> Floats:
    """Part of a line that the firm would use: its need, at least the part drawn at once.

    Examples
    --------
    >>> usable(np.array([10.0, 10.0]), np.array([7.0, -2.0]), 0.4).tolist()
    [7.0, 4.0]
    """
    return np.minimum(line, np.maximum(need, drawn_share * line))
