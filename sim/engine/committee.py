"""The monthly credit committee: who asks, who is offered what, who takes it.

Only firms with an open request are looked at. Each request goes through the same steps:
judge, offer, the firm's choice, capital, then signing. Where the baseline's loans are
imposed, its decisions are repeated instead (`sim.engine.imposed`).
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.banks.case import Case, posterior
from sim.banks.offer import make_offer
from sim.banks.underwriting import RIVAL
from sim.banks.verdict import verdicts, withdraw
from sim.clauses import commitment, eligibility, loss_sharing
from sim.clauses.arrangement import PLAIN, is_plain
from sim.engine.hearing import case_of, leaving_cost, prefers, wants
from sim.engine.signing import Verdict, decline, fits_budget, learn, sign
from sim.engine.world import World
from sim.firms.record import ASK_FUNDS, ASK_OFFER, ASK_RENEWAL, ASK_REVIEW

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BOUNDARY = 1e-9


def hold_committee(w: World, date: float) -> None:
    """Decide on every open request at `date`."""
    waiting = np.flatnonzero(w.pending)
    if waiting.size == 0:
        return
    waiting = waiting[_is_ready(w, waiting, date)]
    if waiting.size == 0:
        return
    asked = w.firms.request[waiting]
    apply = (asked & (ASK_FUNDS | ASK_RENEWAL)) != 0
    review = ~apply & ((asked & ASK_REVIEW) != 0)
    decide_applications(w, waiting[apply], date)
    decide_reviews(w, waiting[review], date)
    decide_offers(w, waiting[~apply & ~review & ((asked & ASK_OFFER) != 0)], date)


def wind_down(w: World, date: float) -> None:
    """In the run-off nothing is lent: lines that end are called, other requests refused."""
    waiting = np.flatnonzero(w.pending)
    ending = (w.firms.request[waiting] & ASK_RENEWAL) != 0
    decline(w, waiting, np.where(ending, 0.0, 1.0), date)


def _is_ready(w: World, who: Ints, date: float) -> NDArray[np.bool_]:
    """Whether coordination between lenders has had its time."""
    lag = loss_sharing.delay(w.arrangement.loss_sharing)
    if lag == 0.0:
        return np.ones(who.shape[0], dtype=bool)
    return np.asarray(w.firms.asked[who] + lag <= date + BOUNDARY)


def decide_applications(w: World, who: Ints, date: float) -> None:
    """New lines, enlargements and renewals."""
    if who.size == 0:
        return
    case = case_of(w, who, date)
    plain = make_offer(case, "plain", PLAIN, w.scenario)
    open_still = wants(case, plain)
    decided = []
    if not is_plain(w.arrangement):
        special = make_offer(case, w.name, w.arrangement, w.scenario)
        open_to = eligibility.is_eligible(w.arrangement.eligibility, case.a, date)
        take = special.made & open_to & prefers(w, case, special, plain) & wants(case, special)
        take &= fits_budget(w, case, special, take)
        decided.append(Verdict(who, take, np.ones(who.size), special, True, False))
        open_still &= ~take
    take = plain.made & open_still
    take &= fits_budget(w, case, plain, take)
    decided.append(Verdict(who, take, np.ones(who.size), plain, False, False))
    learn(w, who, plain, date)
    for verdict in decided:
        sign(w, verdict, date)
    left = ~np.any([verdict.taken for verdict in decided], axis=0)
    _turn_elsewhere(w, case, who, left, date)


def _turn_elsewhere(w: World, case: Case, who: Ints, left: NDArray[np.bool_], date: float) -> None:
    """Firms without an offer: those whose line ends try one other bank, others go without."""
    ending = left & ((case.a.request & ASK_RENEWAL) != 0) & (w.scenario.n_banks > 1)
    rows = np.flatnonzero(ending)
    saved = np.zeros(who.size, dtype=bool)
    if rows.size:
        again = replace(
            case_of(w, who[rows], date), stigma=w.scenario.underwriting.stigma,
            renewal=np.zeros(rows.size, dtype=bool),
        )  # fmt: skip
        offer = make_offer(again, "plain", PLAIN, w.scenario, first=1)
        take = offer.made & (offer.line >= case.a.balance[rows] * 0.999999)
        take &= fits_budget(w, again, offer, take, moves=True)
        sign(w, Verdict(who[rows], take, np.ones(rows.size), offer, False, True), date)
        saved[rows[take]] = True
    gone = left & ~saved
    kept = np.where((case.a.request & ASK_RENEWAL) != 0, 0.0, 1.0)
    decline(w, who[gone], kept[gone], date)


def decide_reviews(w: World, who: Ints, date: float) -> None:
    """Yearly reviews of lines that run: lenders may withdraw, alone or together.

    Where lenders have not agreed to stand still, a withdrawal is a bad signal to the
    others, who look again at once.
    """
    if who.size == 0:
        return
    case = case_of(w, who, date)
    accept, share = standing(w, case, who)
    if commitment.stands_still(w.arrangement.commitment):
        kept = ((accept * share).sum(axis=1) >= 0.5).astype(float)
    else:
        # Shares that sum to one but for a rounding error are no cut where nobody leaves.
        leaves = np.any(~accept & (share > 0.0), axis=1)
        kept = np.where(leaves, (accept * share).sum(axis=1), 1.0)
    w.ordinal[who] += 1
    decline(w, who, kept, date)


def standing(w: World, case: Case, who: Ints) -> tuple[NDArray[np.bool_], Floats]:
    """Which of a firm's present lenders would go on, and their shares; shape (n, k)."""
    used = max(int((w.share[who] > 0.0).sum(axis=1).max()), 1)
    lender = w.lender[who, :used].astype(np.int64)
    share = w.share[who, :used]
    sizes = case.a.limit[:, None] * share
    post_mean, variance, _ = posterior(case, w.arrangement, lender, w.scenario)
    terms = (w.name, w.arrangement, w.scenario)
    accept, _ = verdicts(case, *terms, (lender, post_mean, variance, sizes))
    if not commitment.stands_still(w.arrangement.commitment):
        accept = withdraw(case, *terms, (lender, sizes, accept))
    return accept, share


def decide_offers(w: World, who: Ints, date: float) -> None:
    """Another bank knocks: it judges for itself, and the firm compares."""
    if who.size == 0:
        return
    case = case_of(w, who, date)
    rows = np.flatnonzero(case.a.called == 0)
    if rows.size == 0 or w.scenario.n_banks < 2:
        decline(w, who, np.ones(who.size), date)
        return
    offer = make_offer(case, "plain", PLAIN, w.scenario, first=1)
    luck = case.draw(np.full((who.size, 1), RIVAL))[:, 0]
    rate = offer.rate + w.scenario.underwriting.offer_discount_rate * np.log(luck)
    offer = replace(offer, rate=rate, later_rate=rate, mean_rate=rate)
    saving = (case.a.rate - rate) * case.a.balance * w.scenario.choice.offer_horizon_years
    leave = offer.made & (offer.line >= case.a.balance) & (saving > leaving_cost(w, case))
    leave &= fits_budget(w, case, offer, leave, moves=True)
    w.ordinal[who] += 1
    sign(w, Verdict(who, leave, np.ones(who.size), offer, False, True), date)
    decline(w, who[~leave], np.ones(int((~leave).sum())), date)
