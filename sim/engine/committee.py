"""The monthly credit committee: who asks, who is offered what, who takes it.

Only firms with an open request are looked at. Each request goes through the same steps:
judge, offer, the firm's choice among all that it is offered, capital, then signing. Where
the baseline's loans are imposed, its decisions are repeated instead (`sim.engine.imposed`).
"""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.draws import REACH, SIGNAL, uniform_columns
from sim.engine.signing import Verdict, decline, fits_budget, learn, quota_left, sign
from sim.engine.world import World
from sim.model.banks.application import Case, posterior
from sim.model.banks.credit_decision import verdicts, withdraw
from sim.model.banks.offer import Offer, make_offer, usable
from sim.model.banks.underwriting import RIVAL, Draw, prior_quality
from sim.model.banks.underwriting import score as public_score
from sim.model.contracts import commitment, eligibility, loss_sharing
from sim.model.contracts.arrangement import PLAIN, Arrangement
from sim.model.firms.applicants import applicants
from sim.model.firms.record import ASK_FUNDS, ASK_OFFER, ASK_RENEWAL, ASK_REVIEW, NO_RIGHT, SWAP
from sim.scenario.scenario import Item, terms_of

# --- The hearing: what is known of the firms that ask, and what they make of an offer ------------


Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

YEAR_ZERO = 1_000_000
"""Added to a calendar year, so that its address is no decision's."""


def case_of(w: World, who: Ints, date: float) -> Case:
    """What the committee knows about firms `who`."""
    a = applicants(w.rules.read_applicants, w.firms, w.params, who, date)
    equity = w.scenario.equity
    return Case(
        a=a, date=date, draw=draws_for(w, who, w.ordinal[who]),
        published=draws_for(w, who, np.full(who.size, YEAR_ZERO + math.floor(date))),
        bust=w.in_bust,
        collateral=float(w.climate.collateral[0]),
        roster=w.roster[who].astype(np.int64), file=(w.file_precision[who], w.file_sum[who]),
        prior=prior_quality(a.venture, equity.venture_logit, equity.venture_quality_slope),
        quota_left=False, renewal=a.limit > 0.0,
    )  # fmt: skip


def draws_for(w: World, who: Ints, ordinal: Ints) -> Draw:
    """Uniform numbers addressed by firm, code and an ordinal, shape (n,).

    The ordinal is the number of decisions taken on the firm so far, or the calendar year.
    """

    def draw(codes: Ints) -> Floats:
        out = np.empty(codes.shape)
        w.rules.fill_uniforms(*w.key, who, SIGNAL, codes, ordinal, out)
        return out

    return draw


def wants(case: Case, offer: Offer) -> NDArray[np.bool_]:
    """A line that still runs is replaced only by a larger one."""
    running = (case.a.limit > 0.0) & ((case.a.request & ASK_RENEWAL) == 0)
    return np.asarray(~running | (offer.line > case.a.limit * 1.000001))


def admitted(w: World, case: Case, item: Item) -> NDArray[np.bool_]:
    """Which applicants an arrangement on the menu is open to at the date of the case."""
    open_to = np.full(case.a.shape, item.is_open(case.date))
    share = item.reach(case.date)
    if share < 1.0:
        luck, _ = uniform_columns(w.key, case.a.firm, REACH, item.address, 0)
        open_to &= luck < share
    for clause in item.admission:
        precision = eligibility.score_precision(clause, case.a.stage)
        score = public_score(case.a, precision, case.published) if np.any(precision) else None
        sectors = tuple(w.scenario.sector)
        open_to &= eligibility.is_eligible(clause, case.a, case.date, score, sectors)
    return np.asarray(open_to)


def advantage(w: World, case: Case, special: Offer, plain: Offer, item: Item) -> Floats:
    """What the firm gains by an arrangement over plain lending, CNY million, shape (n,)."""
    rule, need = w.scenario.choice, _need(case)
    drawn = w.scenario.credit_line.drawn_at_signing
    instead = np.where(plain.made, plain.line, 0.0)
    more = usable(special.line, need, drawn) - usable(instead, need, drawn)
    longer = special.line * (special.years - np.where(plain.made, plain.years, 0.0))
    gain = rule.shadow_value * more * special.years + rule.tenor_value * longer
    dearer = np.where(plain.made, special.mean_rate - plain.mean_rate, 0.0)
    cost = dearer * drawn * special.line * special.years
    return np.asarray(gain - (cost + _upside_cost(w, case, special, item)))


