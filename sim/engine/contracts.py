"""Writing an offer into contracts: every term in a row of the book."""

from typing import Any

import numpy as np

from sim.banks.offer import Offer
from sim.clauses import commitment, introduction, limit, loss_sharing, security, tenor
from sim.clauses.arrangement import Arrangement
from sim.clauses.funding import Relending
from sim.clauses.loss_sharing import MOST_LENDERS
from sim.engine.world import World
from sim.firms.record import NEVER
from sim.state.book import CONTRACT


def write_contracts(
    w: World, offer: Offer, rows: Any, who: Any, arrangement: Arrangement, verdict: Any,
    date: float,
) -> Any:  # fmt: skip
    """Contracts for the applicants `rows` of an offer.

    Parameters
    ----------
    w : World
    offer : Offer
    rows : int array, shape (m,)
        Which applicants of the offer sign.
    who : int array, shape (m,)
        Their rows among the firms.
    arrangement : Arrangement
        Whose clauses are written.
    verdict : Verdict
        Says whether it is the arrangement's contract and whether the firm changes bank.
    date : float, years

    Returns
    -------
    record array, shape (m,), see `sim.state.book.CONTRACT`
    """
    k = CONTRACT.empty(rows.size)
    k.firm, k.date = who, date
    lenders = offer.lender.shape[1]
    k.lender[:, : min(lenders, MOST_LENDERS)] = offer.lender[rows]
    k.share[:, : min(lenders, MOST_LENDERS)] = offer.share[rows]
    compress(k)
    k.lead = k.lender[:, 0]
    k.limit, k.rate, k.later_rate = (
        offer.line[rows],
        offer.rate[rows],
        offer.later_rate[rows],
    )
    k.step = date + offer.step_years if np.isfinite(offer.step_years) else NEVER
    k.maturity = date + offer.years
    k.default, k.loss = offer.default[rows], offer.loss[rows]
    k.judgement, k.monitored = offer.judgement[rows], offer.monitored[rows]
    set_state(w, k, who, verdict.arranged, verdict.moved)
    set_clauses(w, k, arrangement, date)
    set_right(k, offer, rows, date)
    return k


def compress(k: Any) -> None:
    """Move lenders without a share behind those with one, so that the lead comes first."""
    order = np.argsort(k.share <= 0.0, axis=1, kind="stable")
    k.lender = np.take_along_axis(k.lender, order, axis=1)
    k.share = np.take_along_axis(k.share, order, axis=1)


def set_state(w: World, k: Any, who: Any, arranged: bool, moved: bool) -> None:
    """The firm and the climate at signing."""
    k.stage, k.value = w.firms.stage[who], w.firms.value[who]
    k.regime, k.winter = w.climate.regime[0], w.climate.winter[0]
    k.signed, k.moved = int(arranged), int(moved)
    k.first = w.firms.limit[who] <= 0.0


def set_clauses(w: World, k: Any, arrangement: Arrangement, date: float) -> None:
    """Terms that are the same for every firm that signs."""
    k.review = date + 1.0 if tenor.is_reviewed(arrangement.tenor) else NEVER
    k.unsecured = limit.is_unsecured(arrangement.limit)
    k.security = security.added_recovery(arrangement.security)
    k.guaranteed = arrangement.loss_sharing.guaranteed_share
    k.fee_rate = arrangement.loss_sharing.guarantee_fee_rate
    funding = arrangement.funding
    k.refinanced = funding.refinanced_share if isinstance(funding, Relending) else 0.0
    k.introduction = introduction.round_factor(arrangement.introduction)
    base, full, listing = commitment.captures(
        arrangement.commitment, w.scenario.relationship.capture_plain
    )
    k.base_capture, k.full_capture, k.listing_capture = base, full, listing
    cost = loss_sharing.coordination_cost(arrangement.loss_sharing)
    if cost > 0.0:
        np.add.at(w.banks.coordination, k.lead, cost)


def set_right(k: Any, offer: Offer, rows: Any, date: float) -> None:
    """The right that the firm grants."""
    right = offer.right
    k.right = right.kind
    k.stake, k.strike, k.trigger = (
        right.stake[rows],
        right.strike[rows],
        right.trigger[rows],
    )
    k.expiry = date + right.years if right.years > 0.0 else NEVER
    k.pass_through, k.liquidity = right.pass_through, right.liquidity
    k.royalty_share, k.royalty_cap = right.royalty_share, right.royalty_cap[rows]
