"""An application: what a committee reads of a firm that asks, brought to its date."""

import math
from typing import Any

from sim.base.columns import Column, Table, copy_rule
from sim.base.draws import REACH, uniform_pair
from sim.model.banks.desk import REFINANCED
from sim.model.banks.judgement import public_score
from sim.model.contracts.eligibility import is_eligible
from sim.model.contracts.loss_sharing import MOST_LENDERS
from sim.model.firms.cash import needed_credit
from sim.model.firms.claims import WEIGHT
from sim.model.firms.clock import cash_at
from sim.model.firms.record import ASK_FUNDS, ASK_RENEWAL, LARGE, NO_RIGHT
from sim.model.firms.register import total_assets
from sim.model.firms.relationship import business

# --- An application: what a committee reads of a firm that asks, brought to its date -------------


APPLICATION = Table(
    (
        Column("date", "years", "date of the committee"),
        Column("firm", "-", "row of the firm", "i8"),
        Column("stream", "-", "address of its random numbers", "i8"),
        Column("request", "bits", "what it asks for", "i1"),
        Column("host", "code", "bank of its basic account, -1 outside", "i4"),
        Column("home", "code", "bank that it turns to first", "i4"),
        Column(
            "roster", "code", "banks in the order in which it knows them", "i4", MOST_LENDERS + 1
        ),
        Column("known_banks", "-", "how many these are", "i4"),
        Column("stage", "code", "stage of the lifecycle", "i1"),
        Column("sector", "code", "sector", "i4"),
        Column("stratum", "code", "register of technology SMEs, or above its caps", "i1"),
        Column("high_tech", "flag", "high-tech enterprise, at the last year end", "i1"),
        Column("birth", "years", "date of entry"),
        Column("sales", "CNY million a year", "sales"),
        Column("tangible", "CNY million", "tangible assets at today's prices of collateral"),
        Column("assets", "CNY million", "assets in operation and cash"),
        Column("value", "CNY million", "pre-money equity value"),
        Column("last_round", "CNY million", "amount of the last equity round"),
        Column("round_date", "years", "date of that round"),
        Column("venture", "flag", "backed by venture capital", "i1"),
        Column("setback", "flag", "in a setback, which banks may overlook", "i1"),
        Column("setbacks", "-", "setbacks so far; address of the draw whether they do", "i4"),
        Column("quality", "standard deviations", "what signals are signals of; no bank sees it"),
        Column("business", "CNY million a year", "bank income on all of its banking business"),
        Column("need", "CNY million", "what it owes, and what a year takes beyond its cash"),
        Column("asked", "CNY million", "line that it asks for"),
        Column("runway", "years", "for how long its cash lasts"),
        Column("switching_cost_weight", "x", "weight of the cost of moving its business"),
        Column("limit", "CNY million", "line in force"),
        Column("balance", "CNY million", "drawn part of it"),
        Column("beside", "CNY million", "owed to others than banks", low=0.0),
        Column("rate", "per year", "rate on it"),
        Column("conversion", "share", "part of the rest of the line that counts as exposure"),
        Column("terms", "code", "arrangement under which it was signed", "i1"),
        Column("credit_years", "years", "time with a line so far"),
        Column("right", "code", "living right of its lenders", "i1"),
        Column("stake", "share", "share of equity that this right buys"),
        Column("exercise_amount", "CNY million", "its subscription amount"),
        Column("trigger", "CNY million", "valuation at which it comes alive"),
        Column("expiry", "years", "date at which it lapses"),
        Column("demanded_share", "share", "part of the demand that is agreed"),
        Column("lenders", "-", "present lenders", "i4"),
        Column("lender", "code", "these banks, lead first", "i4", MOST_LENDERS),
        Column("share", "share", "their shares", length=MOST_LENDERS),
        Column("weight", "x", "risk weights of their parts", length=MOST_LENDERS),
        Column("prior", "standard deviations", "mean quality given what everybody sees"),
        Column("history_precision", "-", "what the home bank has learnt: precision"),
        Column("history_sum", "-", "and its precision-weighted sum"),
        Column("bust", "flag", "a regime in which setbacks are likelier than usual", "i1"),
        Column("outstanding", "CNY million", "refinanced by the central bank so far"),
        Column("k0", "-", "first key word of the draws", "i8"),
        Column("k1", "-", "second key word of the draws", "i8"),
        Column("ordinal", "-", "decisions taken on the firm so far; address of its draws", "i8"),
    )
)