def worth(w: World, case: Case, offer: Offer, item: Item) -> Floats:
    """What an offer is worth to the firm by itself, to rank several; CNY million, (n,).

    A rate counts here even for firms that plain lending refuses: they need the loan, but
    take the cheaper of two.
    """
    rule = w.scenario.choice
    drawn = w.scenario.credit_line.drawn_at_signing
    money = rule.shadow_value * usable(offer.line, _need(case), drawn)
    yearly = money + rule.tenor_value * offer.line - offer.mean_rate * drawn * offer.line
    return np.asarray(yearly * offer.years - _upside_cost(w, case, offer, item))


def _need(case: Case) -> Floats:
    """What the firm lacks: its project's cost and a year's outflow beyond its cash."""
    return np.asarray(
        case.a.demand * (case.a.project == 1) + np.maximum(-case.a.flow, 0.0) - case.a.cash
    )


def _upside_cost(w: World, case: Case, offer: Offer, item: Item) -> Floats:
    """What the right in the offer costs the owners, CNY million."""
    right, a = offer.right, case.a
    if right.kind == NO_RIGHT:
        return np.zeros(a.shape[0])
    if right.royalty_share > 0.0:
        return np.asarray(
            np.minimum(right.royalty_cap, right.royalty_share * a.sales * offer.years)
        )
    cost = right_cost(w, right, a.value, np.full(a.shape, right.years))
    cost = cost * np.exp(w.scenario.choice.private_information_slope * a.quality)
    if right.kind != SWAP:
        return cost
    plain = w.scenario.relationship.capture_plain
    base, full, _ = commitment.captures(item.arrangement.commitment, plain)
    moving = w.scenario.relationship.delivery_cost * (full - base) * a.business
    return np.minimum(cost, moving * right.years * a.taste)


def leaving_cost(w: World, case: Case) -> Floats:
    """What leaving costs: moving, breaking the agreement, and a right that stays alive."""
    a = case.a
    promises = [PLAIN, *(item.arrangement for item in w.menu)]
    broken = np.array([commitment.break_cost(terms.commitment) for terms in promises])[a.terms]
    cost = (w.scenario.choice.switching_cost + broken) * a.limit * a.taste
    years = np.clip(a.expiry - case.date, 0.0, 100.0)
    return np.asarray(cost + np.where(a.right == SWAP, right_cost(w, a, a.value, years), 0.0))


def right_cost(w: World, right: Any, value: Floats, years: Floats) -> Floats:
    """What rights are expected to cost the owners, CNY million, shape (n,).

    Parameters
    ----------
    w : World
    right : has arrays `stake`, `strike` and `trigger`, shape (n,)
    value : array, shape (n,), CNY million
        Pre-money equity values.
    years : array, shape (n,)
        Lives of the rights.
    """
    terms = np.stack([right.stake, right.strike, right.trigger, value, years])
    rule, cost = w.scenario.right, np.empty(value.shape)
    w.rules.price_rights(terms, rule.right_volatility, rule.right_discount, cost)
    return cost


# --- The monthly credit committee: who asks, who is offered what, who takes it -------------------


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
    """Whether coordination between lenders has had its time.

    A firm waits for the lenders of what is on offer to it, and hears from all of them
    together; a firm to which no joint loan is open does not wait.
    """
    delays = [(item, loss_sharing.delay(item.arrangement.loss_sharing)) for item in w.menu]
    slow = [(item, years) for item, years in delays if years > 0.0 and item.is_open(date)]
    lag = np.zeros(who.shape[0])
    if slow:
        case = case_of(w, who, date)
        for item, years in slow:
            lag = np.maximum(lag, np.where(admitted(w, case, item), years, 0.0))
    return np.asarray(w.firms.asked[who] + lag <= date + BOUNDARY)


def decide_applications(w: World, who: Ints, date: float) -> None:
    """New lines, enlargements and renewals."""
    if who.size == 0:
        return
    case = case_of(w, who, date)
    plain = make_offer(case, "plain", PLAIN, w.scenario)
    decided = _from_menu(w, case, plain)
    gone = np.any([verdict.taken for verdict in decided], axis=0)
    take = plain.made & wants(case, plain) & ~gone
    take &= fits_budget(w, case, plain, take)
    decided.append(Verdict(who, take, np.ones(who.size), plain, 0, False))
    learn(w, who, plain, date)
    for verdict in decided:
        sign(w, verdict, date)
    left = ~np.any([verdict.taken for verdict in decided], axis=0)
    _turn_elsewhere(w, case, who, left, date)


