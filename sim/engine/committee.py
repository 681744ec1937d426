"""The monthly credit committee: who asks, who is offered what, who takes it.

Only firms with an open request are looked at. Each request goes through the same steps:
judge, offer, the firm's choice, capital, then signing. Where the baseline's loans are
imposed, its decisions are repeated instead (`sim.engine.imposed`).
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.banks.choice import accepts, right_cost, usable
from sim.banks.offer import Case, Offer, make_offer, posterior, withdraw
from sim.banks.offer import verdicts as judge_lenders
from sim.banks.rationing import fits_capital
from sim.banks.underwriting import RIVAL, Draw, prior_quality
from sim.base.draws import SIGNAL
from sim.clauses import commitment, eligibility, loss_sharing
from sim.clauses.arrangement import PLAIN, is_plain
from sim.clauses.funding import Relending
from sim.engine.contracts import write_contracts
from sim.engine.posting import post
from sim.engine.world import World
from sim.firms.applicants import applicants
from sim.firms.record import ASK_FUNDS, ASK_OFFER, ASK_RENEWAL, ASK_REVIEW, NO_RIGHT, SWAP

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BOUNDARY = 1e-9


@dataclass(frozen=True)
class Verdict:
    """What the committee decided on one group of firms.

    Parameters
    ----------
    who : int array, shape (n,): rows of the firms
    taken : bool array, shape (n,): a contract is signed
    kept : array, shape (n,): otherwise, the share of the line that stays
    offer, arranged, moved : the offer taken, whether it is the arrangement's, and whether
        the firm leaves its bank
    """

    who: Ints
    taken: NDArray[np.bool_]
    kept: Floats
    offer: Offer
    arranged: bool
    moved: bool


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


def case_of(w: World, who: Ints, date: float) -> Case:
    """What the committee knows about firms `who`."""
    a = applicants(w.rules.read_applicants, w.firms, w.params, who, date)
    equity = w.scenario.equity
    return Case(
        a=a, date=date, draw=draws_for(w, who),
        bust=w.in_bust,
        collateral=float(w.climate.collateral[0]),
        roster=w.roster[who].astype(np.int64), file=(w.file_precision[who], w.file_sum[who]),
        prior=prior_quality(a.venture, equity.venture_logit, equity.venture_quality_slope),
        quota_left=_quota_left(w), renewal=a.limit > 0.0,
    )  # fmt: skip


def draws_for(w: World, who: Ints) -> Draw:
    """Uniform numbers addressed by firm, code and the decisions taken on the firm so far."""
    ordinal = w.ordinal[who]

    def draw(codes: Ints) -> Floats:
        out = np.empty(codes.shape)
        w.rules.fill_uniforms(*w.key, who, SIGNAL, codes, ordinal, out)
        return out

    return draw


def _quota_left(w: World) -> bool:
    """Whether the relending facility has room."""
    clause = w.arrangement.funding
    if not isinstance(clause, Relending):
        return False
    size = clause.quota * w.scenario.population.firms / 1000.0
    return float(w.banks.loans.sum()) * clause.refinanced_share < size


def decide_applications(w: World, who: Ints, date: float) -> None:
    """New lines, enlargements and renewals."""
    if who.size == 0:
        return
    case = case_of(w, who, date)
    plain = make_offer(case, "plain", PLAIN, w.scenario)
    wants = _wants(case, plain)
    verdicts = []
    if not is_plain(w.arrangement):
        special = make_offer(case, w.name, w.arrangement, w.scenario)
        open_to = eligibility.is_eligible(w.arrangement.eligibility, case.a, date)
        take = (
            special.made
            & open_to
            & _prefers(w, case, special, plain)
            & _wants(case, special)
        )
        take &= _fits(w, case, special, take)
        verdicts.append(Verdict(who, take, np.ones(who.size), special, True, False))
        wants &= ~take
    take = plain.made & wants
    take &= _fits(w, case, plain, take)
    verdicts.append(Verdict(who, take, np.ones(who.size), plain, False, False))
    learn(w, who, plain)
    for verdict in verdicts:
        sign(w, verdict, date)
    left = ~np.any([verdict.taken for verdict in verdicts], axis=0)
    _turn_elsewhere(w, case, who, left, date)


def _wants(case: Case, offer: Offer) -> NDArray[np.bool_]:
    """A line that still runs is replaced only by a larger one."""
    running = (case.a.limit > 0.0) & ((case.a.request & ASK_RENEWAL) == 0)
    return np.asarray(~running | (offer.line > case.a.limit * 1.000001))


def _prefers(w: World, case: Case, special: Offer, plain: Offer) -> NDArray[np.bool_]:
    """Whether the firm takes the arrangement rather than what else it is offered."""
    rule, a = w.scenario.choice, case.a
    drawn = w.scenario.credit_line.drawn_at_signing
    need = a.demand * (a.project == 1) + np.maximum(-a.flow, 0.0) - a.cash
    instead = np.where(plain.made, plain.line, 0.0)
    more = usable(special.line, need, drawn) - usable(instead, need, drawn)
    longer = special.line * (special.years - np.where(plain.made, plain.years, 0.0))
    gain = rule.shadow_value * more * special.years + rule.tenor_value * longer
    dearer = np.where(plain.made, special.mean_rate - plain.mean_rate, 0.0)
    cost = dearer * drawn * special.line * special.years
    return accepts(gain, cost + _upside_cost(w, case, special))


def _upside_cost(w: World, case: Case, offer: Offer) -> Floats:
    """What the right in the offer costs the owners, CNY million."""
    right, a = offer.right, case.a
    if right.kind == NO_RIGHT:
        return np.zeros(a.shape[0])
    if right.royalty_share > 0.0:
        return np.asarray(
            np.minimum(right.royalty_cap, right.royalty_share * a.sales * offer.years)
        )
    rule = (w.scenario.right.right_volatility, w.scenario.right.right_discount)
    cost = right_cost(right.stake, right.strike, right.trigger, a, right.years, rule)
    cost = cost * np.exp(w.scenario.choice.private_information_slope * a.quality)
    if right.kind != SWAP:
        return cost
    plain = w.scenario.relationship.capture_plain
    base, full, _ = commitment.captures(w.arrangement.commitment, plain)
    moving = w.scenario.relationship.delivery_cost * (full - base) * a.business
    return np.minimum(cost, moving * right.years * a.taste)


def _fits(
    w: World, case: Case, offer: Offer, take: NDArray[np.bool_], moves: bool = False
) -> NDArray[np.bool_]:
    """Which of the loans to be taken fit the lenders' capital.

    A balance that is rolled over by the same bank needs no new capital.
    """
    fits = np.zeros(take.shape[0], dtype=bool)
    rows = np.flatnonzero(take)
    if rows.size:
        drawn = offer.line[rows] * w.scenario.credit_line.drawn_at_signing
        held = case.a.balance[rows]
        amount = np.maximum(drawn, held) if moves else np.maximum(drawn - held, 0.0)
        fits[rows] = fits_capital(
            amount, offer.lender[rows], offer.share[rows], offer.merit[rows], capital_room(w)
        )
    return fits


def capital_room(w: World) -> Floats:
    """What each desk can still lend on its capital, CNY million, shape (n_banks,)."""
    rule = w.scenario.capital
    used = rule.risk_weight * w.banks.loans + rule.defaulted_risk_weight * w.banks.npl
    return np.asarray(
        (w.banks.equity / rule.required_ratio - used) / max(rule.risk_weight, 1e-9)
    )


def _turn_elsewhere(
    w: World, case: Case, who: Ints, left: NDArray[np.bool_], date: float
) -> None:
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
        take &= _fits(w, again, offer, take, moves=True)
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
        kept = (accept * share).sum(axis=1)
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
    accept, _ = judge_lenders(case, *terms, (lender, post_mean, variance, sizes))
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
    leave = offer.made & (offer.line >= case.a.balance) & (saving > _leaving_cost(w, case))
    leave &= _fits(w, case, offer, leave, moves=True)
    w.ordinal[who] += 1
    sign(w, Verdict(who, leave, np.ones(who.size), offer, False, True), date)
    decline(w, who[~leave], np.ones(int((~leave).sum())), date)


def _leaving_cost(w: World, case: Case) -> Floats:
    """What leaving costs: moving, breaking the agreement, and a right that stays alive."""
    a = case.a
    signed = w.book.rows.signed[a.contract] == 1
    broken = commitment.break_cost(w.arrangement.commitment)
    share = w.scenario.choice.switching_cost + broken * signed
    cost = share * a.limit * a.taste
    rule = (w.scenario.right.right_volatility, w.scenario.right.right_discount)
    years = np.maximum(a.expiry - case.date, 0.0)
    alive = a.right == SWAP
    if np.any(alive):
        live = float(np.mean(years[alive]))
        worth = right_cost(a.stake, a.strike, a.trigger, a, live, rule)
        cost = cost + np.where(alive, worth, 0.0)
    return np.asarray(cost)


def learn(w: World, who: Ints, offer: Offer) -> None:
    """The home bank files what it saw; every decision counts one."""
    w.file_precision[who] += offer.news[0]
    w.file_sum[who] += offer.news[1]
    w.ordinal[who] += 1
    cost = w.scenario.underwriting.screening_cost
    w.banks.screening += cost * np.bincount(offer.lender[:, 0], minlength=w.scenario.n_banks)


def sign(w: World, verdict: Verdict, date: float) -> None:
    """Write the contracts into the book and let them take effect."""
    rows = np.flatnonzero(verdict.taken)
    if rows.size == 0:
        return
    who = verdict.who[rows]
    arrangement = w.arrangement if verdict.arranged else PLAIN
    written = write_contracts(w, verdict, rows, arrangement, date)
    w.decisions.append(("sign", date, who.copy(), written))
    enact(w, written, who, date)


def enact(w: World, written: Any, who: Ints, date: float) -> None:
    """Hand balances over to the new lenders and bind the firms to the new terms."""
    post(w, who, date)
    balance = w.firms.balance[who]
    for sign_of, lender, share in (
        (-1.0, w.lender[who], w.share[who]), (1.0, written.lender, written.share),
    ):  # fmt: skip
        part = sign_of * balance[:, None] * share
        w.banks.transfer += np.bincount(
            lender.ravel(), weights=part.ravel(), minlength=w.scenario.n_banks
        )
    changed = w.lender[who, 0] != written.lender[:, 0]
    w.file_precision[who[changed]] = 0.0
    w.file_sum[who[changed]] = 0.0
    w.lender[who], w.share[who] = written.lender, written.share
    w.believed_default[who], w.believed_loss[who] = written.default, written.loss
    index = w.book.append(written)
    w.rules.sign_all(
        w.firms, w.next_time, w.pending, w.params, w.climate[0], date, w.book.store, index,
        w.log, _room(w, who.size),
    )  # fmt: skip
    w.keep_events()


def decline(w: World, who: Ints, kept: Floats, date: float) -> None:
    """Refuse requests; a line is cut to the share that its lenders keep."""
    if who.size == 0:
        return
    if np.any(kept < 1.0):
        cut = kept < 1.0
        w.decisions.append(("cut", date, who[cut].copy(), kept[cut].copy()))
    w.rules.decline_all(
        w.firms, w.next_time, w.pending, w.params, w.climate[0], date, who, kept, w.log,
        _room(w, who.size),
    )  # fmt: skip
    w.keep_events()


def _room(w: World, firms: int) -> NDArray[np.int64]:
    """The log's cursor, after making room for what `firms` firms may write."""
    if w.cursor[1] == 1 and w.log.shape[0] < 8 * firms:
        w.log = type(w.log)((8 * firms,), dtype=w.log.dtype)
    return w.cursor