_AS_IN_THE_RECORD = {
    "firm", "stream", "request", "host", "home", "stage", "sector", "stratum", "high_tech",
    "birth", "sales", "value", "last_round", "round_date", "venture", "setback", "setbacks",
    "quality", "switching_cost_weight", "limit", "balance", "rate", "conversion", "terms",
    "credit_years", "beside", "right", "stake", "exercise_amount", "trigger", "expiry",
    "demanded_share",
}  # fmt: skip
copy_firm = copy_rule(
    __name__, "copy_firm", (c for c in APPLICATION.columns if c.name in _AS_IN_THE_RECORD)
)


def read_application(a: Any, i: int, d: Any, date: float) -> None:
    """Write the application of firm `i`.

    Parameters
    ----------
    a : application
    i : int
        Row of the firm.
    d : Desk
    date : float, years
    """
    f, u, c = d.firms[i], d.rules[0], d.market_conditions[0]
    copy_firm(a, f)
    a.date = date
    # Leased equipment is no collateral.
    a.tangible = max(f.tangible * f.scale * c.collateral - f.equipment * c.collateral, 0.0)
    p = d.params[f.sector]
    cash = cash_at(f, date)
    a.assets = total_assets(f, p, cash)
    a.need = needed_credit(f, cash)
    a.asked = max(p.request_factor * a.need, u.least_line)
    a.runway = max(cash, 0.0) / -f.flow if f.flow < 0.0 else math.inf
    more = max(cash, 0.0) - max(f.cash, 0.0)
    a.business = business(f, p) + p.deposit_margin * p.deposit_share * more
    a.prior = u.prior_backed if f.venture == 1 else u.prior_other
    a.history_precision = d.history_precision[i]
    a.history_sum = d.history_sum[i]
    a.bust = c.bust
    a.outstanding = d.tally[REFINANCED]
    a.k0, a.k1, a.ordinal = c.k0, c.k1, d.ordinal[i]
    a.known_banks = d.roster.shape[1]
    for j in range(d.roster.shape[1]):
        a.roster[j] = d.roster[i, j]
    if turns_to_corporate(f):
        a.home, a.known_banks = d.banks.shape[0] - 1, 0
    a.lenders = 1
    for j in range(d.share.shape[1]):
        a.lender[j] = d.lender[i, j]
        a.share[j] = d.share[i, j]
        a.weight[j] = d.called[i, WEIGHT, j]
        if d.share[i, j] > 0.0:
            a.lenders = j + 1


def turns_to_corporate(f: Any) -> bool:
    """Whether a firm that has outgrown the register asks for a loan of corporate banking.

    One that owes a right stays with the desk that holds it, as long as it lives.
    """
    asks = f.request & (ASK_FUNDS | ASK_RENEWAL) != 0
    return f.stratum == LARGE and f.right == NO_RIGHT and asks


def secured_by_assets(a: Any, u: Any) -> float:
    """Line that the applicant's tangible assets support, CNY million."""
    return u.advance_rate * a.tangible


def supported_line(a: Any, u: Any) -> float:
    """Line that a lender's own rule allows: on tangible assets, or on sales and the last round.

    A firm that owes much of what it has gets no more.
    """
    unsecured = u.sales_line[a.stage] * a.sales + u.round_line * a.last_round
    return min(max(secured_by_assets(a, u), unsecured), u.most_debt * a.assets - a.beside)


def asks_renewal(a: Any) -> bool:
    """Whether the line of a firm, or of an application, ends."""
    return a.request & ASK_RENEWAL != 0


# --- To whom an arrangement is open: its dates, its reach, and two conditions of admission -------


def is_admitted(a: Any, k: Any, admission: Any) -> bool:
    """Whether an arrangement on the menu is open to the applicant.

    Parameters
    ----------
    a : application
    k : conditions of the arrangement
    admission : record array, shape (2,)
        The conditions of the arrangement and of the policy.
    """
    # Large firms are ordinary customers of their banks.
    if k.open == 0 or a.stratum == LARGE:
        return False
    if k.reach < 1.0 and uniform_pair(a.k0, a.k1, a.stream, REACH, k.address, 0)[0] >= k.reach:
        return False
    for n in range(admission.shape[0]):
        e = admission[n]
        precision = e.score_precision[a.stage]
        score = public_score(a, precision) if precision > 0.0 else 0.0
        if not is_eligible(e, a, score):
            return False
    return True