def _from_menu(w: World, case: Case, plain: Offer) -> list[Verdict]:
    """Who takes which arrangement: the best that it is offered and its lenders can carry.

    Only what is no worse for the firm than plain lending is taken.
    """
    codes, offers, worths = [], [], []
    for code, item in enumerate(w.menu, 1):
        open_to = admitted(w, case, item)
        if not np.any(open_to):
            continue
        known = replace(case, quota_left=quota_left(w, item.arrangement.funding))
        offer = make_offer(known, item.name, item.arrangement, w.scenario)
        better = advantage(w, case, offer, plain, item) >= 0.0
        ready = offer.made & open_to & better & wants(case, offer)
        codes.append(code)
        offers.append(offer)
        worths.append(np.where(ready, worth(w, case, offer, item), -np.inf))
    taken = _best_first(w, case, offers, worths)
    everyone = case.a.firm
    return [
        Verdict(everyone, take, np.ones(everyone.size), offer, code, False)
        for code, offer, take in zip(codes, offers, taken, strict=True)
    ]


def _best_first(w: World, case: Case, offers: list[Offer], worths: list[Floats]) -> list[Any]:
    """Firms take their best offer; one that does not fit its lenders' capital, the next."""
    taken = [np.zeros(case.a.shape, dtype=bool) for _ in offers]
    if not offers:
        return taken
    left = np.stack(worths, axis=1)
    while np.any(left > -np.inf):
        best = left.argmax(axis=1)
        asks = left.max(axis=1) > -np.inf
        for j, offer in enumerate(offers):
            take = asks & (best == j)
            fits = take & fits_budget(w, case, offer, take)
            taken[j] |= fits
            left[take, j] = -np.inf
            left[fits] = -np.inf
    return taken


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
        sign(w, Verdict(who[rows], take, np.ones(rows.size), offer, 0, True), date)
        saved[rows[take]] = True
    gone = left & ~saved
    kept = np.where((case.a.request & ASK_RENEWAL) != 0, 0.0, 1.0)
    decline(w, who[gone], kept[gone], date)


def decide_reviews(w: World, who: Ints, date: float) -> None:
    """Yearly reviews of lines that run, by the terms on which each was signed."""
    codes = w.firms.terms[who]
    for code in np.unique(codes):
        review(w, who[codes == code], date, *terms_of(w.menu, int(code)))


def review(w: World, who: Ints, date: float, name: str, arrangement: Arrangement) -> None:
    """Lenders look again at lines under one arrangement, and may withdraw alone or together.

    Where lenders have not agreed to stand still, a withdrawal is a bad signal to the
    others, who look again at once.
    """
    funding = quota_left(w, arrangement.funding)
    case = replace(case_of(w, who, date), quota_left=funding)
    accept, share = standing(w, case, name, arrangement)
    if commitment.stands_still(arrangement.commitment):
        kept = ((accept * share).sum(axis=1) >= 0.5).astype(float)
    else:
        # Shares that sum to one but for a rounding error are no cut where nobody leaves.
        leaves = np.any(~accept & (share > 0.0), axis=1)
        kept = np.where(leaves, (accept * share).sum(axis=1), 1.0)
    w.ordinal[who] += 1
    decline(w, who, kept, date)


def standing(
    w: World, case: Case, name: str, arrangement: Arrangement
) -> tuple[NDArray[np.bool_], Floats]:
    """Which of a firm's present lenders would go on, and their shares; shape (n, k)."""
    who = case.a.firm
    used = max(int((w.share[who] > 0.0).sum(axis=1).max()), 1)
    lender = w.lender[who, :used].astype(np.int64)
    share = w.share[who, :used]
    sizes = case.a.limit[:, None] * share
    post_mean, variance, _ = posterior(case, arrangement, lender, w.scenario)
    terms = (name, arrangement, w.scenario)
    accept, _ = verdicts(case, *terms, (lender, post_mean, variance, sizes))
    if not commitment.stands_still(arrangement.commitment):
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
    sign(w, Verdict(who, leave, np.ones(who.size), offer, 0, True), date)
    decline(w, who[~leave], np.ones(int((~leave).sum())), date)
